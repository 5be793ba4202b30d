"""Speed as ratios within one run: absolute figures say more about the machine than about us.

What is compared runs in turns (ours, theirs, ours, theirs ...) and the best of each counts:
whatever else the machine is doing then hits both alike.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from bot.conversation.model import Conversation, Event, Say, Turn, World
from store import tables as t
from store.ids import new_id
from tests.houses import NOON, House, open_house, wrote

AT_ONCE = 16
EACH = 15
ROUNDS, TRIES = 8, 4
Work = Callable[[], Awaitable[int]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path)
    yield made
    made.store.close_sync()


async def best_of(**works: Work) -> dict[str, float]:
    """The most that each did in a second, over rounds in turns."""
    best = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = time.perf_counter()
            done = await work()
            best[name] = max(best[name], done / (time.perf_counter() - began))
    return best


async def test_a_grouped_commit_does_at_least_twice_what_single_commits_do(
    house: House, tmp_path: Path
) -> None:
    """16 people at once, who share commits, five rows a message: against one small row a commit
    through the same store, and against the same people one after the other, a commit a message.
    What the bare driver does with one row a commit is printed beside it: it says how dear a
    commit is on this disk, and there is no step behind it."""
    numbers = count()
    plain = _plain_database(tmp_path / "plain.db")
    await _converse(house, next(numbers))  # first messages open a conversation: not measured
    ratios: dict[str, float] = {}
    for _ in range(TRIES):
        best = await best_of(
            grouped=lambda: _converse(house, next(numbers)),
            single=lambda: _converse(house, next(numbers), at_once=1),
            one_insert=lambda: _insert(house),
            raw_insert=lambda: _insert_raw(plain),
        )
        print({name: round(each) for name, each in best.items()})
        ratios = {name: best["grouped"] / each for name, each in best.items()}
        print("grouped against", {name: round(ratio, 2) for name, ratio in ratios.items()})
        if ratios["one_insert"] >= 2:
            break
    plain.close()
    # 2 is the aim, and what a quiet machine prints. A busy one must not fail a change for it.
    assert ratios["one_insert"] >= 1.5
    assert ratios["single"] >= 2


def _trivial(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    return Turn(conversation, (Say("hello", "Hello."),))


async def _converse(house: House, round: int, at_once: int = AT_ONCE) -> int:
    """16 people, so many at once, each waiting for the answer before writing again. A step
    stores what they wrote, the state, and a reply in the queue: five rows in four tables."""
    inbox = house.inbox(_trivial)

    async def person(number: int) -> None:
        for turn in range(EACH):
            id = f"SM{round:04d}{number:04d}{turn:04d}"
            await inbox.receive(wrote("some words of theirs", id, f"+4477009{number:05d}"))

    for first in range(0, AT_ONCE, at_once):
        await asyncio.gather(*(person(first + number) for number in range(at_once)))
    return AT_ONCE * EACH


async def _insert(house: House) -> int:
    """One row a commit, through the same store."""

    def work(connection: Connection) -> None:
        connection.execute(insert(t.seen).values(account="a", provider_id=new_id(), at=NOON))

    for _ in range(AT_ONCE * EACH):
        await house.store.write(work)
    return AT_ONCE * EACH


def _plain_database(path: Path) -> sqlite3.Connection:
    """As durable as ours, with nothing of ours in the way: for the figure that is printed."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, at TEXT)")
    return connection


async def _insert_raw(connection: sqlite3.Connection) -> int:
    for _ in range(AT_ONCE * EACH):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO seen VALUES (?, ?)", (os.urandom(16).hex(), "now"))
        connection.execute("COMMIT")
    return AT_ONCE * EACH
