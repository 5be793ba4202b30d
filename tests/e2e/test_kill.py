"""kill -9 amid two hundred conversations: nothing taken is lost, and nothing is done twice.

The blow falls at a counted number of web hooks answered with 200, while others are under way.
Afterwards everything is read from the database with the product's own key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.e2e.crowd import (
    BusyTelegram,
    BusyTwilio,
    ChatterInCrowd,
    Someone,
    TexterInCrowd,
    converse,
)
from tests.e2e.house import House
from tests.e2e.reckoning import reckon
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_log import Fault

TEXTERS, CHATTERS = 180, 20
PEOPLE = TEXTERS + CHATTERS
# Before the last question each says hello, three times ok, an answer, a choice, an answer.
TURNS = 7
IN_THE_MIDDLE = PEOPLE * TURNS // 2
# Telegram is quicker: its people begin so many words before the blow, to be in the middle too.
LATER = 3 * CHATTERS
BACK = 10.0  # seconds until it is ready again
SOON = 20.0  # seconds; what may have been sent is looked into after five or six
GREETED, EXPLAINED = "I am a computer", "your words go to our team"
Record = Callable[[str, object], None]


@dataclass
class Figures:
    """What happened around the blows; times in seconds."""

    taken_before: int = 0
    half_way: int = 0  # people who had begun and were not at the end
    on_their_way: int = 0  # messages of ours that may or may not have gone out
    said_again: int = 0
    back_after: float = 0.0
    all_done_after: float = 0.0
    told_twice_by_sms: int = 0
    told_twice_by_telegram: int = 0


class Count:
    """Counts what was answered with 200, and strikes at a given number."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.soon, self.struck = asyncio.Event(), asyncio.Event()
        self._at = 0
        self._strike: Callable[[], None] = self.struck.set

    def strike_at(self, number: int, strike: Callable[[], None]) -> None:
        self.struck.clear()
        self._at, self._strike = number, strike

    def __call__(self, id: str) -> None:
        self.taken.append(id)
        if len(self.taken) == self._at - LATER:
            self.soon.set()
        if len(self.taken) == self._at:
            self._strike()
            self.struck.set()


async def test_killed_in_the_middle(tmp_path: Path, record_property: Record) -> None:
    await _killed(tmp_path, record_property, [IN_THE_MIDDLE])


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_killed_again_and_again(tmp_path: Path, record_property: Record) -> None:
    await _killed(tmp_path, record_property, [PEOPLE * n + 37 * n for n in range(1, 7)])


async def _killed(folder: Path, record: Record, blows: list[int]) -> None:
    twilio, count, figures = BusyTwilio(), Count(), Figures()
    telegram = BusyTelegram(count)
    async with twilio, telegram:
        house = House(folder, twilio, telegram, forked=False)
        async with house:
            await telegram.until(lambda: telegram.hook.get("url"))
            people: list[Someone] = [
                *(TexterInCrowd(twilio, f"+447700900{n:03}", count) for n in range(TEXTERS)),
                *(ChatterInCrowd(telegram, 7_000_000 + n) for n in range(CHATTERS)),
            ]
            async with asyncio.TaskGroup() as crowd:
                talks = [crowd.create_task(converse(someone)) for someone in people[:TEXTERS]]
                talks += [crowd.create_task(_later(count, p)) for p in people[TEXTERS:]]
                for blow in blows:
                    count.strike_at(blow, house.strike)
                    before = await _blow(house, count, people, figures)
                    ready = time.monotonic()
                    await _say_again(people[::3], before, figures)
                await asyncio.wait(talks)
            figures.all_done_after = time.monotonic() - ready
            await telegram.settled()
            await house.quiet()
        _check(house, people, figures)
    for name, figure in asdict(figures).items():
        record(name, figure)
    print(figures)


async def _later(count: Count, someone: Someone) -> None:
    await count.soon.wait()
    await converse(someone)


async def _blow(house: House, count: Count, people: list[Someone], figures: Figures) -> set[str]:
    """The blow, and back on the same data; the ids of what had been answered with 200."""
    await count.struck.wait()
    before = set(count.taken)
    figures.taken_before = len(before)
    figures.half_way = sum(0 < len(person.said) < TURNS for person in people)
    await house.kill()
    figures.on_their_way += house.count("FROM outgoing WHERE state = 'begun'")
    figures.back_after = max(figures.back_after, await house.start())
    return before


async def _say_again(people: list[Someone], before: set[str], figures: Figures) -> None:
    """What had been taken of these people's words comes once more, while others go on."""
    again = [(person, id) for person in people for id in before & set(person.said)]
    await asyncio.gather(*(person.say_again(id) for person, id in again))
    figures.said_again += len(again)


def _check(house: House, people: list[Someone], figures: Figures) -> None:
    twice = reckon(house, people)
    figures.told_twice_by_sms = sum(n for who, n in twice.items() if who.startswith("+"))
    figures.told_twice_by_telegram = sum(twice.values()) - figures.told_twice_by_sms
    assert figures.back_after < BACK, figures
    # Twilio's log can be looked through before a message goes again; Telegram's can't.
    assert figures.told_twice_by_sms == 0, figures
    assert figures.told_twice_by_telegram <= figures.on_their_way, figures


async def test_killed_with_words_on_their_way(tmp_path: Path) -> None:
    """The provider has our message, and we die before we hear that it has.

    Twilio's log says so afterwards. Telegram can't be asked: there it comes twice, once more.
    """
    twilio, telegram = Twilio(), Telegram()
    async with twilio, telegram, House(tmp_path, twilio, telegram) as house:
        await telegram.until(lambda: telegram.hook.get("url"))
        phone, chatter = twilio.phone("+447700900301"), telegram.person(7_000_301)
        twilio.fail(Fault(hangs=True, accepted=True))
        telegram.fault("sendMessage", "hang")
        await phone.text("hello")
        await chatter.text("hello")
        assert GREETED in await phone.next()
        assert GREETED in (await chatter.next()).text
        await house.kill()

        await house.start()
        assert GREETED in (await chatter.next(SOON)).text
        await house.quiet()
        assert len(twilio.arrived(phone.number)) == 1
        assert len(chatter.messages) == 2

        # And both go on from there.
        await phone.text("ok")
        await chatter.text("ok")
        assert EXPLAINED in await phone.next(SOON)
        assert EXPLAINED in (await chatter.next(SOON)).text
        await house.quiet()
        assert len(twilio.arrived(phone.number)) == 2
        assert len(chatter.messages) == 3
