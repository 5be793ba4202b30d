"""kill -9 at every named point of the path, on either database.

At each point somebody is in the middle of a conversation. The process ends itself there by
SIGKILL; it is started again on the same data, and the conversation goes on to the same end.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path
from statistics import median

import psycopg
import pytest

from tests.databases import KINDS_IN_TURN, Kind
from tests.e2e.crashing import COMMITTING, POINTS
from tests.e2e.crowd import (
    BusyTelegram,
    BusyTwilio,
    ChatterInCrowd,
    Someone,
    TexterInCrowd,
    converse,
)
from tests.e2e.house import House, until
from tests.e2e.reckoning import reckon
from tests.emulators.twilio_log import Fault

BACK = 3.0  # seconds until it is ready again, at the median; a busy machine is slower at times
LEASE = "0.5"  # seconds, see `crashing`
FALLS = 20.0  # seconds in which a conversation comes by the point
SOON = 20.0
ERASED = 60.0  # seconds from its date, or from a start after it, to the last word
# Between the call and the commit that records it, nobody can know that Telegram has the message.
WINDOW = ("sent, not recorded", "handed to Telegram")
WAY_IN = (
    *("arrived", "looked up", "remembered", "decided", "writing", "written", COMMITTING),
    *("committed", "answering", "news of delivery"),
)
WAY_OUT = ("begun, not committed", "begun", "recorded")
SMS = ("met", *WAY_IN, *WAY_OUT, "sent, not recorded", "handed to Twilio")
TELEGRAM = (*WAY_OUT, *WINDOW)
AFTER_A_FALL = ("looking in the log", "found in the log")
REFUSED = "to be tried again"
ERASING = ("erasing", "erased")
QUIET = {"timers seen": timedelta(days=3), "timer rung": timedelta(days=3)}
QUIET |= {"expired": timedelta(days=40)}
STARTS = ("tables made", "before the checkpoint")
TURNS = 4  # the pass at which it falls goes from the first of these to the last, and round again


class Town:
    """The providers, a house with trapdoors, and the people who talk with it one by one."""

    def __init__(self, folder: Path, url: str) -> None:
        self.trap, self.people = folder / "trap", list[Someone]()
        self.in_the_window: dict[str, int] = {}  # who fell there, by address
        self.backs: list[float] = []  # seconds until it was ready again, each time
        self.twilio, self.telegram = BusyTwilio(), BusyTelegram(lambda id: None)
        self._folder, self._url = folder, url

    async def __aenter__(self) -> Town:
        await self.twilio.__aenter__()
        await self.telegram.__aenter__()
        trapdoors = ("tests.e2e.crashing", str(self.trap), LEASE)
        parts = (self._folder, self.twilio, self.telegram)
        self.house = House(*parts, url=self._url, launcher=trapdoors)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.house.runs:
            await self.house.kill()
        await self.telegram.__aexit__(None, None, None)
        await self.twilio.__aexit__(None, None, None)

    def texter(self) -> Someone:
        number = f"+447700900{len(self.people):03}"
        self.people.append(TexterInCrowd(self.twilio, number, lambda id: None))
        return self.people[-1]

    def chatter(self) -> Someone:
        number = 7_000_000 + len(self.people)
        self.people.append(ChatterInCrowd(self.telegram, number))
        return self.people[-1]

    def arm(self, point: str, nth: int = 1) -> None:
        self.trap.write_text(f"{point} {nth}", "utf-8")

    async def talk(self, person: Someone, point: str, nth: int = 1) -> None:
        """Until it falls through; once it is back, on to the end."""
        self.arm(point, nth)
        talk = asyncio.create_task(converse(person))
        await self.fell(point)
        await self.back(point)
        await talk
        await self.settled()

    async def start_falls(self, point: str, ahead: timedelta = timedelta()) -> None:
        self.arm(point)
        await self.house.launch(ahead)
        await self.fell(point)

    async def fell(self, point: str) -> None:
        code = await self.house.ended(FALLS)
        assert code == -signal.SIGKILL, f"{point}: it ended with {code}\n{self.house.output()}"
        self.trap.write_text("", "utf-8")

    async def back(self, point: str) -> None:
        seconds = await self.house.start()
        assert seconds < 3 * BACK, f"{point}: ready again after {seconds:.1f} s"
        self.backs.append(seconds)

    async def settled(self) -> None:
        await self.telegram.settled()
        await self.twilio.settled()
        await self.house.quiet()


@pytest.mark.parametrize("kind", KINDS_IN_TURN)
@pytest.mark.timeout(240)
async def test_every_point(tmp_path: Path, url: str) -> None:
    async with Town(tmp_path, url) as town:
        await _talking(town, turn=0)
        await _afterwards(town)


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_every_point_twenty_times(tmp_path: Path, url: str) -> None:
    async with Town(tmp_path, url) as town:
        for turn in range(20):
            await _talking(town, turn)
        await _afterwards(town)


async def _talking(town: Town, turn: int) -> None:
    """Somebody at each point; each falls at another of their passes in each turn."""
    if not town.house.runs:
        await town.house.start()
    await town.telegram.until(lambda: town.telegram.hook.get("url"))
    for n, point in enumerate(SMS):
        await town.talk(town.texter(), point, 1 if point == "met" else 1 + (n + turn) % TURNS)
    for n, point in enumerate(TELEGRAM):
        await town.talk(town.chatter(), point, 1 + (n + turn) % TURNS)
        if point in WINDOW:
            town.in_the_window[town.people[-1].address] = 1
    await _cut_short(town)


async def _cut_short(town: Town) -> None:
    """A text that may have gone is looked for in Twilio's log, and there it falls again, twice."""
    town.arm("handed to Twilio", 2)
    talk = asyncio.create_task(converse(town.texter()))
    await town.fell("handed to Twilio")
    for point in AFTER_A_FALL:
        await town.start_falls(point)
    await town.back("found in the log")
    await talk
    await town.settled()
    town.twilio.fail(Fault(status=500))
    await town.talk(town.texter(), REFUSED)


