"""Adds up what the words of a message say for each command, and says which it may mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot import weights
from bot.conversation.folding import fold
from bot.conversation.understand import Command, Unclear
from bot.weights import Row

MOST = 14  # words: a longer message tells something
SIZE = 4  # letters together
LEAVING = frozenset({"stop", "delete"})  # whom we would not hear here, we would keep
# "don't stop" is learnt from, too, but what can't be taken back is not left to that: where one of
# these is said shortly before a verb that begins so, we only ask. English counts everywhere.
DENIES = frozenset("not no dont never wont cant didnt isnt nor nunca tampoco ni sin jamas".split())
LEAVES = tuple(
    "stop delet wip eras remov rid bin scrap shred trash forget end quit"
    " parar pares paren borr elimin tirar tires tiren botar botes boten dejes dejen termin acab"
    " cort olvid".split()
)
NEAR = 5  # words


def denied(words: Sequence[str]) -> bool:
    """Does a word that denies stand shortly before a verb of leaving?"""
    places = [place for place, word in enumerate(words) if word in DENIES]
    return any(word.startswith(LEAVES) for n in places for word in words[n + 1 : n + 1 + NEAR])


# How likely it must be to be acted on, and to be asked about: for those who want to leave, and for
# others; `ASKED` where a question is asked, for then it may well be an answer.
ALONE = {True: (0.6, 0.3), False: (0.9, 0.6)}
ASKED = {True: (0.8, 0.5), False: (0.95, 0.75)}


def known_by(words: Sequence[str]) -> Iterator[str]:
    """What folded words are known by: themselves, pairs of them with both ends, groups of letters,
    and how many they are."""
    for word in words:
        yield word
        whole = f"<{word}>"
        for start in range(len(whole) - SIZE + 1):
            yield "#" + whole[start : start + SIZE]
    for before, after in zip(["^", *words], [*words, "$"], strict=True):
        yield f"{before} {after}"
    yield f"@{len(words)}"


@dataclass(frozen=True, slots=True, eq=False)
class Guesser:
    """The weights of a language: by what is known, how much it speaks for each of `names`."""

    names: Sequence[str]
    weights: Mapping[str, Row]
    bias: Row

    def __call__(self, text: str, asked: bool = False) -> Command | Unclear | None:
        """What it may mean, or None where it is likelier to mean none of them."""
        words = fold(text).split()
        if not words or len(words) > MOST:
            return None
        name, likely = self.likeliest(words)
        sure, unsure = (ASKED if asked else ALONE)[name in LEAVING]
        if likely > sure and not (name in LEAVING and denied(words)):
            return Command(name, guessed=True)
        return Unclear(name) if likely > unsure else None

    def likeliest(self, words: Sequence[str]) -> tuple[str, float]:
        """The command that these words are likeliest to mean, and how likely that is."""
        rows = filter(None, map(self.weights.get, set(known_by(words))))
        scores = [sum(column) for column in zip(self.bias, *rows, strict=True)]
        highest = max(0.0, *scores)
        shares = [math.exp(score - highest) for score in scores]
        most = max(shares)
        return self.names[shares.index(most)], most / (sum(shares) + math.exp(-highest))


def pack(guesser: Guesser) -> str:
    """As the text of a file."""
    return weights.pack(guesser.weights, guesser.bias, {"classes": guesser.names})


def unpack(text: str) -> Guesser:
    """Read such a file. Raises `ValueError` or `KeyError`."""
    rows, told = weights.unpack(text)
    return Guesser(tuple(told["classes"]), rows, tuple(told["bias"]))
