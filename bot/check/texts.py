"""Every text that a person or a worker can read, in every language, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from bot.check.finding import Finding, Subject
from bot.check.lines import common_lines, flow_lines, po_lines
from bot.conversation import wording
from bot.conversation.i18n import (
    BUTTON,
    COPY,
    FRAGMENT,
    HEADING,
    SAYS,
    SOURCE,
    TEACH,
    placeholders,
)
from bot.conversation.wording import WordList

WORDS = Path(__file__).parent / "words"
Kind = Literal[
    "message",
    "lead",
    "twin",
    "ask",
    "why",
    "offer",
    "choice",
    "says",
    "teach",
    "button",
    "fragment",
    "desk",
    "heading",
    "copy",
]
SAID: tuple[Kind, ...] = ("message", "lead", "twin", "ask", "why", "offer", "choice", "button")
ASKED: tuple[Kind, ...] = ("ask", "offer", "choice")
Part: TypeAlias = Callable[[str], str]
# Comma lists that are never shown.
NEVER_SHOWN = ("polite", "also", "numbers", "not_typos", "greetings", "no_code")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language. `key` names it, such as `ask.good_at` or `message.notice_1`;
    `msgid` is the English of it; `where` is its file and line."""

    key: str
    kind: Kind
    language: str
    text: str
    msgid: str
    context: str
    where: str

    @property
    def name(self) -> str:
        """The key without its kind."""
        return self.key.split(".", 1)[1]


@lru_cache(maxsize=8)
def word_list(language: str) -> WordList:
    """The word list of a language; an empty one where we have none."""
    path = WORDS / f"{language.split('-')[0]}.toml"
    if not path.exists():
        return WordList(language)
    return wording.parse(path.read_text("utf-8"), language)


@lru_cache(maxsize=4)
def source_texts(subject: Subject) -> tuple[Text, ...]:
    """The English texts: of the flow, then those that every flow shares."""
    return (*_flow(subject), *_common(subject))


@lru_cache(maxsize=4)
def all_texts(subject: Subject) -> tuple[Text, ...]:
    """The texts of all languages. What is not translated stands in English only."""
    found = list(source_texts(subject))
    for language, catalogue in subject.catalogues.items():
        if language != SOURCE.language:
            file = subject.catalogue_files.get(language, language)
            lines = po_lines(subject.files.get(file, ""), language)
            for text in source_texts(subject):
                said = catalogue.entries.get((text.context, text.msgid))
                if said is not None and text.kind != "desk":
                    at = f"{file}:{lines.get((text.context, text.msgid), 1)}"
                    found.append(
                        Text(text.key, text.kind, language, said, text.msgid, text.context, at)
                    )
    return tuple(found)


def texts(subject: Subject, *kinds: Kind, language: str = "") -> Iterator[Text]:
    """The texts of these kinds (default: what people read), in one language or in all."""
    known = _by_kind(subject)
    spoken = (language,) if language else tuple(subject.catalogues)
    for spoken_one in spoken:
        for kind in kinds or SAID:
            yield from known.get((spoken_one, kind), ())


@lru_cache(maxsize=4)
def _by_kind(subject: Subject) -> dict[tuple[str, Kind], list[Text]]:
    found: dict[tuple[str, Kind], list[Text]] = {}
    for text in all_texts(subject):
        found.setdefault((text.language, text.kind), []).append(text)
    return found


def messages(subject: Subject, language: str, *keys: str) -> str:
    """Shared messages in one language, with the sentences that offer words, put together."""
    known = _by_message(subject)
    return " ".join(text for key in keys for text in known.get((language, key), ()))


def message(subject: Subject, language: str, key: str) -> str:
    """The sentences of one shared message, without those that offer words."""
    return _by_message(subject).get((language, key), [""])[0]


@lru_cache(maxsize=4)
def _by_message(subject: Subject) -> dict[tuple[str, str], list[str]]:
    """The sentence and the leads of each shared message, by language and key."""
    found: dict[tuple[str, str], list[str]] = {}
    for text in all_texts(subject):
        if text.kind in ("message", "lead"):
            found.setdefault((text.language, text.name.split(".")[0]), []).append(text.text)
    return found


