"""Rules of what people write: taken for what it is, shown back unchanged, met honestly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bot.check.facts import holds, lacks
from bot.check.finding import Finding, Subject
from bot.check.hearing import hears
from bot.check.order import where_is
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, TRUST, rule
from bot.check.texts import WORDS, common_place, says, texts, word_list
from bot.conversation.channel import TRAITS
from bot.conversation.flow import Question
from bot.conversation.model import Option
from bot.conversation.understand import Chose, Command, understand

SHOWN_BACK = {
    "times": ("{times}",),
    "review_line": ("{number}", "{words}"),
    "review_both": ("{number}", "{words}", "{own}"),
    "review_words": ("{words}",),
}


@rule(
    "R-S10",
    "A word of ours inside what somebody tells is their answer, never a command.",
    serves=(EMPOWERMENT, CHOICE),
)
def answers_are_answers(subject: Subject) -> Iterator[Finding]:
    for language in subject.catalogues:
        phrases, catalogue = hears(subject, language)
        for traits in TRAITS.values():
            for answer in answers(language):
                meant = understand(answer, phrases, catalogue, traits)
                if isinstance(meant, Command):
                    where = common_place(subject, f"word.{meant.name}", "says")
                    what = f"{answer!r} ({language}, {traits.name}) is taken for {meant.name}"
                    yield Finding("R-S10", where, what)


@rule(
    "R-C12",
    "A choice is understood by its number and by its words, in every language; where one may be"
    " chosen the question does not speak of several.",
    serves=(CULTURE, EMPOWERMENT),
)
def choices_are_understood(subject: Subject) -> Iterator[Finding]:
    for question in subject.flow.questions:
        for language in subject.catalogues if question.choices else ():
            for label in _mistaken(subject, question, language):
                what = f"{question.id} ({language}): {label!r} is not understood as that choice"
                yield Finding("R-C12", where_is(subject, question, "choice"), what)
    for text in texts(subject, "ask"):
        asked, ways = subject.flow.question(text.name), word_list(text.language)
        if asked and asked.kind == "one" and ways.tells(text.text, "more_than_one"):
            what = f"{text.key} ({text.language}) lets only one be chosen, and says otherwise"
            yield Finding("R-C12", text.where, what)


@rule(
    "R-C13",
    "Who sends a picture or a voice note is told that nobody can see or hear it here.",
    serves=(TRUST,),
)
def honest_about_media(subject: Subject) -> Iterator[Finding]:
    for key in ("media", "media_again"):
        yield from lacks(subject, "R-C13", key, ("cant_see",), (key,))
    said = [text for text in texts(subject, "message") if text.name.startswith("media")]
    yield from says("R-C13", "sees-media", said)


@rule(
    "R-E1",
    "What is shown back is in the person's own words, unchanged and numbered.",
    serves=(EMPOWERMENT, TRUST),
)
def own_words_back(subject: Subject) -> Iterator[Finding]:
    for key, named in SHOWN_BACK.items():
        yield from holds(subject, "R-E1", key, named)
    yield from lacks(subject, "R-E1", "review", ("own_words",), ("review",))
    shown = [text for text in texts(subject, "message") if text.name.startswith("review")]
    yield from says("R-E1", "summary", shown)


@lru_cache(maxsize=8)
def answers(language: str) -> tuple[str, ...]:
    """What people have been seen to answer that holds a word of ours; none where we have none."""
    path = WORDS / f"answers_{language.split('-')[0]}.txt"
    return tuple(path.read_text("utf-8").splitlines()) if path.exists() else ()


def _mistaken(subject: Subject, question: Question, language: str) -> Iterator[str]:
    """Labels, and numbers, that are taken for another choice or for something else."""
    phrases, catalogue = hears(subject, language)
    labels = [subject.catalogues[language].text(c.label, question.id) for c in question.choices]
    options = tuple(Option(c.code, c.label, question.id) for c in question.choices)
    many = question.kind == "many"
    for number, (choice, label) in enumerate(zip(question.choices, labels, strict=True), start=1):
        for traits in TRAITS.values():
            for said in (label, str(number)):
                meant = understand(said, phrases, catalogue, traits, options, many)
                if not (isinstance(meant, Chose) and meant.codes == (choice.code,)):
                    yield said
