"""Rules of the reasons: each question has one, which tells what its answer is used for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import COLLABORATION, TRUST, rule
from bot.check.texts import says, texts, word_list
from bot.conversation.folding import fold
from bot.conversation.wording import words

STEM = 4  # letters: help, helps and helped are one word
# Words that tell nothing of what an answer is used for.
SAYS_LITTLE = frozenset(
    "know need needs needed want wants help helps helpful like likes liked hear ask asks asked say"
    " says tell tells get gets everyone everybody each one thing things so because answer answers"
    " question questions useful important matters".split()
)


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
        question, ways = subject.flow.question(text.name), word_list(text.language)
        sensitive = question is not None and bool(question.sensitivity and ways.cues)
        if sensitive and not ways.tells(text.text, "who_sees"):
            what = f"{text.key} ({text.language}) does not say who sees the answer"
            yield Finding("R-S4", text.where, what)
    yield from says("R-S4", "circular", texts(subject, "why"))
    yield from _says_nothing(subject)
    for question in subject.flow.questions:
        if not question.why.strip():
            yield Finding("R-S4", where_is(subject, question), f"{question.id} has no reason")
        if fold(question.why) == fold(question.ask) or "?" in question.why:
            what = f"{question.id}: its reason asks instead of telling"
            yield Finding("R-S4", where_is(subject, question, "why"), what)


def _says_nothing(subject: Subject) -> Iterator[Finding]:
    """Reasons that only say again what is asked."""
    for question in subject.flow.questions:
        own = _content(question.why) - _content(question.ask)
        if question.why.strip() and not own:
            what = f"{question.id}: its reason says nothing but the question: {question.why!r}"
            yield Finding("R-S4", where_is(subject, question, "why"), what)


def _content(text: str) -> set[str]:
    """The words of an English text that tell something, in their first letters."""
    empty = word_list("en").often | SAYS_LITTLE
    said = {word.casefold() for word in words(text)} - empty
    return {word[:STEM] for word in said}
