"""Rules of the languages: everything in each, nothing mixed, no placeholder lost."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.reading import shipped
from bot.check.rules import CULTURE, EMPOWERMENT, TRUST, rule
from bot.check.texts import SAID, all_texts, common_place, source_texts, texts, word_list
from bot.conversation.i18n import PLACEHOLDER, placeholders
from bot.conversation.wording import words

ENOUGH, FEW_SMALL = 6, 0.15  # words, and what part of them are the small words of a language
SHORTEST, LONGEST, LONG = 0.25, 3.0, 8  # how long a translation is beside so many words of ours
MIXED = 2  # small words of another language; one may be a name or a coincidence


@rule(
    "R-C11",
    "Every text exists in every language that is offered, with the same placeholders; no message"
    " mixes languages, or calls the person otherwise than the rest.",
    serves=(CULTURE, EMPOWERMENT, TRUST),
)
def every_language(subject: Subject) -> Iterator[Finding]:
    yield from _missing(subject)
    yield from _untranslated(subject)
    yield from _placeholders(subject)
    yield from _mixed(subject)
    yield from _strange(subject)
    yield from _another(subject)
    yield from _voice(subject)


def _missing(subject: Subject) -> Iterator[Finding]:
    """What the engine says and common.toml does not have."""
    known, here = shipped(), subject.phrases
    for kind, wanted, there in (
        ("message", known.messages, here.messages),
        ("word", known.words, here.words),
        ("fragment", known.fragments, here.fragments),
        ("copy", known.copy, here.copy),
    ):
        for key in wanted.keys() - there.keys():
            yield Finding("R-C11", common_place(subject, kind), f"there is no {kind} {key!r}")
    for text in source_texts(subject):
        if not text.text.strip():
            yield Finding("R-C11", text.where, f"{text.key} is empty")


def _untranslated(subject: Subject) -> Iterator[Finding]:
    for language, catalogue in subject.catalogues.items():
        for text in source_texts(subject) if language != "en" else ():
            wanted = text.kind != "desk" and text.text.strip()
            said = catalogue.entries.get((text.context, text.msgid), "")
            if wanted and not said.strip():
                yield Finding("R-C11", text.where, f"{text.key} is not translated: {language}")
            elif text.kind in SAID and said == text.msgid and len(_own_words(said)) > 1:
                yield Finding("R-C11", text.where, f"{text.key} is left in English: {language}")


def _placeholders(subject: Subject) -> Iterator[Finding]:
    filled = {name for m in shipped().messages.values() for name in placeholders(m.text)}
    for text in all_texts(subject):
        here, there = placeholders(text.text), placeholders(text.msgid)
        if odd := here ^ there:
            what = f"{text.key} ({text.language}): {{{sorted(odd)[0]}}} is not in both languages"
            yield Finding("R-C11", text.where, what)
        elif text.kind in ("message", "lead", "twin") and (unknown := sorted(here - filled)):
            yield Finding("R-C11", text.where, f"{text.key}: nothing fills {{{unknown[0]}}}")
        elif text.text.count("{") != text.text.count("}"):
            yield Finding("R-C11", text.where, f"{text.key} ({text.language}): a brace is alone")
        elif text.kind in ("ask", "why", "offer", "choice") and here:
            yield Finding("R-C11", text.where, f"{text.key}: a flow's texts have no placeholders")


def _mixed(subject: Subject) -> Iterator[Finding]:
    lists = {language: word_list(language) for language in subject.catalogues}
    for text in texts(subject, *SAID):
        said = {word.casefold() for word in _own_words(text.text)}
        own = lists[text.language].marks | lists[text.language].often
        for language, other in lists.items():
            foreign = said & (other.marks | other.often) - own
            if language != text.language and len(foreign) >= MIXED and own:
                what = f"{text.key} ({text.language}) has words of {language}: {sorted(foreign)}"
                yield Finding("R-C11", text.where, what)


def _strange(subject: Subject) -> Iterator[Finding]:
    """Texts without the small words of their language: they are in another one."""
    for text in texts(subject, *SAID):
        small, said = word_list(text.language).often, [w.casefold() for w in _own_words(text.text)]
        if small and len(said) >= ENOUGH and sum(w in small for w in said) < FEW_SMALL * len(said):
            what = f"{text.key} ({text.language}) does not read as {text.language}"
            yield Finding("R-C11", text.where, what)


def _another(subject: Subject) -> Iterator[Finding]:
    """Translations that say something else: far shorter or longer, or asking where ours tells."""
    for text in texts(subject, *SAID):
        ours, theirs = len(_own_words(text.msgid)), len(_own_words(text.text))
        if text.language == "en" or not text.text.strip():
            continue
        if ours >= LONG and not SHORTEST * ours < theirs < LONGEST * ours:
            what = f"{text.key} ({text.language}) has {theirs} words for {ours}"
            yield Finding("R-C11", text.where, what)
        if "?" not in text.text and text.msgid.rstrip().endswith("?"):
            yield Finding("R-C11", text.where, f"{text.key} ({text.language}) does not ask")


def _voice(subject: Subject) -> Iterator[Finding]:
    """The few texts that call the person by the formal word where most call them by the other."""
    for language in subject.catalogues:
        ways = word_list(language)
        said = list(texts(subject, *SAID, language=language))
        formal = [text for text in said if ways.tells(text.text, "formal")]
        if len(formal) < sum(ways.tells(text.text, "informal") for text in said):
            for text in formal:
                what = f"{text.key} ({language}) calls the person otherwise than the rest"
                yield Finding("R-C11", text.where, what)


def _own_words(text: str) -> list[str]:
    """The words of a text that are its own: what fills its placeholders is not."""
    return words(PLACEHOLDER.sub("", text))
