"""What a turn says, as messages: one language, one channel, as few messages as carry it.

In texts (SMS) choices are numbered and words to send are named in sentences; where the channel
has buttons both become buttons. A text of ours takes at most 2 parts in GSM-7 or 4 in UCS-2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.conversation.channel import Button, Traits
from bot.conversation.i18n import BUTTON, SOURCE, TEACH, Catalogue, fill
from bot.conversation.model import (
    QUOTE_CLOSE,
    QUOTE_OPEN,
    Conversation,
    Labels,
    Option,
    Quote,
    Rendered,
    Say,
    Value,
    World,
)
from bot.conversation.phrases import Phrases, Word
from bot.conversation.safe_times import SafeTimes
from bot.conversation.segments import fits
from bot.conversation.service import Hours
from bot.conversation.times import Speaker
from bot.conversation.twins import plain

REMEMBERED = 2048  # turns; a language of an intake has a few hundred
MOST_MESSAGES = 3  # in a row, without a word from the person
ANSWERS = frozenset({"yes", "no", "carry_on"})  # what can be said to what was just asked
HINTS = frozenset({"skip", "pause", "back", "why"})  # good to see, but not at the price of length
QUOTED = re.compile(f"{QUOTE_OPEN}[^{QUOTE_CLOSE}]*{QUOTE_CLOSE}")
NAMED = "day_name"  # the words stand behind it, not under it
SENTENCES = re.compile(r"(?<=[.?!]) +")


def render(
    world: World,
    conversation: Conversation,
    says: Sequence[Say],
    traits: Traits,
    now: datetime | None = None,
) -> tuple[Rendered, ...]:
    """Put what a turn says into messages. `now` (default: when the person last wrote) decides
    whether a day is named by its weekday. A value `size` of a say is the size of the words that
    it quotes. Raises `KeyError` for a placeholder without a value, and `ValueError` where a word
    to teach is one that the channel's carrier owns."""
    conversation = conversation.stranger or conversation
    says = plain(world.phrases, says) if conversation.discreet else says
    if not any(say.values for say in says):
        return _remembered(world, conversation.language, tuple(says), traits)
    since = now or conversation.last_wrote or conversation.started
    return _render(world, conversation.language, says, traits, since)


@lru_cache(REMEMBERED)
def _remembered(
    world: World, language: str, says: Sequence[Say], traits: Traits
) -> tuple[Rendered, ...]:
    """Says without values are the same messages for everybody, and most are of this kind: they
    are made once. Nothing of a person is in them."""
    return _render(world, language, says, traits, None)


def _render(
    world: World, language: str, says: Sequence[Say], traits: Traits, since: datetime | None
) -> tuple[Rendered, ...]:
    catalogue = world.catalogues.get(language, SOURCE)
    voice = _Voice(world, Speaker(world.phrases, catalogue), traits, since)
    pieces = [voice.piece(say, last=say is says[-1]) for say in says]
    if traits.segments:
        pieces = [part for piece in pieces for part in _cut(piece)]
    return tuple(_message(page, traits) for page in _pages(pieces, traits))


def taught(world: World, language: str, traits: Traits) -> dict[str, str]:
    """The word that is shown for each command, in this language on this channel. Raises
    `ValueError` where the carrier owns one of them."""
    catalogue = world.catalogues.get(language, SOURCE)
    voice = _Voice(world, Speaker(world.phrases, catalogue), traits, None)
    return {name: voice.word(name) for name, word in world.phrases.words.items() if word.teach}


