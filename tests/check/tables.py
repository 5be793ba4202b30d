"""Broken tables of the engine: a constant, a table or one function of it put in another's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from bot.conversation import (
    answering,
    commands,
    going,
    interjections,
    lifecycle,
    reminding,
    review,
)
from bot.conversation.asking import ask_again
from bot.conversation.effects import Filed
from bot.conversation.model import Standing
from bot.conversation.step import Step

Move = Callable[[Standing, str], Standing]
WORSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one thing wrong: `name` in `module` is `value`. `rules`: any of which says so.
    `whole`: it shows only in a long intake."""

    kind: str
    label: str
    rules: tuple[str, ...]
    module: Any
    name: str
    value: Any
    whole: bool = False

    @contextmanager
    def broken(self) -> Iterator[None]:
        """The engine with this table."""
        with patch.object(self.module, self.name, self.value):
            yield


def tables() -> Iterator[Table]:
    """All of them."""
    yield from _moves_gone()
    yield from _moves_elsewhere()
    yield from _commands()
    yield from _constants()
    yield from _offers_and_review()


# --- The lifecycle -------------------------------------------------------------------------------


# Rows of the table that no walk comes to: without a yes to the explanation it begins anew, PAUSE
# after the end changes nothing, and before the first word there is nothing to erase.
NEVER_MADE = {
    ("resume_explaining", "paused"),
    ("resume_explaining", "stopped"),
    ("resume_ended", "paused"),
    ("erase", "new"),
}


def _pairs() -> Iterator[tuple[str, str]]:
    for trigger, sources, _ in lifecycle.MOVES:
        for source in [sources] if isinstance(sources, str) else sources:
            if (trigger, source) not in NEVER_MADE:
                yield trigger, source


def _moves_gone() -> Iterator[Table]:
    whole = lifecycle.move
    for pair in _pairs():

        def move(standing: Standing, trigger: str, pair: tuple[str, str] = pair) -> Standing:
            if (trigger, standing) == pair:
                raise lifecycle.Impossible("not in this table")
            return whole(standing, trigger)

        yield Table("a move is gone", " from ".join(pair), ("R-S1",), lifecycle, "move", move)


ELSEWHERE: dict[str, tuple[Standing, tuple[str, ...]]] = {
    "agree": ("reviewing", ("R-S1", "R-P1", "R-S11", "R-S5", "R-O12")),
    "decline": ("paused", ("R-P9",)),
    "stop": ("paused", ("R-S1", "R-S8")),
    "erase": ("paused", ("R-E2",)),
    "pause": ("stopped", ("R-S1", "R-S8")),
    "resume_asking": ("ended", ("R-S6", "R-S1")),
    "resume_reviewing": ("ended", ("R-S6", "R-S1")),
    "finish": ("paused", ("R-E4",)),
}


def _moves_elsewhere() -> Iterator[Table]:
    whole = lifecycle.move
    for name, (dest, rules) in ELSEWHERE.items():

        def move(
            standing: Standing, trigger: str, name: str = name, dest: Standing = dest
        ) -> Standing:
            found = whole(standing, trigger)
            return dest if trigger == name else found

        yield Table("a move leads elsewhere", f"{name} to {dest}", rules, lifecycle, "move", move)


# --- Words that work at any time -----------------------------------------------------------------


def _commands() -> Iterator[Table]:
    told = commands.TELLING
    names = list(told)
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        swapped = {**told, name: told[other]}
        kind, label = "a word tells something else", f"{name} as {other}"
        yield Table(kind, label, ("R-S1", "R-S9"), commands, "TELLING", swapped)
        less = {key: value for key, value in told.items() if key != name}
        yield Table("a word tells nothing", name, ("R-S1", "R-S9"), commands, "TELLING", less)
    for name in commands.ANYWHERE:
        less_of = tuple(other for other in commands.ANYWHERE if other != name)
        yield Table("a word works nowhere", name, ("R-S1",), commands, "ANYWHERE", less_of)
    for name in ("_skip", "_pause"):
        rules = ("R-S1", "R-S3", "R-S6")
        yield Table("a word does nothing", name, rules, commands, name, _nothing)
    yield Table("a word does nothing", "back", ("R-S1", "R-S7"), going, "back", _nothing)


def _nothing(step: Step, *_: object) -> None:
    step.record(Filed("command"))


# --- Numbers and lists ---------------------------------------------------------------------------


def _constants() -> Iterator[Table]:
    kind = "a number is another"
    yield Table(kind, "two notices", ("R-P1",), answering, "NOTICES", 2)
    yield Table(kind, "one notice", ("R-P1",), answering, "NOTICES", 1)
    yield Table(kind, "nine questions", ("R-O6",), going, "BREAK_AFTER", 9, whole=True)
    yield Table(kind, "no break", ("R-O6",), going, "BREAK_AFTER", 99, whole=True)
    yield Table(kind, "five reminders", ("R-E8", "R-E10"), reminding, "MOST_REMINDERS", 5)
    yield Table(kind, "hourly", ("R-E8",), reminding, "BETWEEN_REMINDERS", WORSE)
    kind = "a list is longer"
    for told in ("said", "failed"):
        arrived = (*answering.ARRIVED, told)
        yield Table(kind, f"{told} arrived", ("R-P1",), answering, "ARRIVED", arrived)


# --- Offers and the review -----------------------------------------------------------------------


def _offers_and_review() -> Iterator[Table]:
    whole = going.choose_offer
    kind = "an offer is not free"
    for name in ("no", "later"):

        def choose(step: Step, said: str, name: str = name) -> None:
            whole(step, "yes" if said == name else said)

        yield Table(kind, f"{name} is yes", ("R-O11", "R-S3"), going, "choose_offer", choose)
    yield Table(kind, "opened unasked", ("R-O11",), going, "offer_more", _open_unasked)
    shown = review.answered

    def backwards(step: Step) -> list[Any]:
        return shown(step)[::-1]

    yield Table("the review", "backwards", ("R-E1",), review, "answered", backwards)
    yield Table("the review", "rewritten", ("R-E1",), review, "words", lambda q, a: "A summary.")
    yield Table("an interjection", "hears nothing", SILENT, interjections, "_chosen", _nothing)


SILENT = ("R-S1", "R-S13", "R-E2", "R-S6")


def _open_unasked(step: Step) -> None:
    phase = going.left(step)
    if phase is None:
        step.say("nothing_left")
        return
    step.move("ask")
    step.go("question", phase.questions[0].id)
    ask_again(step)
