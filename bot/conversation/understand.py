"""What a message means: a command, a choice, words of the person's own, or perhaps a command.

A command word inside a longer answer is an answer: only the whole message counts, once folded
(case, accents, punctuation, full width, look-alike letters) and with polite words taken off its
ends. English words work in every language. The words themselves are data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from bot.conversation.channel import Traits
from bot.conversation.folding import UNSURE, cuts, fold, in_order, key, one_slip, ours, ways
from bot.conversation.i18n import FRAGMENT, SAYS, TEACH, Catalogue
from bot.conversation.model import Option
from bot.conversation.phrases import Phrases

LONGEST = 160  # a longer message is never a command: the longest way of saying one has 60
YES_NO = frozenset({"yes", "no"})


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
    """Words that may have been meant as the command `guess`: keep them, and ask."""

    guess: str


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
    data = _Data(words, catalogue)
    asked = _Asked(data, _commands(words, catalogue), tuple(options), yes_no)
    candidates = data.candidates(said)
    for candidate in candidates:
        if found := asked.exact(candidate):
            return found
    if many and (codes := asked.several(text)):
        return Chose(codes)
    for candidate in candidates:
        if code := asked.nearly(candidate):
            return Chose((code,))
    guess = data.guess(said)
    return Unclear(guess) if guess else Words(text)


@lru_cache(maxsize=32)
def _commands(words: Phrases, catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The commands by each way of saying them, with `~` before one to ask about first."""
    found: dict[str, tuple[str, ...]] = {}
    text = catalogue.text
    for name, w in words.words.items():
        lists = text(w.says, SAYS), w.says, text(w.teach, TEACH), text(w.teach_sms, TEACH)
        for way in (way for says in lists for way in ways(says)):
            said = way.removeprefix(UNSURE)
            mark = UNSURE if said != way else ""
            if not {name, UNSURE + name} & set(found.get(said, ())):
                found[said] = (*found.get(said, ()), mark + name)
    return found


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

    def guess(self, said: str) -> str:
        """The one command whose taught word is a single slip away, or nothing."""
        if len(said) < 3 or " " in said or said in self.fragment("not_typos"):
            return ""
        near = {
            word.name
            for word in self.words.words.values()
            for text in (word.teach, word.teach_sms)
            for taught in {ours(text), ours(self.catalogue.text(text, TEACH))}
            if len(taught) >= 4 and taught[0] == said[0] and one_slip(said, taught)
        }
        return near.pop() if len(near) == 1 else ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked now."""

    data: _Data
    commands: Mapping[str, tuple[str, ...]]
    options: tuple[Option, ...]
    yes_no: bool

    def exact(self, said: str) -> Command | Chose | Unclear | None:
        """A number, a label or a command, said in full."""
        if code := self.option(said):
            return Chose((code,))
        codes = {option.code for option in self.options}
        found = self.commands.get(said, ())
        for name in found:
            if name in codes:
                return Chose((name,))
            if name in YES_NO and self.yes_no:
                return Command(name)
        name = next((name for name in found if name not in YES_NO), "")
        if name.startswith(UNSURE):
            return Unclear(name.removeprefix(UNSURE))
        return Command(name) if name else None

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
