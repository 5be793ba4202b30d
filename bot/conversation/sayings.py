"""What a whole message says, walked through the net of the ways of saying each command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.conversation.folding import fold, one_slip
from bot.conversation.i18n import Catalogue, listed
from bot.conversation.net import Net, Way
from bot.conversation.phrases import Phrases
from bot.conversation.word_lists import ROUND, WordLists, normal

MOST = 14  # words: no way of saying a command has more
MOST_PHRASES = 3  # that say the same, one after the other
LONGEST_PIECE = 5  # words that are taken off an end at once
LONG = 5  # letters, from which a way of one word is looked for behind a slip

Ways = Sequence[Way]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says, the likeliest first. With `slip` a word of it was mended, and what
    is left is too short to be sure."""

    ways: tuple[Way, ...]
    slip: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sayings:
    """The lists, made ready: phrases to what they say, pieces to where they may stand."""

    net: Net
    pieces: Mapping[str, frozenset[str]]
    begins: frozenset[str]  # the first words of pieces
    ends: frozenset[str]  # the last words of pieces
    firsts: frozenset[str]  # the words that a message with a command may begin with
    lasts: frozenset[str]  # and end with
    short: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    near: Mapping[str, tuple[str, ...]]
    targets: frozenset[str]

    def find(self, said: str) -> Said | None:
        """What the whole of a folded message says, or None where it is no command."""
        tokens = [token for token in said.split(" ") if any(map(str.isalnum, token))]
        tokens = normal(tokens, self.short) if tokens else [said]
        if len(tokens) > MOST:
            return None
        strange = [place for place, token in enumerate(tokens) if token not in self.known]
        if len(strange) > 1 or not self._could(tokens, strange):
            return None
        if strange:
            return self._mended(tokens, strange[0])
        found = self._whole(tokens)
        return Said(tuple(found[0])) if found else None

    def _could(self, tokens: Sequence[str], strange: Sequence[int]) -> bool:
        """Could it be a command by its first and its last word? Most answers could not."""
        first = tokens[0] in self.firsts or 0 in strange
        return first and (tokens[-1] in self.lasts or len(tokens) - 1 in strange)

    def only_polite(self, said: str) -> bool:
        """Is there nothing in these words but what may stand around anything?"""
        tokens = said.split(" ")
        return len(tokens) in self._cuts(normal(tokens, self.short), "")

    def _mended(self, tokens: list[str], place: int) -> Said | None:
        """With the one strange word taken for a slip of one that we know. A single word that is
        left is only asked about."""
        found: dict[str, Said] = {}
        for meant in self._neighbours(tokens[place]):
            whole = self._whole([*tokens[:place], meant, *tokens[place + 1 :]], phrases=1)
            if whole and (len(whole[1]) > 1 or whole[1][0] in self.targets):
                found[whole[0][0].name] = Said(tuple(whole[0]), slip=len(whole[1]) == 1)
        return found.popitem()[1] if len(found) == 1 else None

    def _neighbours(self, token: str) -> Iterator[str]:
        """The known words a slip away. The first letter is right, or has changed places."""
        if len(token) < 3:
            return
        near = {word for shorter in _shorter(token) for word in self.near.get(shorter, ())}
        for word in sorted(near):
            if (token[0] == word[0] or token[:2] == word[1::-1]) and one_slip(token, word):
                yield word

    def _whole(
        self, tokens: Sequence[str], phrases: int = MOST_PHRASES
    ) -> tuple[Ways, Sequence[str]] | None:
        """The longest phrase that the message is, once the pieces around it are taken off; or
        phrases that say the same, one after the other."""
        starts, size = self._cuts(tokens, "wishes"), len(tokens)
        ends: dict[int, bool] = {}
        best: tuple[Ways, Sequence[str]] | None = None
        begun: list[tuple[int, Ways]] = []
        for start in sorted(starts):
            for end, ways in self.net.walk(tokens, start):
                fit = [way for way in ways if way.wish >= starts[start]]
                begun.append((end, fit))
                ends = ends or self._cuts(tokens, "objects", backwards=True)
                if size - end in ends and (best is None or end - start > len(best[1])):
                    about = ends[size - end]
                    if fit := [way for way in fit if way.about >= about]:
                        best = _sorted(fit), tokens[start:end]
        return best or (self._chained(tokens, begun, phrases - 1) if phrases > 1 else None)

    def _chained(
        self, tokens: Sequence[str], begun: Iterable[tuple[int, Ways]], phrases: int
    ) -> tuple[Ways, Sequence[str]] | None:
        """`stop i am done`: what both the beginning and all that follows it say."""
        for end, ways in begun:
            for cut, about in self._cuts(tokens[end:], "objects").items():
                rest = tokens[end + cut :]
                if not rest or rest[0] not in self.firsts:
                    continue
                if follows := self._whole(rest, phrases):
                    fit = [way for way in ways if way.about >= about]
                    if both := _both(fit, follows[0]):
                        return both, tokens
        return None

    def _cuts(
        self, tokens: Sequence[str], also: str, *, backwards: bool = False
    ) -> dict[int, bool]:
        """Where the phrase may begin, and whether a piece of `also` was taken off before it."""
        step, edges = (-1, self.ends) if backwards else (1, self.begins)
        tokens = tokens[::step]
        found, waiting = {0: False}, [0]
        while waiting:
            start = waiting.pop()
            if start < len(tokens) and tokens[start] not in edges:
                continue
            for end in range(start + 1, min(start + LONGEST_PIECE, len(tokens)) + 1):
                kinds = self.pieces.get(" ".join(tokens[start:end][::step]))
                if kinds and (kinds & ROUND or also in kinds):
                    marked = found[start] or not kinds & ROUND
                    if end not in found or (found[end] and not marked):
                        found[end] = marked
                        waiting.append(end)
        return found


