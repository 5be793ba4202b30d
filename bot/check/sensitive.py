"""Rules of sensitive matters: what is offered first, and what is never asked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import CHOICE, COLLABORATION, CULTURE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import ASKED, common_place, place, questions_in, texts, word_list
from bot.check.wordings import banned
from bot.conversation.wording import words

NAMES_A_TOPIC = 5  # words; fewer do not say what is coming
OFFERED = ("ready", "skip_these", "later")
# Replies to what a person has told us. None of them asks for more of it.
REPLIES = (
    "thanks",
    "own_words",
    "note_kept",
    "ended_note",
    "aside_kept",
    "young",
    "cue",
    "safety",
)


@rule(
    "R-S2",
    "No question is required.",
    serves=(CHOICE, EMPOWERMENT),
)
def nothing_required(subject: Subject) -> Iterator[Finding]:
    source = subject.files.get(subject.flow_file, "")
    for number, line in enumerate(source.splitlines(), start=1):
        if line.split("=")[0].strip() in ("required", "mandatory"):
            yield Finding("R-S2", f"{subject.flow_file}:{number}", line.strip())
    for text in texts(subject, "ask", "offer", "why"):
        for found in word_list(text.language).find(text.text, ["compelled"]):
            yield Finding("R-S2", text.where, f"{text.key} ({text.language}) says {found.found!r}")


@rule(
    "R-S4",
    "Every question has a reason of its own in 160 characters or fewer, and where it is sensitive"
    " the reason says who sees the answer.",
    serves=(TRUST, COLLABORATION),
)
def reasons(subject: Subject) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for text in texts(subject, "why"):
        if len(text.text) > 160:
            yield Finding("R-S4", text.where, f"{text.key} has {len(text.text)} characters")
        if (same := seen.setdefault((text.language, text.text), text.name)) != text.name:
            yield Finding("R-S4", text.where, f"{text.key} is the same as that of {same}")
        question = subject.flow.question(text.name)
        ways = word_list(text.language)
        if (
            question
            and question.sensitivity
            and ways.cues
            and not ways.tells(text.text, "who_sees")
        ):
            what = f"{text.key} ({text.language}) does not say who sees the answer"
            yield Finding("R-S4", text.where, what)
    for question in subject.flow.questions:
        if not question.why.strip():
            yield Finding("R-S4", where_is(subject, question), f"{question.id} has no reason")


@rule(
    "R-X1",
    "Before sensitive questions an offer names the topic, and lets the person begin, skip or wait.",
    serves=(CHOICE, SAFETY, TRUST),
)
def offered_first(subject: Subject) -> Iterator[Finding]:
    for s, section in enumerate(subject.flow.sections):
        if not any(question.sensitivity == 2 for question in section.questions):
            continue
        where = place(subject, "section", s, "offer")
        if len(words(section.offer)) < NAMES_A_TOPIC:
            yield Finding("R-X1", where, f"{section.id} has no offer that names its topic")
        for piece in OFFERED:
            if not subject.phrases.fragments.get(piece):
                where = common_place(subject, "fragment")
                yield Finding("R-X1", where, f"the choice {piece!r} of the offers is missing")


@rule(
    "R-X2",
    "No question asks what happened, when, how often, by whom, or for detail.",
    serves=(SAFETY, CHOICE),
)
def no_detail(subject: Subject) -> Iterator[Finding]:
    yield from _asks_for(subject, "R-X2", "detail")


@rule(
    "R-X3",
    "Where hard things are asked, the person is told that details of events are not needed.",
    serves=(SAFETY, TRUST),
)
def told_no_detail(subject: Subject) -> Iterator[Finding]:
    hard = [s for s in subject.flow.sections if any(q.sensitivity == 2 for q in s.questions)]
    for language in subject.catalogues:
        ways = word_list(language)
        offers = texts(subject, "offer", language=language)
        told = [ways.tells(text.text, "no_detail") for text in offers]
        if hard and ways.cues and not any(told):
            where = place(subject, "section", subject.flow.sections.index(hard[0]), "offer")
            yield Finding("R-X3", where, f"no offer ({language}) says that details are not needed")


@rule("R-X4", "No screening scale is asked by text.", serves=(SAFETY, TRUST))
def no_scale(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X4", "scale", kinds=(*ASKED, "why", "message", "desk"))


@rule(
    "R-X5",
    "A reply to what somebody told us asks nothing about it.",
    serves=(SAFETY, TRUST),
)
def no_probe(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "message"):
        if text.name.startswith(REPLIES):
            ways = word_list(text.language)
            asked = [q for q in questions_in(text.text) if not ways.tells(q, "danger_now")]
            asked += [found.found for found in ways.find(text.text, ["probe"])]
            for what in asked:
                yield Finding("R-X5", text.where, f"{text.key} ({text.language}) asks: {what!r}")


@rule(
    "R-X6",
    "Titles, dates of birth, sex, immigration, offences and insurance numbers are not asked.",
    serves=(SAFETY, TRUST, CULTURE),
)
def not_ours_to_ask(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X6", "not-ours", kinds=(*ASKED, "desk"))


@rule(
    "R-X7",
    "Equality monitoring is not part of the intake.",
    serves=(TRUST, CULTURE),
)
def no_monitoring(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X7", "monitoring", kinds=(*ASKED, "desk"))


@rule(
    "R-X8",
    "Sensitive questions about other people say that no names are needed.",
    serves=(SAFETY, TRUST),
)
def no_names(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "ask"):
        question, ways = subject.flow.question(text.name), word_list(text.language)
        hard = question is not None and question.sensitivity == 2
        if hard and ways.tells(text.text, "others") and not ways.tells(text.text, "no_names"):
            what = f"{text.key} ({text.language}) does not say that no names are needed"
            yield Finding("R-X8", text.where, what)


def _asks_for(subject: Subject, rule_id: str, group: str) -> Iterator[Finding]:
    """What asks of the flow say, and what the questions among our other sentences say."""
    yield from banned(subject, rule_id, group, kinds=("ask", "choice"))
    for text in texts(subject, "offer", "message", "lead"):
        for asked in questions_in(text.text):
            for found in word_list(text.language).find(asked, [group]):
                what = f"{text.key} ({text.language}) asks: {found.found!r}"
                yield Finding(rule_id, text.where, what)
