"""Two processes by mistake on one folder; two on purpose on one PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.databases import POSTGRES_ONLY, SQLITE_ONLY
from tests.e2e.balancer import Balancer
from tests.e2e.house import House
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_log import new_sid

TURNS, PEOPLE, AT_ONCE, AFTERWARDS = 200, 100, 8, 2
COLD = 10  # the first texts that a process hears: it reads what it understands them by
DOWN = 4  # the code of "something that we need can't be had now"
SOON = 60.0
POLLS = "telegram polling: done by this process"


def number(n: int) -> str:
    return f"+447700900{n:03}"


@SQLITE_ONLY
async def test_a_second_one_on_the_same_folder(tmp_path: Path, url: str) -> None:
    """It says so in a plain sentence and ends; the first goes on."""
    async with Twilio() as twilio, House(tmp_path, twilio, url=url) as house:
        second = House(tmp_path, url=url)
        await second.launch()
        assert await second.ended(SOON) == DOWN
        assert "is running on the folder" in house.output()
        assert "Traceback" not in house.output()
        await twilio.text_in(number(1), "hello")
        assert "I am a computer" in await twilio.phone(number(1)).next()


@POSTGRES_ONLY
async def test_two_pollers_on_one_bot(tmp_path: Path, url: str) -> None:
    """One of them polls, everybody is answered once, and after its end the other one polls."""
    telegram = Telegram()
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    houses = [House(folder, telegram=telegram, polling=True, url=url) for folder in folders]
    async with telegram, houses[0], houses[1]:
        people = [telegram.person(7_000_000 + n) for n in range(10)]
        for person in people:
            await person.text("hello")
        for person in people:
            assert "I am a computer" in (await person.next(SOON)).text
        first, second = (POLLS in house.output() for house in houses)
        assert first is not second, "one of them polls, and no more than one"
        polls, other = houses if first else houses[::-1]
        await polls.quiet()
        await polls.kill()
        people.append(telegram.person(7_000_999))
        await people[-1].text("hello")
        assert "I am a computer" in (await people[-1].next(SOON)).text
        assert POLLS in other.output()
        await other.quiet()
        assert not any("another poller" in house.output() for house in houses)
    assert [len(person.messages) for person in people] == [1] * len(people)


@POSTGRES_ONLY
@pytest.mark.timeout(240)
async def test_two_hundred_turns_ten_times_over_two_processes(tmp_path: Path, url: str) -> None:
    """Each web hook ten times, eight at once, whichever process it comes to: one step, one set of
    replies, and every copy is answered 200 in under a second."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    async with Twilio() as twilio, Balancer() as balancer:
        houses = [House(f, twilio, public=balancer.url, url=url) for f in folders]
        balancer.ports = [house.port for house in houses]
        twilio.reach(balancer.url, balancer.url)
        await asyncio.gather(*(house.start() for house in houses))
        first, slowest = 0.0, 0.0
        for n in range(TURNS):
            # By turns a greeting and the OK to it.
            text = "hello" if n < PEOPLE else "ok"
            took = await _tenfold(twilio, number(n % PEOPLE), text)
            if n < COLD:
                first = max(first, took)
            else:
                slowest = max(slowest, took)
            if n == PEOPLE - 1:
                await houses[0].quiet(SOON)
                await twilio.settled(SOON)
        await houses[0].quiet(SOON)
        for house in houses:
            await house.stop()
    house = houses[0]
    assert house.count("FROM seen") == TURNS
    assert house.count("FROM message WHERE direction = 'in'") == TURNS
    assert house.count("FROM outgoing") == len(twilio.sent) == TURNS
    print(f"slowest copy: {slowest:.2f} s, of the first texts {first:.2f} s")
    assert slowest < 1.0
    assert first < 3.0


async def _tenfold(twilio: Twilio, address: str, text: str) -> float:
    """One message in ten copies; seconds that the slowest answer took."""
    sid = new_sid()

    async def copy() -> float:
        began = time.monotonic()
        answer = await twilio.text_in(address, text, sid=sid)
        assert answer.status == 200
        return time.monotonic() - began

    seconds = await asyncio.gather(*(copy() for _ in range(AT_ONCE)))
    return max([*seconds, *[await copy() for _ in range(AFTERWARDS)]])