async def _afterwards(town: Town) -> None:
    """All is there once. Then somebody has everything deleted, and for the rest days go by."""
    await town.house.stop()
    twice = reckon(town.house, town.people)
    assert twice == town.in_the_window
    print(f"told twice: {len(twice)}, all of them at {' or '.join(WINDOW)}")
    slowest, middle = max(town.backs), median(town.backs)
    print(f"ready again {len(town.backs)} times: median {middle:.1f} s, slowest {slowest:.1f} s")
    assert middle < BACK

    await town.house.start()
    for person, point in zip(town.people, ERASING, strict=False):
        await _delete(town, person, point)
    await town.house.stop()
    left = len(town.people) - len(ERASING)
    for point, ahead in QUIET.items():
        await town.start_falls(point, ahead)
        if point == "timer rung":
            await town.house.start(ahead)
            await until(lambda: town.house.count("FROM timer") == 0, SOON, town.house.output)
            assert town.house.count("FROM handover WHERE kind = 'partial'") == left
            await town.house.stop()
    await town.house.start(QUIET["expired"])
    words = "FROM message WHERE text IS NOT NULL AND direction = 'in'"
    await until(lambda: town.house.count(words) == 0, ERASED, town.house.output)
    await town.house.stop()
    town.house.sound()


async def _delete(town: Town, person: Someone, point: str) -> None:
    await person.say("delete")
    assert "Shall I delete" in await person.hear()
    town.arm(point)
    yes = asyncio.create_task(person.say("1"))
    await town.fell(point)
    await town.back(point)
    await yes
    assert "It is deleted" in await person.hear()
    await town.settled()


def test_no_point_is_left_out() -> None:
    tried = {*SMS, *TELEGRAM, REFUSED, *AFTER_A_FALL, *ERASING, *QUIET, *STARTS}
    assert tried == {*POINTS, COMMITTING}


@pytest.mark.parametrize("point", STARTS)
async def test_at_the_first_start(point: str, tmp_path: Path, kind: Kind, url: str) -> None:
    if kind == "postgres":
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        (tmp_path / "data" / "ownpace.db").unlink()
    async with Town(tmp_path, url) as town:
        await town.start_falls(point)
        await town.back(point)
        await town.telegram.until(lambda: town.telegram.hook.get("url"))
        await converse(town.chatter())
