"""Polling, for a machine without a public address: nothing is confirmed before it is kept."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from telegram.error import Conflict

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_arrivals import poll
from bot.conversation.channel import Button, Outgoing
from tests.channels.telegram_house import House
from tests.emulators.telegram import Telegram

SAM = 7001


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as telegram:
        yield telegram


@pytest.fixture
async def house(tg: Telegram) -> AsyncIterator[House]:
    async with House(tg) as made:
        yield made


@asynccontextmanager
async def polling(house: House, hold: int = 5) -> AsyncIterator[asyncio.Task[None]]:
    work = poll(house.channel, house.receive, house.park, wait=0.01, hold=hold)
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            async with asyncio.timeout(2):
                await task


async def test_what_waited_and_what_comes_is_taken_in_order(tg: Telegram, house: House) -> None:
    await tg.person(SAM).text("one")
    await tg.person(SAM).text("two")
    async with polling(house):
        await house.got(2)
        await tg.person(SAM).text("three")
        await house.got(3)
        await tg.settled()
    assert house.texts == ["one", "two", "three"]


async def test_a_webhook_is_taken_down_first(tg: Telegram, house: House) -> None:
    await tg.person(SAM).text("kept")
    tg.hook = {"url": "http://127.0.0.1:1/"}
    tg.fault("deleteWebhook", status=500)
    async with polling(house):
        await house.got(1)
    assert "url" not in tg.hook


async def test_an_odd_update_stops_nothing(tg: Telegram, house: House) -> None:
    tg.push({"message": {"text": 5}})
    tg.push({"message": {"message_id": 1}})
    tg.push({"message": "\ud800"})
    await tg.person(SAM).text("after them")
    async with polling(house):
        await house.got(4)
        await tg.settled()
    assert (len(house.parked), house.texts) == (3, ["after them"])


async def test_an_update_without_a_number_does_not_spin(tg: Telegram, house: House) -> None:
    tg.push({"update_id": 0, "message": "x"})
    tg.waiting[0][1]["update_id"] = "x"
    async with polling(house):
        await house.got(2)
        await tg.person(SAM).text("after it")
        await tg.until(lambda: house.texts)


async def test_while_the_store_is_away_nothing_is_confirmed(tg: Telegram, house: House) -> None:
    house.away = 3
    await tg.person(SAM).text("one")
    async with polling(house):
        await house.got(1)
        assert len(await tg.called("getUpdates")) == 1
        await tg.settled()
    assert house.texts == ["one"]


async def test_what_was_not_received_comes_again_after_a_restart(
    tg: Telegram, house: House
) -> None:
    house.open.clear()
    await tg.person(SAM).text("one")
    async with polling(house):
        await tg.called("getUpdates")
    assert len(tg.waiting) == 1
    house.open.set()
    async with polling(house):
        await tg.settled()
    assert house.texts == ["one"]


async def test_a_second_poller_is_waited_for_and_said_once(
    tg: Telegram, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot.channels")
    tg.fault("getUpdates", status=409, description="Conflict: terminated", times=4)
    await tg.person(SAM).text("one")
    async with polling(house):
        await house.got(1)
        await tg.settled()
    said = [r.getMessage() for r in caplog.records if r.name.startswith("bot.channels")]
    assert ["Conflict" in line for line in said] == [True, False]


async def test_of_two_pollers_each_ends_the_other_and_none_loses_words(
    tg: Telegram, house: House
) -> None:
    other = TelegramChannel("telegram:1", tg.token, tg.base)
    async with polling(house):
        await tg.called("getUpdates")
        with pytest.raises(Conflict):
            await other.updates(0, 5)
        await tg.person(SAM).text("one")
        await house.got(1)
    await other.close()
    assert house.texts == ["one"]


async def test_two_pollers_by_mistake_take_each_update_once(tg: Telegram, house: House) -> None:
    """They end each other's waiting, and wait longer and longer; ids refuse the second copy."""
    other = TelegramChannel("telegram:1", tg.token, tg.base)
    twice = poll(other, house.receive, house.park, wait=0.01, hold=5)
    second = asyncio.create_task(twice)
    async with polling(house):
        for n in range(20):
            await tg.person(SAM).text(f"text {n}")
            await asyncio.sleep(0)
        await house.got(20)
        await tg.settled()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await other.close()
    assert house.texts == [f"text {n}" for n in range(20)]


@pytest.mark.parametrize("how", ["refuse", "drop", "lose", "hang", "junk", "odd"])
async def test_trouble_on_the_way_passes(tg: Telegram, house: House, how: str) -> None:
    await tg.person(SAM).text("one")
    tg.fault("getUpdates", how, status=502, times=2)  # type: ignore[arg-type]
    async with polling(house, hold=0):
        await house.got(1)
    assert house.texts == ["one"]


async def test_telegram_is_given_the_time_that_it_asks_for(tg: Telegram, house: House) -> None:
    tg.fault("getUpdates", status=429, description="Too Many Requests", retry_after=1)
    await tg.person(SAM).text("one")
    begun = asyncio.get_running_loop().time()
    async with polling(house):
        await house.got(1)
    assert asyncio.get_running_loop().time() - begun >= 1


async def test_presses_work_as_with_a_webhook(tg: Telegram, house: House) -> None:
    sam = tg.person(SAM)
    async with polling(house):
        await sam.text("hello")
        await house.got(1)
        out = Outgoing("m1", "telegram:1", str(SAM), "Where?", (Button("o:q1.a", "At home"),))
        await house.channel.send(out)
        await sam.press("At home")
        await house.got(2)
        await tg.until(lambda: not sam.messages[0].buttons)


async def test_it_ends_at_once_when_told(tg: Telegram, house: House) -> None:
    async with polling(house) as task:
        await tg.called("getUpdates")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(1):
                await task
