"""Rules of the languages: everything in each, nothing mixed, no placeholder lost."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.reading import shipped
from bot.check.rules import CULTURE, EMPOWERMENT, TRUST, rule
from bot.check.texts import SAID, all_texts, common_place, source_texts, texts, word_list
from bot.conversation.i18n import PLACEHOLDER, placeholders
from bot.conversation.wording import words

MIXED = 2  # small words of another language; one may be a name or a coincidence


@rule(
    "R-C11",
    "Every text exists in every language that is offered, with the same placeholders, and no"
    " message mixes languages.",
    serves=(CULTURE, EMPOWERMENT, TRUST),
)
def every_language(subject: Subject) -> Iterator[Finding]:
    yield from _missing(subject)
    yield from _untranslated(subject)
    yield from _placeholders(subject)
    yield from _mixed(subject)


def _missing(subject: Subject) -> Iterator[Finding]:
    """What the engine says and common.toml does not have."""
    known, here = shipped(), subject.phrases
    for kind, wanted, there in (
        ("message", known.messages, here.messages),
        ("word", known.words, here.words),
        ("fragment", known.fragments, here.fragments),
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
        said = {word.casefold() for word in words(text.text)}
        own = lists[text.language].marks
        for language, other in lists.items():
            foreign = said & other.marks - own
            if language != text.language and len(foreign) >= MIXED and own:
                what = f"{text.key} ({text.language}) has words of {language}: {sorted(foreign)}"
                yield Finding("R-C11", text.where, what)


def _own_words(text: str) -> list[str]:
    """The words of a text that are its own: what fills its placeholders is not."""
    return words(PLACEHOLDER.sub("", text))
