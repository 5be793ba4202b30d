"""Until when an unfinished talk is kept, and that they hear of it before: in the real house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from store import tables as t
from tests.databases import Kind, fresh
from tests.running import house
from tests.test_chat_copies import CODE, KEY, Person

NEAR = "is deleted on"
OPENING = ("hello", "ok", "ok", "ok", "my sister", "2", "skip", "sometimes", "1", "skip")
TIMES = ("1", "skip", "skip", "skip", "skip", "skip", "9 to 7", "1")


@pytest.fixture
async def paused(kind: Kind, tmp_path: Path) -> AsyncIterator[Person]:
    """Others may read their phone. They set a code word, paused, and agreed to reminders."""
    settings = {"OWNPACE_MERGE_SECONDS": "0", "OWNPACE_SECRET_KEY": KEY}
    settings["DATABASE_URL"] = fresh(kind, tmp_path)
    async with house(tmp_path / "data", **settings) as (built, _):
        person = Person(built)
        built.clock.now = person.now  # type: ignore[method-assign]
        await person.says(*OPENING, CODE, CODE, *TIMES, "pause", "1")
        yield person


async def days(person: Person, number: int) -> list[str]:
    """What comes in so many days, with housekeeping once a day."""
    before = len(person.arrived)
    for _ in range(number):
        person.later += timedelta(days=1)
        await person.house.housekeeper.sweep()
        await person.hears()
    return person.arrived[before:]


def until(person: Person) -> datetime | None:
    query = select(t.conversation.c.delete_on).order_by(t.conversation.c.id)
    return person.house.store.read_sync(lambda c: c.scalars(query).first())


async def test_any_word_keeps_it_longer_also_one_met_as_an_unknown_numbers(paused: Person) -> None:
    await days(paused, 22)
    [hello] = await paused.says("hello again")
    assert "I am a computer" in hello
    wrote = paused.now()
    kept = until(paused)
    assert kept
    assert abs(kept - wrote - timedelta(days=30)) < timedelta(minutes=2)
    assert [text for text in await days(paused, 22) if NEAR in text] == []
    [notice] = await days(paused, 2)
    assert NEAR in notice
    assert f"{kept.day} {kept:%B}" in notice
    await days(paused, 5)
    assert until(paused) == kept
