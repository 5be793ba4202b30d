"""What a message means: a command, a choice, words of the person's own, or perhaps a command.

A command word inside a longer answer is an answer: only the whole message counts, once folded
(case, accents, punctuation, full width, look-alike letters) and with polite words taken off its
ends. English words work in every language. The words themselves are data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.conversation.channel import Traits
from bot.conversation.folding import cuts, fold, in_order, key, one_slip, ours, ways
from bot.conversation.i18n import FRAGMENT, Catalogue
from bot.conversation.model import Option
from bot.conversation.phrases import Phrases
from bot.conversation.sayings import Said, sayings

LONGEST = 160  # a longer message is never a command: the longest way of saying one has 60
YES_NO = frozenset({"yes", "no"})
SENTENCES = re.compile(r"[.!?;,\n…—–]+")  # noqa: RUF001 (a dash between two sentences)
MOST_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class Command:
    """The person used a command. With `carrier` the mobile carrier has acted on it by itself."""

    name: str
    carrier: bool = False


@dataclass(frozen=True, slots=True)
class Chose:
    """The person chose among the options, in the order in which they stand."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The person's own words. `ends` is a command that their last sentence alone would be."""

    text: str = field(default="", repr=False)
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that may have been meant as the command `guess`: keep them, and ask. With `slip`
    they are no words that we know, but one slip away from it."""

    guess: str
    slip: bool = field(default=False, compare=False)


Meaning = Command | Chose | Words | Unclear


def understand(
    text: str,
    words: Phrases,
    catalogue: Catalogue,
    traits: Traits,
    options: Sequence[Option] = (),
    many: bool = False,
    yes_no: bool = False,
) -> Meaning:
    """Say what a message means where `options` are asked (`many`: several may be chosen).

    A bare yes or no counts only where `yes_no` is set or an option has that code.
    """
    if len(text) > LONGEST:
        return Words(text)
    owned = traits.owned.get(text.strip().upper())
    if owned and text.strip().upper() != "YES":
        return Command({"start": "carry_on"}.get(owned, owned), carrier=True)
    said = key(text)
    asked = _Asked(_Data(words, catalogue), tuple(options), yes_no)
    candidates = asked.data.candidates(said) if options else []
    for candidate in candidates:
        if code := asked.option(candidate):
            return Chose((code,))
    if found := asked.command(text, said):
        return found
    if many and (codes := asked.several(text)):
        return Chose(codes)
    for candidate in candidates:
        if code := asked.nearly(candidate):
            return Chose((code,))
    return Words(text)


@dataclass(frozen=True, slots=True)
class _Data:
    """The word lists of a language, with the English ones beside them."""

    words: Phrases
    catalogue: Catalogue

    def fragment(self, name: str) -> frozenset[str]:
        text = self.words.fragments.get(name, "")
        return ways(text) | ways(self.catalogue.text(text, FRAGMENT))

    def number(self, words: str) -> int:
        """The number that these words are, or 0."""
        if words.isdecimal() and len(words) < 3:
            return int(words)
        english = self.words.fragments.get("numbers", "")
        for text in (self.catalogue.text(english, FRAGMENT), english):
            if words in (names := in_order(text)):
                return names.index(words) + 1
        return 0

    def candidates(self, said: str) -> list[str]:
        """The message, then with polite words taken off its ends, the longest first."""
        tokens = said.split(" ")
        polite = self.fragment("polite")
        starts = cuts(tokens, polite)
        ends = [len(tokens) - cut for cut in cuts(tokens[::-1], polite, backwards=True)]
        spans = {(a, b) for a, b in product(starts, ends) if a < b}
        longest_first = sorted(spans, key=lambda span: (span[0] - span[1], span[0]))
        return [" ".join(tokens[a:b]) for a, b in longest_first]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked now."""

    data: _Data
    options: tuple[Option, ...]
    yes_no: bool

    def command(self, text: str, said: str) -> Command | Chose | Unclear | None:
        """A command, or a choice said in the words of one. Of several short sentences each has
        to say the same; a yes or no may stand beside (`no. skip.`)."""
        lists = sayings(self.data.words, self.data.catalogue)
        if found := self._meant(lists.find(said)):
            return found
        parts = [part for part in SENTENCES.split(text) if part.strip()]
        if len(parts) < 2:
            return None
        sentences = [part for part in map(fold, parts) if part]
        if not 1 < len(sentences) < MOST_SENTENCES:
            return None
        heard = [lists.find(part) for part in sentences if not lists.only_polite(part)]
        if not heard or not all(heard):
            return None
        meant = {self._meant(one, also=YES_NO) for one in heard}
        real = {one for one in meant if getattr(one, "name", "") not in YES_NO}
        return (real or meant).pop() if len(real or meant) == 1 else None

    def _meant(
        self, said: Said | None, also: frozenset[str] = frozenset()
    ) -> Command | Chose | Unclear | None:
        codes = {option.code for option in self.options}
        for way in said.ways if said else ():
            if way.name in codes and not way.unsure and not (said and said.slip):
                return Chose((way.name,))
        for way in said.ways if said else ():
            if way.name in YES_NO and not self.yes_no and way.name not in also:
                continue
            if way.unsure or (said and said.slip):
                return None if way.name in YES_NO else Unclear(way.name, slip=not way.unsure)
            return Command(way.name)
        return None

    def option(self, said: str) -> str:
        """The option with this number, this label, or both (`1 Yes`)."""
        number = self.data.number(said) or self.data.number(said.split(" ")[0])
        for place, option in enumerate(self.options, start=1):
            labels = self.labels(option)
            if said in labels or (number == place and self._numbered(said, labels)):
                return option.code
        return ""

    def _numbered(self, said: str, labels: set[str]) -> bool:
        rest = said.partition(" ")[2]
        return not rest or rest in labels

    def labels(self, option: Option) -> set[str]:
        return {ours(option.label), ours(self.data.catalogue.text(option.label, option.context))}

    def several(self, text: str) -> tuple[str, ...]:
        """All the options that a message such as `1 and 3` names, or none if part is unclear."""
        if not self.options or re.search(r"\d\s*[-–—]\s*\d", text):  # noqa: RUF001 (1-3: a range?)
            return ()
        pieces = [
            piece for part in re.split(r"[,،、;/&+\n]", text) for piece in self._pieces(fold(part))
        ]
        codes = {self._piece(piece) for piece in pieces}
        if not codes or "" in codes:
            return ()
        return tuple(option.code for option in self.options if option.code in codes)

    def _pieces(self, said: str) -> list[str]:
        """Cut at words such as `and`; bare numbers also at spaces, and `13` where there are
        fewer than 13 options."""
        also = self.data.fragment("also")
        said = " ".join("," if token in also else token for token in said.split(" "))
        pieces = [piece.strip() for piece in said.split(",") if piece.strip()]
        if not re.fullmatch(r"[\d ,]+", said):
            return pieces
        numbers = said.replace(",", " ").split()
        return [d for n in numbers for d in (n if int(n) > len(self.options) else [n])]

    def _piece(self, piece: str) -> str:
        found = (self.option(said) or self.nearly(said) for said in self.data.candidates(piece))
        return next((code for code in found if code), "")

    def nearly(self, said: str) -> str:
        """The one option whose label begins like this or is a single slip away."""
        if len(said) < 3:
            return ""
        begin = self._codes(lambda label: label.startswith(said))
        slip = self._codes(lambda label: len(label) > 4 and one_slip(label, said))
        codes = begin or slip
        return codes.pop() if len(codes) == 1 else ""

    def _codes(self, near: Callable[[str], bool]) -> set[str]:
        return {o.code for o in self.options for label in self.labels(o) if near(label)}
