"""Words that a strange word may be a slip of: one letter more, less, other or swapped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.conversation.folding import one_slip

SHORTEST = 4  # letters of a word that a slip is looked for
TWICE = re.compile(r"(\D)\1")


@dataclass(frozen=True, slots=True, eq=False)
class Slips:
    """The known words by what is left of them without one letter: two that share such a rest may
    be one slip apart, and no others are."""

    near: Mapping[str, tuple[str, ...]]

    def of(self, token: str) -> Iterator[str]:
        """The known words a slip away. The first letter is right, or has changed places."""
        if len(token) < SHORTEST - 1:
            return
        near = {word for shorter in _shorter(token) for word in self.near.get(shorter, ())}
        for word in sorted(near):
            if (token[0] == word[0] or token[:2] == word[1::-1]) and one_slip(token, word):
                yield word


def slips(words: Iterable[str]) -> Slips:
    """These words, made ready."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        if len(word) >= SHORTEST:
            for shorter in _shorter(word):
                found[shorter] = (*found.get(shorter, ()), word)
    return Slips(found)


def once(word: str) -> str:
    """The word with each letter that stands twice in a row standing once (`whyy`)."""
    return TWICE.sub(r"\1", word)


def _shorter(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
