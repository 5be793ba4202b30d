"""What is said of an erasing, and at an end, is true of what the database does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import update

from bot.conversation import effects as e
from bot.conversation import engine
from bot.conversation.model import Conversation, Event, Position, Turn, World
from store import legal_hold
from store import tables as t
from store.ids import new_id
from tests.databases import Kind
from tests.houses import NOON, House, open_house, saying, wrote
from tests.store.test_hiding import hidden, hold, sweep

DAY = timedelta(hours=24)


@pytest.fixture
def house(kind: Kind, tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path, kind)
    yield made
    made.store.close_sync()


def second_thoughts(house: House) -> None:
    """From now on what is erased waits for a day."""
    house.store.hold_deletions({"harbour": DAY})
    service = replace(house.world.service, delete_hold=DAY)
    house.world = replace(house.world, service=service)


async def somebody(house: House, *more: e.Effect, **changes: object) -> str:
    """In the middle of it; with a worker, too."""
    first = house.world.flow.core[0].id
    at: dict[str, Any] = {"position": Position("question", first), "standing": "asking"}
    at |= {"last_wrote": NOON, "agreed": True} | changes
    step = saying(e.Filed("note"), e.HandOver("partial", NOON), *more, **at)
    return (await house.inbox(step).receive(wrote("he hits me", new_id()))).conversation


async def says(house: House, *texts: str) -> list[str]:
    """As the product hears them, what it says last on its way; the keys of the last reply."""
    said: list[str] = []

    def heard(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        turn = engine.respond(world, structs.replace(conversation, unheard=False), event, now)
        said[:] = [say.key for say in turn.says]
        return turn

    for text in texts:
        await house.inbox(heard).receive(wrote(text, new_id()))
    return said


async def test_what_is_gone_at_once_is_told_as_deleted(house: House) -> None:
    id = await somebody(house)
    assert await says(house, "delete") == ["delete_ask"]
    assert await says(house, "yes") == ["delete_done", "deleted_sms"]
    assert hidden(house, id) is None


async def test_what_waits_is_told_as_closed_and_when_it_is_gone(house: House) -> None:
    second_thoughts(house)
    id = await somebody(house)
    assert await says(house, "delete") == ["delete_ask_later"]
    assert await says(house, "yes") == ["delete_later", "deleted_sms"]
    found = hidden(house, id)
    assert found
    assert found.until == NOON + DAY


@pytest.mark.parametrize("waits", [False, True])
async def test_what_a_lead_holds_is_never_told_as_deleted(house: House, waits: bool) -> None:
    """Before they choose, and after; with a time for second thoughts, too."""
    if waits:
        second_thoughts(house)
    id = await somebody(house)
    hold(house, id, NOON + 9 * DAY)
    assert await says(house, "delete") == ["delete_ask_held"]
    assert await says(house, "yes") == ["delete_held", "deleted_sms"]
    sweep(house, NOON + 8 * DAY)
    assert hidden(house, id), "it is not"
    sweep(house, NOON + 9 * DAY)
    assert hidden(house, id) is None, "and as soon as it may be, it is"


async def test_a_hold_that_ended_says_nothing_any_more(house: House) -> None:
    id = await somebody(house)
    person = hold(house, id, NOON + 9 * DAY)
    assert await says(house, "delete") == ["delete_ask_held"]
    house.store.write_sync(lambda c: legal_hold.lift(c, person, "lead", NOON))
    assert await says(house, "yes") == ["delete_done", "deleted_sms"]


@pytest.mark.parametrize(("seen", "more"), [(None, []), (NOON, ["read_already"])])
async def test_who_is_deleted_is_told_that_a_sign_of_danger_was_read(
    house: House, seen: datetime | None, more: list[str]
) -> None:
    id = await somebody(house)
    await sign(house, id, seen)
    assert await says(house, "delete", "yes") == ["delete_done", "deleted_sms", *more]


@pytest.mark.parametrize(("seen", "more"), [(None, []), (NOON, ["read_already"])])
async def test_an_end_tells_that_a_sign_of_danger_was_read(
    house: House, seen: datetime | None, more: list[str]
) -> None:
    id = await somebody(house, standing="reviewing", position=Position("review"), share=True)
    await sign(house, id, seen)
    said = await says(house, "yes")
    assert said[: 1 + len(more)] == ["ended", *more]


async def test_nothing_is_told_of_a_sign_that_they_said_was_none(house: House) -> None:
    id = await somebody(house)
    await sign(house, id, NOON)
    await house.inbox(saying(e.TakenWrong())).receive(wrote("not like that", new_id()))
    assert await says(house, "delete", "yes") == ["delete_done", "deleted_sms"]


async def sign(house: House, id: str, seen: datetime | None) -> None:
    """Words of theirs may be a sign of danger, and a worker has seen to them, or not."""
    message = next(row["id"] for row in house.rows(t.message) if row["direction"] == "in")
    asked = e.Asked("immediate_danger", str(message), ("hits",), "patterns", NOON)
    await house.inbox(saying(e.Filed("note"), asked)).receive(wrote("x", new_id()))
    saw = update(t.asked).where(t.asked.c.conversation == id).values(seen_at=seen)
    await house.store.write(lambda c: c.execute(saw) and None)


async def test_a_second_complaint_keeps_the_day_of_the_first(house: House) -> None:
    await somebody(house)
    for _ in range(2):
        await says(house, "data", "6")
        house.clock.at += timedelta(days=0, minutes=5)
    (promise,) = house.rows(t.promise)
    assert (promise["kind"], promise["due_at"]) == ("complain", NOON + timedelta(days=30))


async def test_their_wording_belongs_to_what_was_asked_last_and_answers_stay_apart(
    house: House,
) -> None:
    await somebody(house)
    for words in ("it was a tuesday", "and a wednesday"):
        await says(house, "data", "3", "yes", words)
        house.clock.at += timedelta(minutes=5)
    first, second = house.rows(t.asked)
    assert [len(first["statement"]), len(second["statement"])] == [1, 1]  # type: ignore[arg-type]
    assert first["statement"] != second["statement"]
    assert [one["what"] for one in (first, second)] == ["fix", "fix"]
    assert [row["kind"] for row in house.rows(t.promise)] == ["fix"]
