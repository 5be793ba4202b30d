"""Broken engines and tables: the walk finds each, by the promise that it breaks."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache

import pytest

from bot.check.exploring import walk
from bot.check.finding import Finding
from bot.check.walk import Walker
from bot.check.walk_node import Respond
from bot.check.walk_small import cut
from bot.conversation.engine import respond
from tests.check.engines import Broken, broken
from tests.check.engines_done import broken_doing
from tests.check.tables import Table, tables
from tests.worlds import world

EVENTS = 60_000
CAUGHT = 0.98
Wrong = Broken | Table
ENGINES: list[Wrong] = [*broken(), *broken_doing(), *tables()]
# These show only two departures from the way through, or in a long intake.
SLOW = {"reminds too much", "no breaks", "it ends on the hardest", "no goes on"}
SLOW |= {"shown after a time away", "an interjection is dropped", "a number is another"}
SLOW |= {"deletes unasked", "held words are dropped", "any word opens", "a wrong word is told"}


def name(one: Wrong) -> str:
    return f"{one.kind}: {one.label}"


def found(one: Wrong) -> bool:
    """Is this caught by its rule: near the way through, or else further from it?"""
    tries = (
        [("sms", 1)] if one.whole else [("sms", 1), ("telegram", 1), ("sms", 2), ("telegram", 2)]
    )
    return any(_found(one, channel, detours) for channel, detours in tries)


def _found(one: Wrong, channel: str, detours: int) -> bool:
    known = sound(one.whole, channel, detours)

    def new(finding: Finding) -> bool:
        return finding.rule in one.rules and finding not in known

    answers: Respond = respond if isinstance(one, Table) else one.respond
    walker = Walker(world() if one.whole else cut(world()), "en", channel, answers)
    with one.broken() if isinstance(one, Table) else nullcontext():
        return any(map(new, walk(walker, detours, EVENTS, "broken", new).findings))


@cache
def sound(whole: bool, channel: str, detours: int) -> frozenset[Finding]:
    """Whatever the walk finds in the shipped engine, on its way too."""
    found: set[Finding] = set()

    def more(finding: Finding) -> bool:
        found.add(finding)
        return False

    walker = Walker(world() if whole else cut(world()), "en", channel)
    walk(walker, detours, EVENTS, "shipped", more)
    return frozenset(found)


def test_there_are_enough_of_enough_kinds() -> None:
    assert len(ENGINES) >= 150
    assert len({one.kind for one in ENGINES}) >= 20


def first_of_each_kind() -> list[Wrong]:
    kinds = {one.kind: one for one in reversed(ENGINES) if one.kind not in SLOW}
    return list(kinds.values())


@pytest.mark.parametrize("one", first_of_each_kind(), ids=name)
def test_a_broken_engine_is_caught(one: Wrong) -> None:
    assert found(one)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_nearly_all_broken_engines_are_caught() -> None:
    escaped = [name(one) for one in ENGINES if not found(one)]
    print(f"{len(ENGINES) - len(escaped)} of {len(ENGINES)} broken engines caught")
    assert len(escaped) <= (1 - CAUGHT) * len(ENGINES), escaped
