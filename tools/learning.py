"""A multinomial logistic regression, stepped with AdaGrad: the same examples give the same weights.

Whatever is learnt here ships as data (`bot/weights.py`), so nothing of it is needed at run time.
"""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.weights import Row

Known = Mapping[str, float]  # what an example is known by, and how often or how much


@dataclass(frozen=True, slots=True)
class Learner:
    """How to learn `classes` against none of them, which has the number `classes`.

    `rounds` over all examples, each a `step` of AdaGrad with weights shrunk a little; the result
    is the average of those after the `unsteady` first rounds. Only what is `seen` in so many
    examples gets a weight, and only weights of `smallest` are kept.
    """

    classes: int
    rounds: int = 10
    step: float = 0.04
    shrink: float = 2e-5
    unsteady: int = 2
    seen: int = 3
    smallest: float = 0.11

    def learn(self, given: Sequence[tuple[Known, int]]) -> tuple[dict[str, Row], Row]:
        """The weights by what is known, and the bias."""
        counts = Counter(name for known_by, _ in given for name in known_by)
        kept = sorted(name for name, times in counts.items() if times >= self.seen)
        names = {name: n for n, name in enumerate(kept, 1)}
        rows = [_row(known_by, names) for known_by, _ in given]
        averages = self._averages(rows, [which for _, which in given], len(names) + 1)
        found = {name: tuple(column[n] for column in averages) for name, n in names.items()}
        large = {name: row for name, row in found.items() if max(map(abs, row)) >= self.smallest}
        return large, tuple(column[0] for column in averages)

    def _averages(
        self, rows: Sequence[_Numbers], classes: Sequence[int], size: int
    ) -> list[array[float]]:
        weights = [array("d", bytes(8 * size)) for _ in range(self.classes)]
        squares = [array("d", [1e-3]) * size for _ in range(self.classes)]
        averages = [array("d", bytes(8 * size)) for _ in range(self.classes)]
        order, chance = list(range(len(rows))), random.Random(7)  # noqa: S311 (an order)
        for number in range(self.rounds):
            chance.shuffle(order)
            for n in order:
                self._learn_one(weights, squares, rows[n], classes[n])
            if number >= self.unsteady:
                for whole, column in zip(averages, weights, strict=True):
                    for n, one in enumerate(column):
                        whole[n] += one / (self.rounds - self.unsteady)
        return averages

    def _learn_one(
        self,
        weights: Sequence[array[float]],
        squares: Sequence[array[float]],
        row: _Numbers,
        which: int,
    ) -> None:
        """Move the weights of one example a little towards its class."""
        ids, counts = row
        scores = [
            sum([column[i] * k for i, k in zip(ids, counts, strict=True)]) for column in weights
        ]
        shares, none = shared(scores)
        whole = sum(shares) + none
        for place, column in enumerate(weights):
            error = shares[place] / whole - (place == which)
            if abs(error) < 1e-3:
                continue
            square = squares[place]
            for i, k in zip(ids, counts, strict=True):
                slope = error * k + self.shrink * column[i]
                square[i] += slope * slope
                column[i] -= self.step * slope / math.sqrt(square[i])


_Numbers = tuple[list[int], list[float]]


def _row(known_by: Known, names: Mapping[str, int]) -> _Numbers:
    """The numbers of what is known, and how often, in a fixed order: sums depend on it."""
    found = sorted((names[name], times) for name, times in known_by.items() if name in names)
    return [0, *(number for number, _ in found)], [1.0, *(times for _, times in found)]


def shared(scores: Sequence[float]) -> tuple[list[float], float]:
    """What is each one's share by its score, and what is that of none; not yet over their sum."""
    highest = max(0.0, *scores)
    return [math.exp(score - highest) for score in scores], math.exp(-highest)