def says(rule_id: str, group: str, among: Iterable[Text], part: Part = str) -> Iterator[Finding]:
    """Which of these texts say what this group of the word lists avoids; `part` is what of a text
    is looked at."""
    for text in among:
        for found in word_list(text.language).find(part(text.text), [group]):
            what = f"{text.key} ({text.language}) says {found.found!r}; better: "
            yield Finding(rule_id, text.where, f"{what}{found.entry.instead}")


def place(subject: Subject, *loc: str | int) -> str:
    """`file:line` of something in the flow file."""
    lines = flow_lines(subject.files.get(subject.flow_file, ""))
    near = (lines[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in lines)
    return f"{subject.flow_file}:{next(near, 1)}"


def common_place(subject: Subject, table: str, key: str = "") -> str:
    """`file:line` of a table of common.toml, such as `message.notice_1`, or of a key in it."""
    lines = common_lines(subject.files.get(subject.common_file, ""))
    return f"{subject.common_file}:{lines.get((table, key)) or lines.get((table, ''), 1)}"


def plain(text: str) -> str:
    """A text with its placeholders as one short word each, as a reader meets them."""
    for name in placeholders(text):
        text = text.replace("{" + name + "}", "Ann")
    return text


def questions_in(text: str) -> list[str]:
    """The sentences of a text that end in a question mark."""
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part.endswith("?")]


def asked_in(text: str) -> str:
    """The same, as one text."""
    return " ".join(questions_in(text))


def _flow(subject: Subject) -> Iterator[Text]:
    def text(key: str, kind: Kind, msgid: str, *loc: str | int, context: str = "") -> Text:
        return Text(key, kind, "en", msgid, msgid, context, place(subject, *loc))

    for s, section in enumerate(subject.flow.sections):
        if offer := str(getattr(section, "offer", "")):
            yield text(f"offer.{section.id}", "offer", offer, "section", s, "offer")
        yield text(f"desk.{section.id}", "desk", section.title, "section", s, "title")
        for q, question in enumerate(section.questions):
            at, id = ("section", s, "question", q), question.id
            yield text(f"ask.{id}", "ask", question.ask, *at, "ask")
            if other := question.ask_for_other:
                yield text(f"ask_other.{id}", "ask", other, *at, "ask_for_other")
            if question.why.strip():
                yield text(f"why.{id}", "why", question.why, *at, "why")
            if other := question.why_for_other:
                yield text(f"why_other.{id}", "why", other, *at, "why_for_other")
            for field in ("ask", "why"):
                if twin := str(getattr(question, f"{field}_discreet", "")):
                    yield text(f"twin.{field}.{id}", "twin", twin, *at, f"{field}_discreet")
            here = (*at, "shows_as")
            yield text(f"desk.{id}", "heading", question.shows_as, *here, context=HEADING)
            for c, choice in enumerate(question.choices):
                where = (*at, "choice", c, "label")
                yield text(f"choice.{id}.{choice.code}", "choice", choice.label, *where, context=id)


def _common(subject: Subject) -> Iterator[Text]:
    def text(key: str, kind: Kind, msgid: str, table: str, field: str, context: str = "") -> Text:
        where = common_place(subject, table, field)
        return Text(key, kind, "en", msgid, msgid, context, where)

    for key, message in subject.phrases.messages.items():
        table = f"message.{key}"
        yield text(table, "message", message.text, table, "text")
        if message.discreet:
            yield text(f"twin.{key}", "twin", message.discreet, table, "discreet")
        for word, lead in message.offers:
            if lead:
                yield text(f"lead.{key}.{word}", "lead", lead, table, "offers")
    for name, word_ in subject.phrases.words.items():
        table = f"word.{name}"
        yield text(f"says.{name}", "says", word_.says, table, "says", SAYS)
        for field in ("teach", "teach_sms"):
            if taught := getattr(word_, field):
                yield text(f"{field}.{name}", "teach", taught, table, field, TEACH)
        if word_.button:
            yield text(f"button.{name}", "button", word_.button, table, "button", BUTTON)
    for key, fragment in subject.phrases.fragments.items():
        yield text(f"fragment.{key}", "fragment", fragment, "fragment", key, FRAGMENT)
    for key, sentence in subject.phrases.copy.items():
        yield text(f"copy.{key}", "copy", sentence, "copy", key, COPY)
