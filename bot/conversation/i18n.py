"""The words in a person's language: catalogues, placeholders, and what there is to translate.

English is the source: its texts are the keys (msgids) of all the others. Nothing here opens a
file; catalogues and flow files come in as data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from babel.messages.pofile import read_po

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

# Contexts: one English word may need different words elsewhere, by where it stands.
SAYS, TEACH, BUTTON, FRAGMENT = "says", "teach", "button", "fragment"
COPY, HEADING = "copy", "heading"

DISCREET = "Others may read it: no name of ours, nothing that says what this is about."
ONE_MESSAGE = "With what it names it is at most 306 plain characters, or 268 with accented ones."
FRAGMENT_NOTES: Final[Mapping[str, str]] = {
    "text_one": "Follows what can be answered. {words} is a list such as: OK or MORE.",
    "text_can": "Says which words can be used. {words} is a list such as: SKIP or PAUSE.",
    "choice": "A numbered choice in a text: 1 Yes.",
    "choices_end": "The numbered choices where another sentence follows them.",
    "day_time": "A day and a time: Monday 11am. It stands in a sentence for {when}.",
    "hours": "Days and times: Mon to Fri, 9 to 5.",
    "hours_days": "From one day to another: Mon to Fri.",
    "hours_times": "From one time to another: 9 to 5.",
    "polite": "A comma list, never shown: words taken off the ends before we look for a command.",
    "thanks": "A comma list, never shown: a text of these alone is a thank you.",
    "also": "A comma list, never shown: words between two choices, as in 1 and 3.",
    "numbers": "A comma list, never shown: the numbers from one to nine.",
    "not_typos": "A comma list, never shown: real words one letter away from a command word.",
    "glue": "A comma list, never shown: small words that say nothing by themselves.",
    "heart": "A comma list, never shown: words that, all there in this order, say a command.",
    "mended": "A comma list, never shown: words of which a message may be a slip.",
    "reasons": "A comma list, never shown: words that a reason has; -word: that none may have.",
    "greetings": "A comma list, never shown: first words that tell us the language.",
}


@dataclass(frozen=True, slots=True, eq=False)  # hashed as itself: a key of caches
class Catalogue:
    """The texts of one language by (context, msgid)."""

    language: str
    entries: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def text(self, msgid: str, context: str = "") -> str:
        """The translation, or the English text where there is none."""
        return self.entries.get((context, msgid), msgid)


SOURCE: Final = Catalogue("en")


def parse_po(data: bytes | str, language: str) -> Catalogue:
    """Read a .po file's content. Entries without a translation and unsure (fuzzy) ones are left
    out. Raises `babel.messages.pofile.PoFileError` where it can't be read."""
    raw = data.encode() if isinstance(data, str) else data
    entries = {
        (message.context or "", message.id): message.string
        for message in read_po(BytesIO(raw), locale=language, abort_invalid=True)
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }
    return Catalogue(language, entries)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in for {name} placeholders, in one pass: what a value holds is never read
    again. Raises `KeyError` for a placeholder without a value."""
    return PLACEHOLDER.sub(lambda match: values[match[1]], text) if "{" in text else text


@lru_cache(4096)
def placeholders(text: str) -> frozenset[str]:
    """The names that a text has placeholders for."""
    return frozenset(PLACEHOLDER.findall(text))


def listed(text: str) -> list[str]:
    """The items of a comma list, in the comma of any script."""
    return [item.strip() for item in re.split("[,،、，]", text) if item.strip()]  # noqa: RUF001


# --- What there is to translate ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One text to translate, and a note that tells the translator what to know."""

    msgid: str
    context: str = ""
    note: str = ""


def flow_entries(flow: Mapping[str, Any]) -> Iterator[Entry]:
    """What a flow file's parsed TOML holds for the people whom it is for. The headings of answers
    (`shows_as`) stand in the copy of their record; titles of sections are for the desk alone."""
    for section in flow.get("section", ()):
        if section.get("offer"):
            yield Entry(section["offer"], note=f"Offers the section {section['id']}. {ONE_MESSAGE}")
        for question in section.get("question", ()):
            yield from _question_entries(question)


def _question_entries(question: Mapping[str, Any]) -> Iterator[Entry]:
    id, sensitivity = question["id"], question.get("sensitivity", 0)
    about = f"sensitivity {sensitivity} of 2. {question.get('note', '')}".strip()
    yield Entry(question["ask"], note=f"The question {id}; {about} Aim for 160 characters.")
    if question.get("ask_for_other"):
        yield Entry(question["ask_for_other"], note=f"As {id}, where somebody writes for another.")
    if question.get("ask_discreet"):
        yield Entry(question["ask_discreet"], note=f"As {id}. {DISCREET}")
    yield Entry(question["why"], note=f"Why we ask {id}; {about} At most 160 characters.")
    if question.get("shows_as"):
        note = f"Over the answer to {id}, in a person's copy of their record."
        yield Entry(question["shows_as"], HEADING, note)
    if question.get("why_for_other"):
        note = f"Why we ask {id}, where somebody writes for another. At most 160 characters."
        yield Entry(question["why_for_other"], note=note)
    if question.get("why_discreet"):
        yield Entry(question["why_discreet"], note=f"Why we ask {id}. {DISCREET}")
    for choice in question.get("choice", ()):
        yield Entry(choice["label"], id, f"A choice of the question {id}. A few words.")


def common_entries(common: Mapping[str, Any]) -> Iterator[Entry]:
    """What common.toml's parsed TOML holds: messages with their leads, words, fragments."""
    for key, message in common.get("message", {}).items():
        note = f"{message.get('note', '')} Message {key}. {ONE_MESSAGE}".strip()
        yield Entry(message["text"], note=note)
        if message.get("discreet"):
            yield Entry(message["discreet"], note=f"As message {key}. {DISCREET}")
        for offer in message.get("offers", ()):
            if offer.get("lead"):
                word = offer["word"]
                note = f"In message {key}; in texts the word for {word} follows it."
                yield Entry(offer["lead"], note=note)
    for name, word in common.get("word", {}).items():
        yield from _word_entries(name, word)
    for key, text in common.get("fragment", {}).items():
        kind = "heart" if key.startswith("heart_") else key
        note = FRAGMENT_NOTES.get(kind, "A short label or piece.")
        yield Entry(text, FRAGMENT, f"Fragment {key}. {note}")
    for key, text in common.get("copy", {}).items():
        note = f"Sentence {key} of a person's copy of their record: on paper, of any length."
        yield Entry(text, COPY, note)


def _word_entries(name: str, word: Mapping[str, str]) -> Iterator[Entry]:
    says = "A comma list, never shown: ways of saying it as a whole message; ~, ^: ask first."
    teach = "Shown in capitals as the word to text. Plain letters only, no word a carrier owns."
    yield Entry(word["says"], SAYS, f"Command {name}. {says}")
    for text in (word.get("teach"), word.get("teach_sms")):
        if text:
            yield Entry(text, TEACH, f"Command {name}. {teach}")
    if word.get("button"):
        yield Entry(word["button"], BUTTON, f"Command {name}. A button, a few words.")
