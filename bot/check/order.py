"""Rules of order and pace: what comes first, how much, and what may follow what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.check.finding import Finding, Subject
from bot.check.rules import CHOICE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import place, texts, word_list
from bot.conversation.flow import Question
from bot.conversation.folding import fold

MOST_CORE = 10
ALIKE = 0.8  # of the words of two texts that are the same question
ASKS = "told_to_answer"
SAFE_WITHIN = 4  # questions until it is asked whether it is safe to write


@rule(
    "R-O1",
    "The first section is about what is strong, and its first two questions are not sensitive.",
    serves=(SAFETY, EMPOWERMENT),
)
def strengths_first(subject: Subject) -> Iterator[Finding]:
    first = subject.flow.sections[0]
    if first.tag != "strengths":
        yield Finding("R-O1", place(subject, "section", 0, "tag"), f"{first.id} is {first.tag!r}")
    for q, question in enumerate(first.questions[:2]):
        if question.sensitivity:
            where = place(subject, "section", 0, "question", q, "sensitivity")
            yield Finding("R-O1", where, f"{question.id} has sensitivity {question.sensitivity}")


@rule(
    "R-O2",
    "Safe contact is the second section, and within four questions it is asked if writing is safe.",
    serves=(SAFETY, CHOICE),
)
def safe_contact_second(subject: Subject) -> Iterator[Finding]:
    sections = subject.flow.sections
    if len(sections) < 2 or sections[1].tag != "safe_contact":
        yield Finding("R-O2", place(subject, "section", 1, "tag"), "safe contact is not second")
        return
    asked = [question.id for question in subject.flow.core]
    first = sections[1].questions[0]
    early = first.kind == "one" and not first.when
    if not early or first.id not in asked[:SAFE_WITHIN]:
        where = place(subject, "section", 1, "question", 0, "id")
        yield Finding("R-O2", where, f"{first.id} is not asked of everybody within {SAFE_WITHIN}")


@rule(
    "R-O3",
    "The core has at most ten questions that everybody is asked.",
    serves=(SAFETY, CHOICE),
)
def short_core(subject: Subject) -> Iterator[Finding]:
    core = [question for question in subject.flow.core if not question.when]
    if len(core) > MOST_CORE:
        where = where_is(subject, core[MOST_CORE])
        yield Finding(
            "R-O3", where, f"{len(core)} core questions; {core[MOST_CORE].id} is one more"
        )


@rule(
    "R-O4",
    "Questions about difficulty or risk are left for later, never part of the core.",
    serves=(SAFETY, CHOICE),
)
def hard_ones_later(subject: Subject) -> Iterator[Finding]:
    for section in subject.flow.sections:
        hard = section.tag in ("impact", "own_view_of_risk")
        for question in section.questions:
            if question.phase != "core":
                continue
            if found := hard or question.sensitivity == 2 or is_hard(question):
                where = where_is(subject, question, "phase")
                what = f" and asks of {found!r}" if isinstance(found, str) else ""
                yield Finding("R-O4", where, f"{question.id} is asked in the core{what}")


@rule(
    "R-O5",
    "From one question to the next it gets at most one step more sensitive, unless an offer is"
    " between them.",
    serves=(SAFETY, TRUST),
)
def no_jumps(subject: Subject) -> Iterator[Finding]:
    for stretch in stretches(subject):
        for place_in, question in enumerate(stretch):
            before = min((q.sensitivity for q in _before(stretch, place_in)), default=0)
            if question.sensitivity - before > 1 and (place_in or not _offered(subject, question)):
                what = f"{question.id} has {question.sensitivity}, and before it comes {before}"
                yield Finding("R-O5", where_is(subject, question, "sensitivity"), what)


@rule(
    "R-O7",
    "One message asks one question.",
    serves=(SAFETY, EMPOWERMENT),
)
def one_at_a_time(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "ask", "offer"):
        if text.text.count("?") > 1:
            yield Finding("R-O7", text.where, f"{text.key} ({text.language}) asks more than once")
        elif found := _second_question(text.text, text.language):
            yield Finding("R-O7", text.where, f"{text.key} ({text.language}) also asks: {found!r}")
        elif "?" not in text.text and not word_list(text.language).tells(text.text, ASKS):
            yield Finding("R-O7", text.where, f"{text.key} ({text.language}) asks nothing")


@rule(
    "R-O8",
    "Nothing is asked twice.",
    serves=(TRUST, EMPOWERMENT),
)
def nothing_twice(subject: Subject) -> Iterator[Finding]:
    asks: dict[frozenset[str], str] = {}
    heads: dict[frozenset[str], str] = {}
    sections = [section.id for section in subject.flow.sections]
    for s, id in enumerate(sections):
        if id in sections[:s]:
            yield Finding("R-O8", place(subject, "section", s, "id"), f"two sections are {id}")
    for question in subject.flow.questions:
        for kept, words, field in (
            (asks, question.ask, "ask"),
            (heads, question.shows_as, "shows_as"),
        ):
            said = frozenset(fold(words).split())
            same = next((id for other, id in kept.items() if _alike(said, other)), "")
            same = same or (field == "ask" and _told_alike(subject, question)) or ""
            kept.setdefault(said, question.id)
            if same:
                what = f"{question.id} and {same} are the same: {words!r}"
                yield Finding("R-O8", where_is(subject, question, field), what)


@rule(
    "R-O9",
    "What helps is asked before what worries: no section begins with its hardest question, and"
    " there are at least as many questions about strengths as about difficulty.",
    serves=(SAFETY, EMPOWERMENT),
)
def help_before_worry(subject: Subject) -> Iterator[Finding]:
    for section in subject.flow.sections:
        first = section.questions[0]
        if section.tag == "own_view_of_risk" and first.sensitivity == 2:
            what = f"{section.id} begins with {first.id}, which is not about what helps"
            yield Finding("R-O9", where_is(subject, first, "sensitivity"), what)
    questions = list(subject.flow.questions)
    hard = [question for question in questions if question.sensitivity == 2]
    light = [question for question in questions if not question.sensitivity]
    if len(hard) > len(light):
        what = f"{len(hard)} questions about difficulty, {len(light)} about what helps or matters"
        yield Finding("R-O9", where_is(subject, hard[-1]), what)


def is_hard(question: Question) -> str:
    """What in its words shows that a question is about difficulty or risk, however it is marked."""
    return next((found.found for found in word_list("en").find(question.ask, ["hard-topic"])), "")


def where_is(subject: Subject, question: Question, field: str = "id") -> str:
    """`file:line` of a question's field."""
    for s, section in enumerate(subject.flow.sections):
        for q, other in enumerate(section.questions):
            if other.id == question.id:
                return place(subject, "section", s, "question", q, field)
    return subject.flow_file


