"""Rules of wording: easy to read, no blame, no pressure, no promise, plain characters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add

from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import ASKED, SAID, Kind, Text, plain, says, texts, word_list
from bot.conversation.segments import GSM
from bot.conversation.wording import Reading, measure, sentences, words

POOLED, ONE = 4.0, 6.0  # Flesch-Kincaid grades
LONGEST_SENTENCE = 20  # words
FEW_WORDS = 6  # fewer say nothing about how hard a text is to read
LIX_POOLED = 30.0
# Where a worker reads as well as the person: the headings of the desk.
READ: tuple[Kind, ...] = (*SAID, "desk")


@rule(
    "R-W1",
    "English is for a reading age of nine: all of it pooled, each message a little more at most,"
    " no sentence over 20 words.",
    serves=(EMPOWERMENT, CULTURE),
)
def easy_english(subject: Subject) -> Iterator[Finding]:
    read = [text for text in texts(subject, language="en") if not _empty(text)]
    yield from _too_long("R-W1", read)
    for text in read:
        found = measure(plain(text.text))
        if found.words >= FEW_WORDS and found.grade > ONE:
            what = f"{text.key} has grade {found.grade:.1f}, over {ONE}"
            yield Finding("R-W1", text.where, what)
    for name, part in (("the flow", _asked(read)), ("all of it", read)):
        pooled = _pooled(part)
        if pooled.grade > POOLED:
            what = f"{name} has grade {pooled.grade:.1f}, over {POOLED}"
            yield Finding("R-W1", subject.flow_file, what)


@rule(
    "R-W3",
    "Other languages are as easy to read: LIX 30 at most, no sentence over 20 words.",
    serves=(EMPOWERMENT, CULTURE),
)
def easy_elsewhere(subject: Subject) -> Iterator[Finding]:
    for language in subject.catalogues:
        if language == "en":
            continue
        read = [text for text in texts(subject, language=language) if not _empty(text)]
        yield from _too_long("R-W3", read)
        pooled = _pooled(read)
        if pooled.lix > LIX_POOLED:
            where = subject.catalogue_files.get(language, language)
            yield Finding("R-W3", where, f"{language} has LIX {pooled.lix:.0f}")


@rule(
    "R-W4",
    "No word that blames a person or makes them their illness, in messages or in desk headings.",
    serves=(SAFETY, TRUST, CULTURE),
)
def no_blame(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W4", "record", kinds=READ)


@rule("R-W5", "The person comes first, not what happened to them.", serves=(CULTURE, EMPOWERMENT))
def person_first(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W5", "person-first", kinds=READ)


@rule("R-W6", "Nothing presses: no should, must, have to, failed.", serves=(CHOICE, EMPOWERMENT))
def no_pressure(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W6", "pressure")


@rule("R-W7", "Nothing is promised that the service can't keep.", serves=(TRUST, SAFETY))
def no_promise(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W7", "promise")


@rule("R-W8", "No diagnosis, no clinical label, no score.", serves=(SAFETY, EMPOWERMENT))
def no_label(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W8", "label", kinds=READ)


@rule("R-W9", "The computer does not claim to feel, or to be a person.", serves=(TRUST,))
def no_feelings(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W9", "human")


@rule("R-W10", "Nobody is asked why they did something.", serves=(SAFETY, TRUST))
def no_why_you(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W10", "why-you")


@rule(
    "R-W12",
    "Identity is asked in the person's own words, and nobody has to call themselves other.",
    serves=(CULTURE, EMPOWERMENT),
)
def own_identity(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "choice"):
        others = word_list(text.language).cues.get("other", ())
        if text.text.strip(" .:").casefold() in others:
            yield Finding("R-W12", text.where, f"{text.key} ({text.language}) is {text.text!r}")
    for question in subject.flow.questions:
        if question.kind in ("one", "many") and word_list("en").tells(question.ask, "identity"):
            what = f"{question.id} gives a list to choose an identity from"
            yield Finding("R-W12", where_is(subject, question, "kind"), what)


@rule(
    "R-W13",
    "Every list of choices has a way out, such as: not sure.",
    serves=(CHOICE, SAFETY),
)
def way_out(subject: Subject) -> Iterator[Finding]:
    for question in subject.flow.questions:
        for language in subject.catalogues:
            ways = word_list(language)
            labels = [
                text.text
                for text in texts(subject, "choice", language=language)
                if text.name.split(".")[0] == question.id
            ]
            if labels and ways.cues and not any(ways.tells(label, "way_out") for label in labels):
                what = f"{question.id} ({language}) has no choice such as: not sure"
                yield Finding("R-W13", where_is(subject, question), what)


@rule(
    "R-W14",
    "English texts have plain characters only, so that they stay short and every phone shows them.",
    serves=(EMPOWERMENT, TRUST),
)
def plain_characters(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, *SAID, "teach", "fragment", language="en"):
        if odd := sorted(set(text.text) - GSM):
            yield Finding("R-W14", text.where, f"{text.key} has {odd[0]!r} (U+{ord(odd[0]):04X})")


def banned(
    subject: Subject, rule_id: str, group: str, kinds: tuple[Kind, ...] = SAID
) -> Iterator[Finding]:
    """What texts of these kinds say that this group of the word lists avoids."""
    yield from says(rule_id, group, texts(subject, *kinds))


def _asked(read: list[Text]) -> list[Text]:
    return [text for text in read if text.kind in (*ASKED, "why")]


def _pooled(read: list[Text]) -> Reading:
    return reduce(add, (measure(plain(text.text)) for text in read), Reading())


def _too_long(rule_id: str, read: list[Text]) -> Iterator[Finding]:
    for text in read:
        for sentence in sentences(plain(text.text)):
            if len(words(sentence)) > LONGEST_SENTENCE:
                what = f"{text.key} has a sentence of {len(words(sentence))} words"
                yield Finding(rule_id, text.where, what)


def _empty(text: Text) -> bool:
    return not words(plain(text.text))
