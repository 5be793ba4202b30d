"""Rules of wording: easy to read, no blame, no pressure, no promise, plain characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from operator import add

from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import ASKED, SAID, Kind, Text, plain, questions_in, says, texts, word_list
from bot.conversation.segments import GSM
from bot.conversation.wording import Reading, measure, sentences, syllables, words

POOLED, ONE = 4.0, 6.0  # Flesch-Kincaid grades
LONGEST_SENTENCE = 20  # words
FEW_WORDS = 6  # fewer say nothing about how hard a text is to read
LIX_POOLED, LIX_ONE = 30.0, 70.0
WHY = re.compile(r"(?i)[¿]?(?:but |and |y |pero )?(?:why|how come|por qué)\b")
I_DO = re.compile(r"\bI ([a-z]+(?:'t)?)")
# What a computer that asks and keeps words may say that it does.
DOES = frozenset(
    "am was ask asked keep kept have had will would wait waited write wrote tell told show showed"
    " shown left leave can can't cannot could do don't did didn't read take took answer answered go"
    " see saw stop say said send sent delete deleted note noted know may shall should put repeat"
    " look add added speak call start started begin began change changed only also still first then"
    " not just never always already may wanted want need pass passed give gave find found use used"
    " remove removed save saved store stored hold held got missed plan mean meant think count close"
    " open opened remember forget do try tried make made come came talk understand hear"
    " work".split()
)
LONG_WORD = 4  # syllables; longer words are known to few at nine
KNOWN_LONG = frozenset(
    "anybody everybody interpreter information situation community especially usually activity"
    " activities identity comfortable television january february emergency necessary difficulty"
    " ordinary temporary somebody's everybody's anybody's military secretary education university"
    " category february interested material experience experienced american european vegetarian"
    " immediately accommodation conversation organisation organization available appointment"
    " electricity medication ability independent understanding relationship particular individual"
    " photographer supermarket communicate definitely certificate operator calculator whatsoever"
    " impossible original january's opportunity religious spiritual hearing-aid family's"
    " security".split()
)
# Where a worker reads as well as the person: the headings of the desk.
READ: tuple[Kind, ...] = (*SAID, "desk", "heading", "copy")


@rule(
    "R-W1",
    "English is for a reading age of nine: all of it pooled, each message a little more at most,"
    " no sentence over 20 words, no word of the trade.",
    serves=(EMPOWERMENT, CULTURE),
)
def easy_english(subject: Subject) -> Iterator[Finding]:
    read = [text for text in texts(subject, language="en") if not _empty(text)]
    yield from _too_long("R-W1", read)
    yield from says("R-W1", "jargon", read)
    for text in read:
        for word in words(plain(text.text)):
            known = "-" in word or word in KNOWN_LONG or not word[0].islower()
            if syllables(word) >= LONG_WORD and not known:
                yield Finding("R-W1", text.where, f"{text.key} has the long word {word!r}")
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
    "Other languages are as easy to read: LIX 30 at most over all and 70 in a message, no sentence"
    " over 20 words, no word of the trade.",
    serves=(EMPOWERMENT, CULTURE),
)
def easy_elsewhere(subject: Subject) -> Iterator[Finding]:
    for language in subject.catalogues:
        if language == "en":
            continue
        read = [text for text in texts(subject, language=language) if not _empty(text)]
        yield from _too_long("R-W3", read)
        yield from says("R-W3", "jargon", read)
        for text in read:
            found = measure(plain(text.text))
            if found.words >= FEW_WORDS and found.lix > LIX_ONE:
                yield Finding("R-W3", text.where, f"{text.key} has LIX {found.lix:.0f}")
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
    for group in ("record", "blame"):
        yield from banned(subject, "R-W4", group, kinds=READ)
    yield from banned(subject, "R-W4", "heading", kinds=("desk", "heading"))


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
    for text in texts(subject, "message", "lead", "twin", "why", "offer", language="en"):
        for does in I_DO.findall(text.text):
            if does.casefold() not in DOES:
                what = f"{text.key} says 'I {does}', and a computer does not"
                yield Finding("R-W9", text.where, what)


@rule("R-W10", "Nobody is asked why they did something.", serves=(SAFETY, TRUST))
def no_why_you(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W10", "why-you")
    for text in texts(subject, "ask", "offer"):
        for asked in questions_in(text.text):
            if WHY.match(asked):
                yield Finding("R-W10", text.where, f"{text.key} ({text.language}) asks: {asked!r}")


@rule(
    "R-W11",
    "Words mean what they say: no figure of speech, no verb that changes its meaning by a small"
    " word.",
    serves=(CULTURE, EMPOWERMENT),
)
def no_figures(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W11", "idiom")


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


@rule(
    "R-W15",
    "No wording makes the person, or whoever is around them, a man or a woman.",
    serves=(CULTURE, SAFETY),
)
def neither_man_nor_woman(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-W15", "gendered")


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