def stretches(subject: Subject) -> list[Sequence[Question]]:
    """Questions that may follow one another with nothing between: the core, and each phase."""
    return [subject.flow.core, *(phase.questions for phase in subject.flow.phases)]


def _told_alike(subject: Subject, question: Question) -> str:
    """An earlier question with the same words but the small ones, if there is one."""
    said = _telling(question.ask)
    for other in subject.flow.questions:
        if other.id == question.id:
            return ""
        if len(said) > 1 and _alike(said, _telling(other.ask)):
            return other.id
    return ""


def _telling(text: str) -> frozenset[str]:
    """The words of the first sentence that are no small ones, in their first four letters."""
    first = text.replace("?", ".").split(".")[0]
    said = set(fold(first).split()) - word_list("en").often
    return frozenset(word[:4] for word in said)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Do two texts have nearly all their words in common?"""
    return len(one & other) >= ALIKE * len(one | other)


def _before(stretch: Sequence[Question], place_in: int) -> Iterator[Question]:
    """The questions that may come straight before this one: those with a condition may not."""
    for question in reversed(stretch[:place_in]):
        yield question
        if not question.when:
            return


def _offered(subject: Subject, question: Question) -> bool:
    """Is this the first question of a section with an offer of its own?"""
    return any(
        section.offer and section.questions[0].id == question.id
        for section in subject.flow.sections
    )


def _second_question(text: str, language: str) -> str:
    """What begins a second question before the question mark (or where there is none), if
    anything does."""
    asked = text.split("?")[0]
    return next((found.found for found in word_list(language).find(asked, ["two-asks"])), "")
