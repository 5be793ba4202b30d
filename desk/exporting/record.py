"""One intake as it leaves the desk: one structure, of which every format is a function.

It holds what the desk shows and nothing else, so only what was shared. `Exported.team` is what
workers wrote: one `Entry` for each note, decision, concern level and stage of safeguarding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict

from bot.conversation.flow import Flow
from desk.concern import NAMES
from desk.exporting import safely
from desk.exporting.structure import (
    ANSWERED,
    AT_THE_DESK,
    NOT_REACHED,
    REMOVED,
    SKIPPED,
    Answer,
    Choice,
    Contact,
    Entry,
    Exported,
    Look,
    Promise,
    Section,
)
from desk.intake import Agreed, Intake
from desk.kit import Service
from desk.looks import PERSON
from desk.places import ACCESS, HOW_SOON, HOW_TO_TALK, NAME
from desk.record import Record, Said

SECRET = ("code_word",)
SIDES = ("worries", "keeps_safe")  # beside each other, also where one is empty
_STATUS = {"answered": ANSWERED, "skipped": SKIPPED, "removed": REMOVED}


def exported(
    intake: Intake, flow: Flow | None, service: Service, now: datetime, number: bool = True
) -> Exported:
    """The structure of an intake that was handed over, with the person's `number` or without.
    Raises `ValueError` for any other."""
    answers = _answers(intake.record, flow)
    sections, contact = tuple(_sections(intake.record, answers)), _contact(intake, answers, number)
    shown = {a.question for a in contact.answers}
    shown |= {a.question for section in sections for a in section.answers}
    name = answers.get(NAME)
    return Exported(
        **_about(intake, service),
        made_at=now,
        contact=contact,
        name=" ".join(name.words) if name else "",
        sections=sections,
        later=tuple(a for a in answers.values() if a.question not in shown),
        notes=intake.notes,
        agreed=tuple(_agreed(intake.agreed)),
        told=intake.agreed.shown,
        told_at=intake.agreed.told_at,
        promise=_promise(intake),
        looks=tuple(Look(row.at, row.name, row.purpose) for row in intake.looks),
        team=tuple(_team(intake)),
    )


def _about(intake: Intake, service: Service) -> dict[str, Any]:
    """What is known of it without opening a word."""
    head = intake.head
    if head.reference is None or head.handed_at is None or head.kind is None:
        raise ValueError("only what was handed over leaves the desk")
    return {
        "reference": head.reference,
        "service": service.id,
        "service_name": service.name,
        "practice": service.practice,
        "kind": head.kind,
        "flow": head.flow,
        "language": head.language,
        "started_at": head.started_at,
        "handed_at": head.handed_at,
        "taken_by": head.taken_name or "",
        "delete_on": head.delete_on,
    }


def _answers(record: Record, flow: Flow | None) -> Mapping[str, Answer]:
    """By question, in the flow's order; those that it does not know any more at the end."""
    found = {id: _answer(said) for id, said in record.said.items()}
    questions = flow.questions if flow else ()
    not_reached = set(record.not_reached)
    for question in questions:
        missing = question.shows_as in not_reached or question.id in SIDES
        if missing and question.id not in found:
            found[question.id] = Answer(question.id, question.shows_as, NOT_REACHED)
    order = {question.id: place for place, question in enumerate(questions)}
    return {id: found[id] for id in sorted(found, key=lambda id: order.get(id, len(order)))}


def _answer(said: Said) -> Answer:
    status = _STATUS.get(said.status, NOT_REACHED)
    if said.question in SECRET and status == ANSWERED:
        return Answer(said.question, said.heading, AT_THE_DESK, said.at, since=said.since)
    given = (said.codes, said.labels, said.words)
    return Answer(said.question, said.heading, status, said.at, *given, said.since)


def _contact(intake: Intake, answers: Mapping[str, Answer], number: bool) -> Contact:
    own = tuple(answers[id] for id in safely.CONTACT if id in answers)
    times = [answer.at for answer in own if answer.at and answer.question in safely.CONFIRMED]
    how, confirmed = safely.way(intake.head, intake.record), max(times, default=None)
    shown, left_out = intake.address if number else "", bool(intake.address) and not number
    return Contact(how, intake.head.channel, confirmed, shown, own, left_out)


def _sections(record: Record, answers: Mapping[str, Answer]) -> Iterator[Section]:
    """In the order of the desk; a question stands in one of them."""

    def section(kind: str, title: str, ids: Iterable[str]) -> Iterator[Section]:
        own = tuple(answers[id] for id in ids if id in answers and id not in taken)
        taken.update(answer.question for answer in own)
        if own:
            yield Section(kind, title, own)

    taken = set(safely.CONTACT)
    yield from section("about_them", "", (NAME, ACCESS))
    yield from section("asked_for", "", (record.wish.question, HOW_SOON, HOW_TO_TALK))
    for group in record.strong:
        yield from section("strong", group.title, (said.question for said in group.said))
    yield from section("sides", "", SIDES)
    for group in record.others:
        yield from section("other", group.title, (said.question for said in group.said))


def _agreed(agreed: Agreed) -> Iterator[Choice]:
    for what, row in (
        ("start", agreed.started),
        ("share_partial", agreed.share),
        ("reminders", agreed.reminders),
        ("helping", agreed.helping),
        ("discreet", agreed.plain),
    ):
        if row is not None:
            lawful = (row.lawful_basis, row.special_condition)
            yield Choice(what, bool(row.value), row.at, *lawful)


def _promise(intake: Intake) -> Promise | None:
    row = intake.promise
    return Promise(row.made_at, row.due_at, row.kept_at) if row else None


def _team(intake: Intake) -> Iterator[Entry]:
    """What workers wrote about the person: notes, with their statements beside them, decisions,
    concern levels, stages."""
    for note in intake.ours.notes:
        yield Entry("note", note.at, note.who, _parts({"said": note.said, "saw": note.saw}))
    for stated in intake.ours.statements:
        said = {"their_words": stated.words, "answer": stated.reply.answer}
        yield Entry("statement", stated.wish.at, PERSON, _parts(said))
    for decision in intake.ours.decisions:
        passed = asdict(decision.content.passed) if decision.content.passed else {}
        words = asdict(decision.content) | {f"passed_{name}": w for name, w in passed.items()}
        yield Entry("decision", decision.at, decision.who, _parts(words))
    for change in intake.ours.levels:
        level = {"level": NAMES[change.level], **asdict(change.content)}
        yield Entry("concern_level", change.at, change.who, _parts(level))
    for stage in intake.ours.stages:
        words = {"stage": stage.stage, **asdict(stage.content)}
        yield Entry("safeguarding", stage.at, stage.who, _parts(words))


def _parts(words: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in words.items() if isinstance(text, str) and text)
