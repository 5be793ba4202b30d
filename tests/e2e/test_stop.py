"""SIGTERM with work in flight, and a start with a full queue."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.crowd import BusyTwilio
from tests.e2e.house import House
from tests.e2e.records import until
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_hooks import Answer
from tests.emulators.twilio_log import Fault, new_sid

AT_ONCE = 50
QUEUE = 320
SOON = 60.0


def number(n: int) -> str:
    return f"+447700900{n:03}"


async def test_stopped_with_fifty_in_flight(tmp_path: Path, url: str) -> None:
    """It ends well within ten seconds. What was answered with 200 is stored; what was not is
    taken when it comes again, and everyone is answered once."""
    twilio, sids = Twilio(), [new_sid() for _ in range(AT_ONCE)]
    async with twilio, House(tmp_path, twilio, url=url) as house:
        texts = [
            asyncio.create_task(twilio.text_in(number(n), "hello", sid=sid))
            for n, sid in enumerate(sids)
        ]
        await asyncio.wait(texts, return_when=asyncio.FIRST_COMPLETED)
        in_flight = sum(not text.done() for text in texts)
        seconds = await house.stop()
        # What was begun was also tried: nobody waits for a lease to end.
        assert house.count("FROM outgoing WHERE state = 'begun'") == 0
        answers: list[Answer] = await asyncio.gather(*texts)
        assert {answer.status for answer in answers} <= {0, 200, 503}
        taken = {house.keys.seen(f"sms:{twilio.sender}", s) for s in sids}
        acknowledged = [s for s, a in zip(sids, answers, strict=True) if a.status == 200]
        stored = {id for (id,) in house.look("SELECT provider_id FROM seen")}
        assert {house.keys.seen(f"sms:{twilio.sender}", s) for s in acknowledged} <= stored

        await house.start()
        for n, sid in enumerate(sids):
            assert (await twilio.text_in(number(n), "hello", sid=sid)).status == 200
        await house.quiet(SOON)
        assert {id for (id,) in house.look("SELECT provider_id FROM seen")} == taken
        assert [len(twilio.arrived(number(n))) for n in range(AT_ONCE)] == [1] * AT_ONCE
    print(f"{in_flight} in flight, {len(acknowledged)} acknowledged, ended in {seconds:.1f} s")


async def test_stopped_while_calls_hang(tmp_path: Path) -> None:
    """Providers that never answer hold up no end; what may have gone is looked into later."""
    twilio, telegram = Twilio(), Telegram()
    async with twilio, telegram, House(tmp_path, twilio, telegram) as house:
        await telegram.until(lambda: telegram.hook.get("url"))
        twilio.fail(Fault(hangs=True), times=10)
        telegram.fault("sendMessage", "hang", times=10)
        for n in range(10):
            await twilio.text_in(number(n), "hello")
            await telegram.person(7_000_000 + n).text("hello")
        begun = "FROM outgoing WHERE state = 'begun'"
        await until(lambda: house.count(begun) == 20, SOON, house.output)
        assert await house.stop() < 10


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_a_full_queue(tmp_path: Path, url: str, killed: bool) -> None:
    """Twilio refuses everything until several hundred wait. After a start all of it goes out, each
    once, and to each person in order."""
    twilio = BusyTwilio()
    async with twilio, House(tmp_path, twilio, url=url) as house:
        ids = await _fill(house, twilio)
        await (house.kill() if killed else house.stop())
        twilio.rest.faults["POST"].clear()
        # As if the waits that grew meanwhile were over.
        house.change("UPDATE outgoing SET not_before = begun_at WHERE begun_at IS NOT NULL")
        await house.start()
        await house.quiet(SOON)
        sent = [message.callback.rpartition("m=")[2] for message in twilio.sent]
        assert sorted(sent) == sorted(ids)
        for contact, expected in house.in_order().items():
            assert [id for id in sent if id in set(expected)] == expected, contact


async def _fill(house: House, twilio: Twilio) -> list[str]:
    twilio.fail(Fault(status=503), times=100 * QUEUE)
    turns = ("hello", "language")
    for text in turns:
        await asyncio.gather(*(twilio.text_in(number(n), text) for n in range(QUEUE // len(turns))))
    rows = house.look("SELECT message FROM outgoing WHERE state IN ('new', 'begun')")
    assert len(rows) >= QUEUE
    return [str(id) for (id,) in rows]
