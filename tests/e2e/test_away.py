"""Texts that nobody could take are taken from Twilio's log, by the product as it runs."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import make_url

from tests.e2e.house import House
from tests.e2e.kept import kept
from tests.e2e.records import until
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_log import Fault

TOOK = "FROM message WHERE direction = 'in'"
SOON = 20.0  # seconds; five minutes are what is promised
ANSWER_WITHIN = 5.0


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Nobody else can write to it meanwhile."""
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


async def test_texts_sent_while_it_was_off(tmp_path: Path) -> None:
    """Twenty, of four people, ten minutes long; Twilio's log is down too for a moment, and some
    of them are told again by web hook: each is taken once, in each person's order."""
    people = [f"+44770090030{n}" for n in range(4)]
    sent = {number: [f"{number[-1]}: text {n}" for n in range(5)] for number in people}
    async with Twilio() as twilio:
        old = twilio.log_in(people[0], "long before we were there")
        old.created -= timedelta(days=2)
        house = House(tmp_path, twilio)
        await house.start()
        marked = "FROM account WHERE read_to IS NOT NULL"
        await until(lambda: house.count(marked) == 1, SOON, house.output)
        await house.stop()
        for n in range(5):
            for number in people:
                await twilio.text_in(number, sent[number][n])
        told_again = [m for m in twilio.messages if m.direction == "inbound"][1::4]
        twilio.fail(Fault(503), method="GET")
        await house.start()
        again = [twilio.text_in(m.from_, m.body, sid=m.sid) for m in told_again[-2:]]
        assert {answer.status for answer in await asyncio.gather(*again)} == {200}
        await until(lambda: house.count(TOOK) == 20, SOON, house.output)
        await house.quiet()
        assert house.count("FROM seen") == 20
        await house.stop()
        with house.store() as store:
            for number in people:
                wrote = kept(store, f"sms:{twilio.sender}", number).wrote
                if number == people[0]:  # told again, and the log could not be read in time
                    wrote = sorted(wrote)
                assert wrote == sent[number]
        assert not [number for number in people if number[1:] in house.output()]


async def test_texts_while_the_database_is_away(tmp_path: Path) -> None:
    """The fixed sentence within five seconds; the words come from the log, and once."""
    number = "+447700900310"
    async with Twilio() as twilio, House(tmp_path, twilio) as house:
        phone = twilio.phone(number)
        await phone.text("hello")
        await phone.next()
        with held(Path(make_url(house.url).database or "")):
            began = time.monotonic()
            answer = await phone.text("I am not safe")
            took = time.monotonic() - began
        assert answer.status == 200
        assert "999" in answer.text
        assert took < ANSWER_WITHIN
        await until(lambda: house.count(TOOK) == 2, SOON, house.output)
        await phone.text("still there?")
        assert house.count(TOOK) == 3
        await house.quiet()
        await house.stop()
        with house.store() as store:
            wrote = kept(store, f"sms:{twilio.sender}", number).wrote
        assert wrote == ["hello", "I am not safe", "still there?"]
