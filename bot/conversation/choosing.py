"""Which of the choices that are asked does a message name: by number, by label, by both, nearly?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from bot.conversation.folding import fold, in_order, one_slip, ours, ways
from bot.conversation.i18n import FRAGMENT, Catalogue
from bot.conversation.model import Option
from bot.conversation.phrases import Phrases

LONGEST_POLITE = 5  # words
BESIDE = 8  # letters that a number before a label may have, with its space
BETWEEN = re.compile(r"[,،、;/&+\n]")
RANGE = re.compile(r"\d\s*[-–—]\s*\d")  # noqa: RUF001 (1-3: a range?)


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """The options that are asked, made ready in one language, with the English words beside."""

    options: tuple[Option, ...]
    labels: Mapping[str, str]  # to codes
    longest: int  # letters of a label
    numbers: Mapping[str, int]
    polite: frozenset[str]
    edges: frozenset[str]  # the first and last words of polite ones
    also: frozenset[str]

    def candidates(self, said: str) -> list[str]:
        """The message, then with polite words taken off its ends, the longest first. Only what
        is short enough to be a choice."""
        tokens = said.split(" ")
        if not any(one in self.edges or not one.isalpha() for one in (tokens[0], tokens[-1])):
            return [said] if len(said) <= self.longest else []
        starts = self._cuts(tokens)
        ends = [len(tokens) - cut for cut in self._cuts(tokens[::-1], backwards=True)]
        spans = {(a, b) for a, b in product(starts, ends) if a < b}
        longest_first = sorted(spans, key=lambda span: (span[0] - span[1], span[0]))
        found = (" ".join(tokens[a:b]) for a, b in longest_first)
        return [one for one in found if len(one) <= self.longest + BESIDE]

    def _cuts(self, tokens: Sequence[str], *, backwards: bool = False) -> set[int]:
        """Where the message may begin once polite words, symbols and none are taken off."""
        step = -1 if backwards else 1
        found, waiting = {0}, [0]
        while waiting:
            start = waiting.pop()
            if start < len(tokens) and tokens[start].isalpha() and tokens[start] not in self.edges:
                continue
            for end in range(start + 1, min(start + LONGEST_POLITE, len(tokens)) + 1):
                words = " ".join(tokens[start:end][::step])
                if end not in found and (words in self.polite or not _says_something(words)):
                    found.add(end)
                    waiting.append(end)
        return found

    def option(self, said: str) -> str:
        """The option with this number, this label, or both (`1 Yes`)."""
        if code := self.labels.get(said):
            return code
        first, _, rest = said.partition(" ")
        number = self._number(first)
        if not 0 < number <= len(self.options):
            return ""
        code = self.options[number - 1].code
        return code if not rest or self.labels.get(rest) == code else ""

    def _number(self, word: str) -> int:
        if word.isdecimal() and len(word) < 3:
            return int(word)
        return self.numbers.get(word, 0)

    def nearly(self, said: str) -> str:
        """The one option whose label begins like this or is a single slip away."""
        if not 3 <= len(said) <= self.longest + 1:
            return ""
        labels = self.labels.items()
        codes = {code for label, code in labels if label.startswith(said)}
        codes = codes or {
            code for label, code in labels if len(label) > 4 and one_slip(label, said)
        }
        return codes.pop() if len(codes) == 1 else ""

    def several(self, text: str) -> tuple[str, ...]:
        """All the options that a message such as `1 and 3` names, or none if part is unclear."""
        if RANGE.search(text):
            return ()
        codes = set[str]()
        for part in BETWEEN.split(text):
            for piece in self._pieces(fold(part)):
                if not (code := self._piece(piece)):
                    return ()
                codes.add(code)
        return tuple(option.code for option in self.options if option.code in codes)

    def _pieces(self, said: str) -> list[str]:
        """Cut at words such as `and`; bare numbers also at spaces, and `13` where there are
        fewer than 13 options."""
        said = " ".join("," if token in self.also else token for token in said.split(" "))
        pieces = [piece.strip() for piece in said.split(",") if piece.strip()]
        if not re.fullmatch(r"[\d ,]+", said):
            return pieces
        numbers = said.replace(",", " ").split()
        return [d for n in numbers for d in (n if int(n) > len(self.options) else [n])]

    def _piece(self, piece: str) -> str:
        found = (self.option(said) or self.nearly(said) for said in self.candidates(piece))
        return next((code for code in found if code), "")


def _says_something(words: str) -> bool:
    return any(map(str.isalnum, words))


@lru_cache(maxsize=256)
def choosing(options: tuple[Option, ...], words: Phrases, catalogue: Catalogue) -> Choices:
    """These options, made ready."""
    labels = dict(reversed(list(_labels(options, catalogue))))  # of two alike the first counts
    polite = _both("polite", words, catalogue)
    return Choices(
        options,
        labels,
        max(map(len, labels)),
        _numbers(words, catalogue),
        polite,
        frozenset(word for one in polite for word in (one.split(" ")[0], one.split(" ")[-1])),
        _both("also", words, catalogue),
    )


def _labels(options: Iterable[Option], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for option in options:
        for label in (option.label, catalogue.text(option.label, option.context)):
            yield ours(label), option.code


def _numbers(words: Phrases, catalogue: Catalogue) -> dict[str, int]:
    english = words.fragments.get("numbers", "")
    lists = (in_order(english), in_order(catalogue.text(english, FRAGMENT)))
    return {name: number for names in lists for number, name in enumerate(names, start=1)}


def _both(name: str, words: Phrases, catalogue: Catalogue) -> frozenset[str]:
    text = words.fragments.get(name, "")
    return ways(text) | ways(catalogue.text(text, FRAGMENT))