def _sorted(ways: Iterable[Way]) -> Ways:
    return sorted(set(ways), key=lambda way: (way.rank, way.unsure))


def _both(first: Iterable[Way], then: Iterable[Way]) -> Ways:
    """What is surely said twice."""
    names = {way.name for way in then if not way.unsure}
    return _sorted(way for way in first if way.name in names and not way.unsure)


@lru_cache(maxsize=32)
def sayings(words: Phrases, catalogue: Catalogue) -> Sayings:
    """The sayings of a language."""
    lists = WordLists(words, catalogue)
    short, net = lists.short(), Net()
    for rank, (name, text) in enumerate(lists.says()):
        for item in listed(text):
            net.add(lists.slots(item, short), _way(rank, name, item))
    pieces = lists.pieces(short)
    words_of = net.words() | {word for piece in pieces for word in piece.split(" ")}
    targets = {fold(text) for text in lists.taught()}
    targets |= {word for word in net.single() if len(word) >= LONG}
    known = words_of | {fold(text) for text in lists.fragment("not_typos")}
    begins = frozenset(piece.split(" ")[0] for piece in pieces)
    ends = frozenset(piece.split(" ")[-1] for piece in pieces)
    return Sayings(
        net,
        pieces,
        begins,
        ends,
        begins | net.firsts(),
        ends | net.lasts(),
        short,
        frozenset(known),
        _near(words_of),
        frozenset(targets),
    )


def _way(rank: int, name: str, item: str) -> Way:
    return Way(rank, name, "~" in item[:2], "<" in item[:2], item.endswith(">"))


def _near(words: set[str]) -> dict[str, tuple[str, ...]]:
    """Words by what is left of them without one letter: two that share such a rest may be one
    slip apart, and no others are."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        if len(word) >= 4:
            for shorter in _shorter(word):
                found[shorter] = (*found.get(shorter, ()), word)
    return found


def _shorter(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
