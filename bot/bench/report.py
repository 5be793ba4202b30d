"""What was measured, in figures and in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

from bot.bench.rounds import Rates


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison. `met` is None where there is no target.

    A ratio's `best` is our best round against their best; its `median` is that of the turns, in
    each of which our round is held against theirs. Microseconds are those of a round.
    """

    what: str
    unit: Literal["ratio", "microseconds"]
    best: float
    median: float
    target: str = ""
    met: bool | None = None
    beside: str = ""


def ratio(what: str, ours: Rates, theirs: Rates, at_least: float | None, unit: str) -> Figure:
    """Ours against theirs, both in `unit` a second. The median of the turns is held to the target:
    a best round may be one that had luck with the disk."""
    turns = [one / other for one, other in zip(ours.each, theirs.each, strict=True)]
    best, middle = ours.best / theirs.best, median(turns)
    beside = f"{ours.best:,.0f} against {theirs.best:,.0f} {unit} a second"
    if at_least is None:
        return Figure(what, "ratio", best, middle, beside=beside)
    target = f"at least {at_least:g}"
    return Figure(what, "ratio", best, middle, target, middle >= at_least, beside)


def micros(what: str, rates: Rates, at_most: float | None, beside: str = "") -> Figure:
    """How long one call takes; the best round is held to the target."""
    best, middle = 1e6 / rates.best, 1e6 / rates.middle
    if at_most is None:
        return Figure(what, "microseconds", best, middle, beside=beside)
    target = f"at most {at_most:g}"
    return Figure(what, "microseconds", best, middle, target, best <= at_most, beside)


def told(rates: Rates) -> str:
    """How long one call takes, in words."""
    return f"{1e6 / rates.best:.3g} microseconds"


def as_text(figures: Iterable[Figure]) -> str:
    """A few lines each."""
    return "\n\n".join(map(_lines, figures))


def as_json(figures: Iterable[Figure]) -> str:
    """For programs: a list of objects, named as in `Figure`."""
    names = Figure.__slots__
    return json.dumps([{name: getattr(each, name) for name in names} for each in figures], indent=2)


def _lines(figure: Figure) -> str:
    verdict = {True: "met", False: "NOT met", None: "no target"}[figure.met]
    median_of = "of the turns" if figure.unit == "ratio" else "of the rounds"
    told = f"{figure.median:.3g} {figure.unit}, the median {median_of}; {figure.best:.3g} at best"
    aim = f"target {figure.target}: {verdict}" if figure.target else verdict
    return "\n".join(filter(None, [figure.what, f"  {told}; {aim}", f"  {figure.beside}".rstrip()]))
