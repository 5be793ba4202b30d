"""Broken engines and tables: the walk finds each, by the promise that it breaks."""

from __future__ import annotations

from functools import cache
from time import monotonic

import pytest
from _pytest.mark import ParameterSet

from bot.check.exploring import walk
from bot.check.finding import Finding
from bot.check.walk import Walker
from bot.check.walk_small import cut
from bot.conversation import engine, lifecycle
from bot.conversation.model import Standing
from tests.check.engines import Broken, broken
from tests.worlds import world

BROKEN = list(broken())
SECONDS = 60
# These show only two departures from the way through, or in a long intake.
SLOW = {"reminds too much", "no breaks", "it ends on the hardest", "no goes on"}
SLOW |= {"shown after a time away", "an interjection is dropped"}
SLOW |= {"any word opens", "a wrong word is told"}


def found(one: Broken) -> bool:
    """Is this engine caught by its rule: near the way through, or else further from it?"""

    return any(_found(one, detours) for detours in ((1,) if one.whole else (1, 2)))


def _found(one: Broken, detours: int) -> bool:
    def new(finding: Finding) -> bool:
        return finding.rule == one.rule and finding not in sound(one.whole, detours)

    walker = Walker(world() if one.whole else cut(world()), "en", "sms", one.respond)
    return any(map(new, walk(walker, detours, monotonic() + SECONDS, "broken", new).findings))


@cache
def sound(whole: bool, detours: int) -> frozenset[Finding]:
    """Whatever the walk finds in the shipped engine, on its way too."""
    found: set[Finding] = set()

    def more(finding: Finding) -> bool:
        found.add(finding)
        return False

    walker = Walker(world() if whole else cut(world()), "en", "sms")
    walk(walker, detours, monotonic() + SECONDS, "shipped", more)
    return frozenset(found)


def test_there_are_enough_of_enough_kinds() -> None:
    assert len(BROKEN) >= 60
    assert len({one.kind for one in BROKEN}) >= 8


def sampled() -> list[ParameterSet]:
    """The first of each kind; the long run takes all."""
    kinds: set[str] = set()
    params = []
    for one in BROKEN:
        marks = [pytest.mark.soak] if one.kind in kinds or one.kind in SLOW else []
        params.append(pytest.param(one, marks=marks, id=f"{one.kind}: {one.name}"))
        kinds.add(one.kind)
    return params


@pytest.mark.parametrize("one", sampled())
def test_a_broken_engine_is_caught(one: Broken) -> None:
    assert found(one)


PAIRS = [
    (trigger, source)
    for trigger, sources, _ in lifecycle.MOVES
    for source in ([sources] if isinstance(sources, str) else sources)
]


@pytest.mark.soak
@pytest.mark.parametrize("pair", PAIRS, ids=" from ".join)
def test_a_table_without_a_move_is_caught(
    pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lifecycle.move

    def move(standing: Standing, trigger: str) -> Standing:
        if (trigger, standing) == pair:
            raise lifecycle.Impossible("not in this table")
        return whole(standing, trigger)

    monkeypatch.setattr(lifecycle, "move", move)
    assert found(Broken("a move is missing", " ".join(pair), "R-S1", engine.respond))
