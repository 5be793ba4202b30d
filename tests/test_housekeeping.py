"""What falls due happens once, at its time, on each service's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.conversation.channel import Away
from bot.conversation.model import Due
from bot.housekeeping import Housekeeper
from store import rights
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.databases import SQLITE_ONLY
from tests.houses import everything
from tests.recording import MONDAY, SERVICE, NotingInbox, Someone, StillClock, furnish, meet, write

DAY = timedelta(days=1)


class Home:
    """A housekeeper, and people with timers."""

    def __init__(self, store: Store, url: str) -> None:
        self.store, self.url = store, url
        self.clock, self.inbox = StillClock(), NotingInbox(store)
        self.keeper = Housekeeper(store, self.inbox, self.clock, [SERVICE])

    async def meet(self, address: str) -> Someone:
        return await self.store.write(lambda c: meet(c, self.store.keys, address))

    async def set(self, who: Someone, name: str, due_at: datetime) -> None:
        row = {"conversation": who.conversation, "name": name, "due_at": due_at}
        await self.store.write(lambda c: c.execute(insert(t.timer).values(**row)) and None)

    async def rows(self, query: Any) -> list[Any]:
        return list(await self.store.read(lambda c: c.execute(query).all()))

    def files(self) -> bytes:
        return everything(self.store, self.url)


@pytest.fixture
async def home(url: str) -> AsyncIterator[Home]:
    store = Store.open(url, Keys(b"k" * 32))
    await store.write(furnish)
    yield Home(store, url)
    await store.close()


async def test_a_timer_becomes_an_event_when_it_is_due(home: Home) -> None:
    ana = await home.meet("1001")
    await home.set(ana, "remind", MONDAY + DAY)
    await home.keeper.sweep()
    assert home.inbox.heard == []
    home.clock.tick(days=1)
    await home.keeper.sweep()
    [envelope] = home.inbox.heard
    assert (envelope.event, envelope.conversation) == (Due("remind"), ana.conversation)
    assert envelope.at == MONDAY + DAY
    assert envelope.account == envelope.address == ""


async def test_a_practice_service_lives_by_its_own_clock(home: Home) -> None:
    await home.set(await home.meet("1001"), "remind", MONDAY + 3 * DAY)
    home.clock.put_forward(SERVICE, 3 * DAY)
    await home.keeper.ring()
    assert home.inbox.events == [Due("remind")]
    assert home.inbox.heard[0].at == MONDAY + 3 * DAY


async def test_a_timer_that_could_not_be_taken_rings_again(home: Home) -> None:
    await home.set(await home.meet("1001"), "remind", MONDAY)
    home.inbox.troubles = [Away("busy")]
    with pytest.raises(Away):
        await home.keeper.ring()
    await home.keeper.ring()
    assert home.inbox.events == [Due("remind")]


async def test_one_persons_trouble_keeps_nobody_elses_timer(home: Home) -> None:
    for address in ("1001", "1002", "1003"):
        await home.set(await home.meet(address), "remind", MONDAY)
    home.inbox.troubles = [RuntimeError("this one breaks")]
    await home.keeper.sweep()
    assert len(home.inbox.heard) == 2


async def test_what_is_past_its_date_is_erased_from_the_files_without_a_word(home: Home) -> None:
    ana = await home.meet("1001")
    message = await home.store.write(lambda c: write(c, ana, "Ana's words"))
    [(sealed,)] = await home.rows(select(t.message.c.text).where(t.message.c.id == message))
    date = update(t.conversation).values(delete_on=MONDAY + DAY)
    await home.store.write(lambda c: c.execute(date) and None)
    await home.keeper.sweep()
    assert sealed in home.files()
    home.clock.tick(days=1)
    await home.keeper.sweep()
    assert sealed not in home.files()
    assert home.inbox.heard == []
    assert await home.rows(select(t.outgoing)) == []


async def test_however_many_are_past_their_date_one_sweep_erases_them_all(home: Home) -> None:
    """Also where one of them can't be: its trouble ends neither the sweep nor the others."""
    everybody = [await home.meet(f"2{number:03d}") for number in range(120)]
    await home.store.write(lambda c: [write(c, who, "words") for who in everybody] and None)
    date = update(t.conversation).values(delete_on=MONDAY)
    await home.store.write(lambda c: c.execute(date) and None)
    spoilt = update(t.person).where(t.person.c.id == everybody[0].person).values(wrapped_key=b"?")
    await home.store.write(lambda c: c.execute(spoilt) and None)
    await home.keeper.sweep()
    left = await home.rows(select(t.message.c.conversation).where(t.message.c.text.is_not(None)))
    assert {row.conversation for row in left} <= {everybody[0].conversation}


@SQLITE_ONLY
async def test_what_a_person_erased_is_out_of_the_files_after_a_sweep(home: Home) -> None:
    ana = await home.meet("1001")
    await home.store.write(lambda c: write(c, ana, "Ana's words"))
    [(sealed,)] = await home.rows(select(t.message.c.text))
    keys, conversation = home.store.keys, ana.conversation
    await home.store.write(lambda c: rights.erase(c, keys, conversation, MONDAY))
    assert sealed in home.files()
    await home.keeper.sweep()
    assert sealed not in home.files()


async def test_an_erased_persons_address_goes_a_day_later(home: Home) -> None:
    ana = await home.meet("1001")
    keys, conversation = home.store.keys, ana.conversation
    await home.store.write(lambda c: rights.erase(c, keys, conversation, MONDAY))
    home.clock.tick(hours=23)
    await home.keeper.sweep()
    address = select(t.contact.c.address, t.contact.c.address_hash)
    [before] = await home.rows(address)
    assert all(before)
    home.clock.tick(hours=1)
    await home.keeper.sweep()
    assert await home.rows(address) == [(b"", b"")]
    assert not any(value in home.files() for value in before)


async def test_what_was_set_aside_goes_after_thirty_days(home: Home) -> None:
    sealed = home.store.keys.master.seal("odd bytes", "parked.content:p")
    row = {"id": "p", "account": "x", "kind": "unreadable", "content": sealed, "at": MONDAY}
    await home.store.write(lambda c: c.execute(insert(t.parked).values(**row)) and None)
    home.clock.tick(days=29)
    await home.keeper.sweep()
    assert len(await home.rows(select(t.parked))) == 1
    home.clock.tick(days=1)
    await home.keeper.sweep()
    assert await home.rows(select(t.parked)) == []
    assert sealed not in home.files()


async def test_a_running_housekeeper_outlives_a_database_that_is_away(home: Home) -> None:
    await home.set(await home.meet("1001"), "remind", MONDAY)
    home.inbox.troubles = [Away("busy"), RuntimeError("odd")]
    keeper = Housekeeper(home.store, home.inbox, home.clock, [SERVICE], pulse=0.001)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(5):
        while not home.inbox.heard:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
