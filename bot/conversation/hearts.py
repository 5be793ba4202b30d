"""What a message is about, where the net has no way for it word by word.

A command has a few hearts: words that are all in the message, in this order, whatever stands
between them (`a|b` for either, `borr*` for all that begin so, `-word` for one that is not
there). What else is in the message has to be a word of some way of saying the same command, one
that its list adds (`+word`), or a small word that says nothing by itself. One strange word, and
it is an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.net import Way

MOST = 12  # words


@dataclass(frozen=True, slots=True)
class Heart:
    """Words that say the command of `way` where none of `bans` is beside them."""

    way: Way
    needs: tuple[frozenset[str], ...]
    bans: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Hearts:
    """The hearts of all commands by each of their words; and the words of each command."""

    by_word: Mapping[str, tuple[Heart, ...]]
    words: Mapping[str, frozenset[str]]

    def find(self, tokens: Sequence[str]) -> Way | None:
        """The command with the largest heart in these words, or None. Of two as large the sure
        one counts, then the name."""
        if len(tokens) > MOST:
            return None
        best = max(self._in(tokens), key=_weight, default=None)
        return best.way if best else None

    def _in(self, tokens: Sequence[str]) -> Iterable[Heart]:
        said = frozenset(tokens)
        for word in said:
            for heart in self.by_word.get(word, ()):
                near = said <= self.words[heart.way.name] and heart.bans.isdisjoint(said)
                if near and _in_order(heart.needs, tokens):
                    yield heart


def _weight(heart: Heart) -> tuple[int, bool, bool, str]:
    return len(heart.needs), not heart.way.unsure, heart.way.alone, heart.way.name


def _in_order(needs: Iterable[frozenset[str]], tokens: Iterable[str]) -> bool:
    rest = iter(tokens)
    return all(any(token in need for token in rest) for need in needs)


def hearts(found: Iterable[Heart], words: Mapping[str, frozenset[str]]) -> Hearts:
    """The hearts, made ready: each stands at the words of its rarest part, likely the longest."""
    by_word: dict[str, tuple[Heart, ...]] = {}
    for heart in found:
        for word in max(heart.needs, key=lambda need: min(map(len, need), default=0)):
            by_word[word] = (*by_word.get(word, ()), heart)
    return Hearts(by_word, words)
