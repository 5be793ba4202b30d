"""The second voice: weights that were learnt from examples (`tools/learn_cues.py`).

It adds up what it knows of the words of a text, of pairs of them, of their letters, and of the
signs that the patterns found, and says how likely each cue is. It speaks where they are silent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import cast

from bot import weights
from bot.conversation.cues import NAMES, Name
from bot.conversation.net import STOP
from bot.cues.patterns import Sign

SIZES = (3, 4)  # letters together
SHORTEST = 3  # letters of a word that is told to a worker
Kinds = Mapping[str, Sequence[str]]  # by the word, what it is of
Four = tuple[float, float, float, float]  # one for each cue, in the order of `NAMES`
# As four, and how much it is noticed at all: what is rare more than what is in every text. Of what
# was added up the last is the sum of the squares.
Five = tuple[float, float, float, float, float]
Heard = Sequence[Five]  # of a text: what its words say, added up to each place
NOTHING: Five = (0.0, 0.0, 0.0, 0.0, 0.0)


def of_letters(word: str) -> Iterator[str]:
    """What the letters of a word are known by."""
    whole = f"<{word}>"
    yield word
    for size in SIZES:
        for start in range(len(whole) - size + 1):
            yield "#" + whole[start : start + size]


def of_places(words: Sequence[str], kinds: Kinds) -> Iterator[list[str]]:
    """What each place of a text is known by, beside the letters of the word there: what the word is
    of, and the words and kinds that stand before it."""
    first = [kinds[word][0] if word in kinds else word for word in words]
    for n, (word, kind) in enumerate(zip(words, first, strict=True)):
        found = list(kinds.get(word, ()))
        if n:
            found += f"{words[n - 1]} {word}", f"{first[n - 1]} {kind}"
        if n > 1:
            found += f"{first[n - 2]} {first[n - 1]} {kind}", f"{first[n - 2]}~{kind}"
        yield found


def of_kinds(words: Sequence[str], kinds: Kinds) -> set[str]:
    """Of what kinds there are words together in one sentence."""
    found: set[str] = set()
    there: set[str] = set()
    for word in (*words, STOP):
        if word == STOP:
            found.update(f"{a}+{b}" for a, b in combinations(sorted(there), 2))
            there.clear()
        elif word in kinds:
            there.update(kinds[word])
    return found


def of_signs(signs: Iterable[Sign], words: int) -> set[str]:
    """What the signs that were found are known by, alone and together."""
    names = {f"{'denied' if sign.denied else sign.kind}:{sign.name}" for sign in signs}
    found = {f"@{name}" for name in names} | {f"@{min(words // 8, 6)}"}
    found.update(f"@{a}&{b}" for a, b in combinations(sorted(names), 2))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """The weights of a language: by what is known of a text, how much it speaks for each cue. What
    they add up to counts by the length of what was noticed: a long text says no more than a short.
    `above`: how likely any cue must be for phrases to be believed, for the letters to speak where
    no phrase does, and for that where a guard stands in the text."""

    weights: Mapping[str, Five]
    bias: Four
    above: tuple[float, float, float]
    ordinary: frozenset[str]  # words of the examples: no slips of others
    words: dict[str, Five] = field(default_factory=dict)

    def heard(self, words: Sequence[str], kinds: Kinds) -> Heard:
        """What the words of a text say one after the other, to be weighed in parts."""
        sums, a, b, c, d, noticed = [NOTHING], 0.0, 0.0, 0.0, 0.0, 0.0
        for word, names in zip(words, of_places(words, kinds), strict=True):
            e, f, g, h, square = self._word(word)
            a, b, c, d, noticed = a + e, b + f, c + g, d + h, noticed + square
            for e, f, g, h, size in filter(None, map(self.weights.get, names)):
                a, b, c, d, noticed = a + e, b + f, c + g, d + h, noticed + size * size
            sums.append((a, b, c, d, noticed))
        return sums

    def weigh(
        self, heard: Heard, words: Sequence[str], start: int, signs: Sequence[Sign], kinds: Kinds
    ) -> tuple[float, Name]:
        """How likely there is any cue in these words of a text, and which is the likeliest."""
        about = of_kinds(words, kinds) | of_signs(signs, len(words))
        more = [_squared(five) for five in filter(None, map(self.weights.get, about))]
        *ends, square = map(sum, zip(heard[start + len(words)], *more, strict=True))
        *begins, before = heard[start]
        length = math.sqrt(square - before) or 1.0
        scores = [
            bias + (end - begin) / length
            for bias, end, begin in zip(self.bias, ends, begins, strict=True)
        ]
        highest = max(0.0, *scores)
        shares = [math.exp(score - highest) for score in scores]
        none = math.exp(-highest)
        return sum(shares) / (sum(shares) + none), NAMES[shares.index(max(shares))]

    def _word(self, word: str) -> Five:
        """What the letters of a word add up to, kept where it is one of ours."""
        if (found := self.words.get(word)) is None:
            parts = [_squared(self.weights.get(name, NOTHING)) for name in of_letters(word)]
            a, b, c, d, square = (sum(column) for column in zip(*parts, strict=True))
            found = (a, b, c, d, square)
            if word in self.weights:
                self.words[word] = found
        return found

    def loudest(self, words: Sequence[str], name: Name) -> list[int]:
        """The places of the words that spoke loudest for a cue."""
        place = NAMES.index(name)
        places = (n for n, word in enumerate(words) if len(word) >= SHORTEST)
        return sorted(sorted(places, key=lambda n: -self._word(words[n])[place])[:3])


def _squared(five: Five) -> Five:
    a, b, c, d, size = five
    return a, b, c, d, size * size


def pack(letters: Letters) -> str:
    """As the text of a file."""
    more = {
        "above": letters.above,
        "ordinary": weights.pack_lines(sorted(letters.ordinary)),
    }
    return weights.pack(letters.weights, letters.bias, more)


def unpack(text: str) -> Letters:
    """Read such a file. Raises `ValueError` or `KeyError`."""
    rows, told = weights.unpack(text, beside=1)
    ordinary = frozenset(weights.unpack_lines(told["ordinary"]))
    return Letters(
        cast("dict[str, Five]", rows), tuple(told["bias"]), tuple(told["above"]), ordinary
    )
