"""Rounds in turns: ours, theirs, ours, theirs. Whatever else the machine does then hits both."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from statistics import median

# Does its work once; returns how many it did, and in how many seconds.
Round = Callable[[], Awaitable[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Rates:
    """What one contestant did in a second, round by round."""

    each: tuple[float, ...]

    @property
    def best(self) -> float:
        return max(self.each)

    @property
    def middle(self) -> float:
        return median(self.each)


async def in_turns(contestants: Mapping[str, Round], rounds: int, until: float) -> dict[str, Rates]:
    """So many rounds, or fewer where `until` (of `time.perf_counter`) has come; one at least."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        if number and time.perf_counter() >= until:
            break
        for name, work in contestants.items():
            done, seconds = await work()
            rates[name].append(done / seconds)
    return {name: Rates(tuple(each)) for name, each in rates.items()}
