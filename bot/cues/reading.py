"""A text as the words that cues are looked for in: folded, text-speak and short forms written out.

A full stop between sentences is a word of its own, so that no phrase runs over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.conversation.folding import fold
from bot.conversation.net import STOP
from bot.conversation.slips import Slips, slips

SENTENCES = re.compile(r"([.!?;\u2026]+)")
BETWEEN = re.compile(r"[/\u2013\u2014_*+=~|:,()-]+")  # they part words
LONGEST = 4096  # characters that are read: the longest message that there is (Telegram)
LONG_WORD = 5  # letters from which a strange word may be a slip
MOST_SLIPS = 12  # strange words that are looked at in one text

WINDOW, STRIDE = 22, 11  # words that are looked at together in a long text, and how far on the next

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """The words of a text as they are read, and for each the word as it was written."""

    words: list[str]
    written: list[str]

    def as_written(self, start: int, end: int) -> str:
        """What stands in the text from one word to another."""
        return " ".join(dict.fromkeys(self.written[start:end]))


def windows(size: int) -> list[tuple[int, int]]:
    """The parts in which a text of so many words is looked at: what is said in one breath among
    much else must not be drowned by it, nor denied by what stands far off."""
    if size <= WINDOW + STRIDE:
        return [(0, size)]
    starts = [*range(0, size - WINDOW, STRIDE), size - WINDOW]
    return [(start, start + WINDOW) for start in starts]


def sentence(words: Sequence[str], place: int) -> tuple[int, int]:
    """The sentence in which this word stands."""
    ends = [n for n, word in enumerate(words) if word == STOP]
    start = max((end + 1 for end in ends if end < place), default=0)
    return start, min((end for end in ends if end > place), default=len(words))


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """How a language is read: `short` forms to the words they stand for, `known` words that are
    never slips, the words that a strange one may be a slip of, and `endings` that are spoken so.
    `met` are words that were read before, where all they stand for is in our own lists."""

    short: Mapping[str, Words]
    known: frozenset[str]
    near: Slips
    endings: tuple[tuple[str, str], ...] = ()
    met: dict[str, Words] = field(default_factory=dict)

    def read(self, text: str) -> Read:
        """The words of a text."""
        found = Read([], [])
        strange = MOST_SLIPS
        for one in BETWEEN.sub(" ", text[:LONGEST]).split():
            meant = self.met.get(one)
            if meant is None:
                meant, slipped = self._read(one, mend=strange > 0)
                strange -= slipped
            found.words.extend(meant)
            found.written.extend([one] * len(meant))
        return found

    def plain(self, text: str) -> Words:
        """A word of our own lists as it is read in a text."""
        return tuple(one for word in fold(text).split() for one in self.short.get(word, (word,)))

    def _read(self, one: str, mend: bool) -> tuple[Words, bool]:
        """What stands in a written word that was not met yet, and whether it was strange."""
        words: list[str] = []
        strange = False
        for part in SENTENCES.split(one):
            if part and SENTENCES.match(part):
                words.append(STOP)
            for word in fold(part).split():
                if meant := self.short.get(word):
                    words += meant
                elif word in self.known or not mend:
                    words.append(word)
                else:
                    strange = True
                    words.append(self._mended(word))
        if not strange and self.known.issuperset(words):
            self.met[one] = tuple(words)
        return tuple(words), strange

    def _mended(self, word: str) -> str:
        for ending, full in self.endings:
            whole = word.removesuffix(ending) + full
            if word.endswith(ending) and whole in self.known:
                return whole
        if len(word) >= LONG_WORD and word.isalpha():
            return next(self.near.of(word), word)
        return word


def reader(
    short: Mapping[str, str],
    known: Iterable[str] = (),
    targets: Iterable[str] = (),
    endings: Iterable[tuple[str, str]] = (),
) -> Reader:
    """Make ready. `targets` are the words of the phrases: slips are mended to these only."""
    meanings = {fold(word): tuple(fold(text).split()) for word, text in short.items()}
    lasting = frozenset({STOP, *known}).union(*meanings.values())
    near = slips(word for word in targets if len(word) >= LONG_WORD)
    return Reader(meanings, lasting, near, tuple(endings))
