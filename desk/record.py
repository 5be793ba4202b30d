"""One intake as a worker reads it: the person's own words, each in its place.

The places are those of the practice brief: safe contact first, then who they are and what they
asked for, then what is strong; a flow's own sections come after, in the flow's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot.conversation.flow import Flow, Question
from bot.conversation.model import Answer, Conversation
from desk.places import HARDEST_TO_SAY, PLACED, SIDES, STRONG, WISHES
from desk.reading import Given


@dataclass(frozen=True, slots=True)
class Said:
    """One answer under its heading. `status` is "" where the question was not reached; `since`
    says that it came after the intake was shared to the end, `hard` why its words stay folded until
    somebody opens them: "question", one of the hardest, or the cue that was found in them."""

    question: str
    heading: str
    status: str = ""
    at: datetime | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)
    labels: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    since: bool = False
    hard: str = ""

    @property
    def answered(self) -> bool:
        return self.status == "answered"

    @property
    def shown(self) -> bool:
        """Has it a place on the record? A removed answer keeps its place, without the words."""
        return self.status in ("answered", "removed")

    @property
    def line(self) -> str:
        """Choices and words in one line."""
        return " ".join((", ".join(self.labels), *self.words)).strip()


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    said: tuple[Said, ...]
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """All answers of one intake; `by` finds any of them, an empty one where nothing was said.

    `wish` is what they asked for: what would help, or as long as they have not said so what
    matters most. It stands by itself, not in `strong` a second time.
    """

    said: Mapping[str, Said]
    wish: Said
    strong: tuple[Group, ...]
    others: tuple[Group, ...]
    not_yet: tuple[str, ...]
    not_reached: tuple[str, ...]

    def by(self, question: str) -> Said:
        return self.said.get(question) or Said(question, "")


def said(
    question: Question | None, given: Given, signs: Mapping[str, str] = MappingProxyType({})
) -> Said:
    """An answer in the words of its question; of a question that is gone, under its id."""
    hard = next((signs[id] for id in given.messages if id in signs), "")
    if question is None:
        heading = given.question.replace("_", " ").capitalize()
        labels = given.codes
    else:
        heading = question.shows_as
        names = {choice.code: choice.label for choice in question.choices}
        labels = tuple(names.get(code, code) for code in given.codes)
        hard = hard or ("question" if question.sensitivity == HARDEST_TO_SAY else "")
    status, at = given.status, given.at
    about = (given.codes, labels, given.words, given.since, hard)
    return Said(given.question, heading, status, at, *about)


def record(
    flow: Flow | None, given: Mapping[str, Given], signs: Mapping[str, str] = MappingProxyType({})
) -> Record:
    """Everything in its place. Without its flow, an intake is one list of answers. `signs` are the
    cues that were found, by message."""
    given = _on_path(flow, given)
    all_said = {id: said(flow.question(id) if flow else None, g, signs) for id, g in given.items()}
    wish = next((all_said[id] for id in WISHES if _answered(all_said, id)), Said("", ""))
    groups = list(_groups(flow, all_said, wish))
    known = {wish.question} | {s.question for _, group in groups for s in group.said}
    strong = tuple(group for tag, group in groups if tag in STRONG)
    others = tuple(group for tag, group in groups if tag not in STRONG)
    left = tuple(s for id, s in all_said.items() if id not in known | PLACED and s.shown)
    if left:
        others = (*others, Group("", left))
    return Record(
        all_said,
        wish,
        strong,
        others,
        tuple(s.heading for id, s in all_said.items() if s.status == "skipped" and id not in SIDES),
        tuple(_not_reached(flow, given)),
    )


def _on_path(flow: Flow | None, given: Mapping[str, Given]) -> Mapping[str, Given]:
    """Without answers to questions that a later change took off the person's path."""
    if flow is None:
        return given
    path = {question.id for question in flow.path(_so_far(flow, given))}
    return {id: g for id, g in given.items() if id in path or flow.question(id) is None}


def _so_far(flow: Flow, given: Mapping[str, Given]) -> Conversation:
    """These answers, with the later questions of which some were given: the rest of what is left
    for later was not asked for, and is not missed."""
    answers = {id: Answer(id, "answered", choices=g.codes) for id, g in given.items()}
    begun = (phase for phase in flow.phases if any(q.id in given for q in phase.questions))
    return Conversation(answers=answers, opened={phase.id: "yes" for phase in begun})


def _answered(all_said: Mapping[str, Said], id: str) -> bool:
    return id in all_said and all_said[id].answered


def _groups(
    flow: Flow | None, all_said: Mapping[str, Said], wish: Said
) -> Iterator[tuple[str, Group]]:
    elsewhere = PLACED | {wish.question}
    for section in flow.sections if flow else ():
        ids = [question.id for question in section.questions if question.id not in elsewhere]
        shown = tuple(all_said[id] for id in ids if id in all_said and all_said[id].shown)
        if shown:
            yield section.tag, Group(section.title, shown, section.tag)


def _not_reached(flow: Flow | None, given: Mapping[str, Given]) -> Iterator[str]:
    if flow:
        path = flow.path(_so_far(flow, given))
        yield from (q.shows_as for q in path if q.id not in given and q.id not in SIDES)
