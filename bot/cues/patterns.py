"""The first voice: phrases that a person wrote and can read, and what speaks against them.

A phrase that is denied just before it ("not", "never") does not count. Where a guard stands in the
same text (an idiom, a film, a past that has passed ...) no phrase speaks alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from bot.conversation.cues import NAMES
from bot.conversation.net import STOP, Net, Way
from bot.cues import phrases, reading
from bot.cues.reading import Reader

DENIAL, AFTER = "denial", "after"  # the latter speaks for a cue: it is back, it is now
AROUND = ("past", "idiom")  # guards that are often said in the sentence before or after
REACH = 3  # words between a denial and what it denies
MOST_STANDINGS = 60_000  # of the net; then it forgets them and goes on


@dataclass(frozen=True, slots=True)
class Sign:
    """A phrase that was found, from one word to another: of a cue that it may `say` or is a `hint`
    of, or of a `guard`."""

    start: int
    end: int
    name: str
    kind: str
    sentence: int = 0  # which one of the text
    denied: bool = False

    @property
    def speaks(self) -> bool:
        """May it speak alone?"""
        return self.kind == "say" and not self.denied

    @property
    def guards(self) -> bool:
        """Does it speak against a cue?"""
        return self.kind == "guard" and self.name not in (DENIAL, AFTER)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """The phrases of a language, made ready; `kinds` is what a word is of."""

    reader: Reader
    net: Net
    firsts: frozenset[str]
    kinds: Mapping[str, tuple[str, ...]]

    def signs(self, words: Sequence[str]) -> list[Sign]:
        """All phrases in a text; of those alike from the same word on, the longest."""
        if len(self.net.standings) > MOST_STANDINGS:
            self.net.standings.clear()
        sentences = list(accumulate(word == STOP for word in words))
        found = [
            sign
            for start, sentence in enumerate(sentences)
            for sign in self._from(words, start, sentence)
        ]
        denials = [(sign.start, sign.end) for sign in found if sign.name == DENIAL]
        return [_denied(sign, words, denials) for sign in found]

    def _from(self, words: Sequence[str], start: int, sentence: int) -> Iterator[Sign]:
        if words[start] not in self.firsts:
            return
        longest: dict[str, int] = {}
        for end, ways in self.net.walk(words, start):
            longest.update((way.name, end) for way in ways)
        for one, end in longest.items():
            kind, _, name = one.partition(":")
            yield Sign(start, end, name, kind, sentence)


def within(signs: Iterable[Sign], start: int, end: int) -> list[Sign]:
    """Those that stand wholly between two words."""
    return [sign for sign in signs if start <= sign.start and sign.end <= end]


def believed(signs: Sequence[Sign]) -> list[Sign]:
    """The phrases that may speak alone, and that nothing near them speaks against."""
    guards = [sign for sign in signs if sign.guards]
    return [sign for sign in signs if sign.speaks and not any(_near(sign, one) for one in guards)]


def _near(sign: Sign, guard: Sign) -> bool:
    return abs(sign.sentence - guard.sentence) <= (guard.name in AROUND)


def guarded(signs: Iterable[Sign]) -> bool:
    """Does anything speak against a cue?"""
    return any(sign.guards for sign in signs)


def _denied(sign: Sign, words: Sequence[str], denials: Iterable[tuple[int, int]]) -> Sign:
    if sign.kind == "guard":
        return sign
    for start, end in denials:
        if start < sign.start <= end + REACH and STOP not in words[start : sign.start]:
            return replace(sign, denied=True)
    return sign


# --- Reading the file of a language --------------------------------------------------------------


def read(text: str, known: Iterable[str] = ()) -> Patterns:
    """Read a cue file; `known` are words that are no slips. Raises `ValueError` or `KeyError`."""
    data = tomllib.loads(text)
    short = dict(line.split(" ", 1) for line in _lines(data["short"]))
    plain = reading.reader(short).plain
    listed = phrases.lists(data["lists"], plain)
    reads, net = phrases.Phrases(listed, plain), Net()
    for way, line in _ways(data):
        phrases.lay(net, reads.read(line), way)
    words = {word for word in net.words() if len(word) > 1}
    reader = reading.reader(short, words.union(known), words, data.get("endings", {}).items())
    kinds: dict[str, tuple[str, ...]] = {}
    for name, choice in phrases.lists(data["kinds"], plain).items():
        for word in dict.fromkeys(phrases.single_words(choice)):
            kinds[word] = (*kinds.get(word, ()), name.upper())
    return Patterns(reader, net, frozenset(net.firsts()), kinds)


def _ways(data: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[tuple[Way, str]]:
    """Each phrase of a file, and what it says."""
    for rank, cue in enumerate(NAMES):
        for kind in ("say", "hint"):
            for line in _lines(data["cue"][cue][kind]):
                yield Way(rank, f"{kind}:{cue}"), line
    for name, guard in data["guard"].items():
        for line in _lines(guard["say"]):
            yield Way(len(NAMES), f"guard:{name}"), line


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
