"""The whole product for a day at the desk: a person with a phone, a worker with a browser."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyotp
from playwright.async_api import Page

from tests.browser.clockwork import STEP
from tests.e2e.house import ROOT, House
from tests.e2e.people import Texter, talk
from tests.e2e.test_nudges import monday_at_ten
from tests.emulators.twilio import Twilio

NAME, PASSWORD = "Sam Okafor", "blue kettle sings at noon"
CLOCK = ["tests.browser.clockwork"]
# Stops half way and chose to share: tests/transcripts/stops_half_way.txt, in short.
HALF_WAY = [
    ("hi i was told to text this number", "Ready?"),
    ("ok", "OK or MORE"),
    ("ok", "Shall we begin?"),
    ("ok", "helps you on a hard day"),
    ("my sister. and the dog honestly", "may our team read"),
    ("1", "good at"),
    ("i can cook for twenty", "safe for us to write"),
    ("sometimes", "plain messages"),
    ("2", "What name"),
    ("skip", "What matters most"),
    ("i just want to sleep somewhere my son is ok", "What would help most"),
    ("pause", "If you are not back by"),
]


@dataclass
class Day:
    """A house, somebody who texts it, and a page of the desk."""

    house: House
    person: Texter
    page: Page
    ahead: timedelta
    secret: str = field(default="", repr=False)

    def code(self, step: int = 0) -> str:
        """The six digits that the worker's app shows now, or so many steps later."""
        now = datetime.now(UTC) + self.ahead + timedelta(seconds=30 * step)
        return pyotp.TOTP(self.secret).at(now)

    @property
    def today(self) -> date:
        """The day on the house's calendar."""
        return (datetime.now(UTC) + self.ahead).date()

    async def open(self, path: str = "/desk/") -> None:
        await self.page.goto(f"{self.house.local}{path}")

    def ten_minutes_later(self) -> None:
        """The house's clock jumps; what falls due by then happens within seconds."""
        self.house.tell(signal.SIGUSR1)
        self.ahead += timedelta(seconds=STEP)


@asynccontextmanager
async def a_day(folder: Path, url: str, page: Page) -> AsyncIterator[Day]:
    """Yesterday somebody stopped half way. Five minutes are left until the team may read it."""
    monday = monday_at_ten()
    async with Twilio() as twilio:
        house = House(folder, twilio, url=url, launcher=CLOCK)
        person = Texter(house, twilio, "+447700900123")
        async with house_at(house, monday):
            await add_worker(house)
            await talk(person, HALF_WAY)
        ahead = monday + timedelta(days=1, minutes=-5)
        async with house_at(house, ahead):
            yield Day(house, person, page, ahead)


@asynccontextmanager
async def house_at(house: House, ahead: timedelta) -> AsyncIterator[None]:
    await house.start(ahead)
    try:
        yield
    finally:
        if house.runs:
            await house.stop()


async def add_worker(house: House) -> None:
    """As whoever runs the house does it, while it runs."""
    command = ["-m", "bot", "user", "add", NAME, "--role", "caseworker", "--password-stdin"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env=house._environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(f"{PASSWORD}\n".encode())
    assert said.decode().strip() == f"{NAME} can sign in as caseworker."