def describe_hours(hours: Hours, phrases: Phrases, catalogue: Catalogue = SOURCE) -> str:
    """When people of the service are there, as words: `Mon to Fri, 9 to 5`."""
    return Speaker(phrases, catalogue).hours(hours)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One say as words: `hint` may be left out; `size` stands for quoted words when counting."""

    say: Say
    text: str
    hint: str
    size: int
    buttons: tuple[Button, ...]

    @property
    def line(self) -> bool:
        """Is it a line by itself? (Answers at the review, a piece of a copy.)"""
        return self.say.key.startswith(("review.", "copy_piece"))


@dataclass(frozen=True, slots=True)
class _Voice:
    """One language on one channel."""

    world: World
    speaker: Speaker
    traits: Traits
    since: datetime | None

    def piece(self, say: Say, last: bool) -> _Piece:
        values = {name: self.value(value) for name, value in say.values.items()}
        text = fill(self.speaker.catalogue.text(say.text), values)
        size = say.values.get("size", 0)
        size = size if isinstance(size, int) else 0
        if self.traits.buttons:
            return _Piece(say, text, "", size, tuple(self.buttons(say)))
        leads, hint = self.offers(say)
        choices = self.choices(say.options, follows=bool(leads or hint) or not last)
        parts = [text, choices, *leads]
        return _Piece(say, " ".join(part for part in parts if part), hint, size, ())

    def value(self, value: Value) -> str:
        if isinstance(value, datetime):
            return self.speaker.moment(value, self.world.hours.zone, self.since)
        if isinstance(value, Quote):
            return f"{QUOTE_OPEN}{','.join(value.messages)}{QUOTE_CLOSE}"
        if isinstance(value, Labels):
            return self.speaker.all_of([self.label(option) for option in value.options])
        if isinstance(value, SafeTimes):
            return self.speaker.safe(value)
        if isinstance(value, Hours):
            return self.speaker.hours(value)
        return str(value)

    def label(self, option: Option) -> str:
        return self.speaker.catalogue.text(option.label, option.context)

    def choices(self, options: Sequence[Option], follows: bool) -> str:
        """`1 Yes 2 No`, with a full stop where another sentence follows."""
        numbered = [
            self.speaker.piece("choice", number=str(number), label=self.label(option))
            for number, option in enumerate(options, start=1)
        ]
        shown = " ".join(numbered)
        return self.speaker.piece("choices_end", choices=shown) if shown and follows else shown

    def offers(self, say: Say) -> tuple[list[str], str]:
        """Sentences that name words to text, and apart from them the hint that may be dropped."""
        sentences, hint = [], ""
        for lead in dict.fromkeys(lead for _, lead in say.offers):
            names = [name for name, its in say.offers if its == lead]
            words = self.speaker.either([self.word(name) for name in names])
            if lead:
                lead = self.speaker.catalogue.text(lead)
                sentences.append(f"{lead} {self.speaker.piece('text_one', words=words)}")
            elif HINTS.issuperset(names):
                hint = self.speaker.piece("text_can", words=words)
            else:
                asked = not ANSWERS.isdisjoint(names)
                sentences.append(
                    self.speaker.piece("text_one" if asked else "text_can", words=words)
                )
        return sentences, hint

    def word(self, name: str) -> str:
        word: Word = self.world.phrases.words[name]
        source = word.teach_sms if self.traits.segments and word.teach_sms else word.teach
        found = self.speaker.catalogue.text(source, TEACH)
        if found.upper() in self.traits.owned:
            raise ValueError(f"{found} for {name}: the carrier of {self.traits.name} owns it")
        return found

    def buttons(self, say: Say) -> Iterator[Button]:
        for option in say.options:
            yield Button(f"o:{option.code}", self.label(option))
        for name, _ in say.offers:
            word = self.world.phrases.words[name]
            yield Button(f"c:{name}", self.speaker.catalogue.text(word.button, BUTTON))


# --- From says to messages -----------------------------------------------------------------------


def _pages(pieces: Sequence[_Piece], traits: Traits) -> list[list[_Piece]]:
    """As few messages as carry it; what must stand alone does, and texts stay short."""
    pages: list[list[_Piece]] = []
    for piece in pieces:
        full = len(pages) == MOST_MESSAGES
        if pages and (full or _goes_on(pages[-1], piece, traits)):
            pages[-1].append(piece)
        else:
            pages.append([piece])
    return pages


def _goes_on(page: Sequence[_Piece], piece: _Piece, traits: Traits) -> bool:
    if page[-1].say.own_message or piece.say.own_message:
        return False
    return not traits.segments or _short([*page, piece])


def _short(page: Sequence[_Piece], hints: bool = False) -> bool:
    """Is this short enough for one text, the quoted words counted by their size?"""
    text = _text(page, hints, lines=True)
    return fits(QUOTED.sub("", text) + "x" * sum(piece.size for piece in page))


def _cut(piece: _Piece) -> list[_Piece]:
    """A say that is too long for one text by itself, cut between its sentences."""
    if _short([piece]) or QUOTED.search(piece.text):
        return [piece]
    sentences = SENTENCES.split(piece.text)
    return [replace(piece, text=text, hint="") for text in sentences]


def _text(page: Sequence[_Piece], hints: bool, lines: bool) -> str:
    """Sentences after one another in texts (`lines`), paragraphs where there is room."""
    found = ""
    for place, piece in enumerate(page):
        words = f"{piece.text} {piece.hint}" if hints and piece.hint else piece.text
        if found:
            close, wide = ("\n", " ") if lines else ("\n", "\n\n")
            either = piece.line or page[place - 1].line
            both = piece.line and page[place - 1].line
            named = page[place - 1].say.key == NAMED
            found += " " if named else close if (either if lines else both) else wide
        found += words
    return found


def _message(page: Sequence[_Piece], traits: Traits) -> Rendered:
    hints = traits.segments and _short(page, hints=True)
    buttons = dict.fromkeys(button for piece in page for button in piece.buttons)
    return Rendered(
        text=_text(page, hints, lines=traits.segments),
        buttons=tuple(buttons),
        said=tuple(dict.fromkeys(piece.say.key for piece in page)),
        prompted=any(piece.say.prompted for piece in page),
    )
