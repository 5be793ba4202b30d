"""A month in a town: the houses (one on SQLite, two on PostgreSQL), its people and workers, a clock
that goes from one thing that is due to the next, and blows of kill -9 in between."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.e2e.crowd import ChatterInCrowd, TexterInCrowd
from tests.e2e.house import House, until
from tests.e2e.month_days import by_turns, due_by, next_due, opening, sittings
from tests.e2e.month_providers import LoggingTelegram, LoggingTwilio
from tests.e2e.month_residents import Resident
from tests.e2e.month_scripts import draw, looks_in
from tests.e2e.month_team import LoggingMail, Team
from tests.e2e.moved_clock import MovedClock

DAYS = 33
KEEP = timedelta(days=14)  # unfinished intakes, so that all that follows fits into a month
AT_ONCE = 24  # people who sit with their phone at the same time
AT_REST = 60.0  # seconds
LOOK = 0.1  # seconds: what is asked goes over all that a month leaves
OUTAGE = 0.3  # of the blows: the house stays dark for some hours


@dataclass
class Figures:
    """What happened in the month."""

    steps: int = 0
    blows: int = 0
    outages: int = 0
    slowest: float = 0.0  # seconds of a step
    on_their_way: Counter[str] = field(default_factory=Counter)  # at the blows, by contact


@dataclass
class Town:
    """`contacts` of each address, as they were seen; `dark` are spans in which no house ran.
    `grain` is the most by which the clock goes past what is due."""

    houses: Sequence[House]
    clock: MovedClock
    twilio: LoggingTwilio
    telegram: LoggingTelegram
    mail: LoggingMail
    team: Team
    chance: random.Random
    first: datetime
    grain: timedelta
    people: list[Resident] = field(default_factory=list)
    contacts: dict[str, set[str]] = field(default_factory=dict)
    dark: list[tuple[datetime, datetime]] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    @property
    def house(self) -> House:
        return self.houses[0]

    @property
    def end(self) -> datetime:
        return self.first + timedelta(days=DAYS)

    def fill(self, people: int) -> None:
        """Somebody moves in, again and again."""
        for n in range(people):
            script = draw(self.chance, self.first) if n else looks_in(self.first)
            someone: TexterInCrowd | ChatterInCrowd
            if script.by_sms:
                number = f"+1{200 + n // 100}55501{n % 100:02}"  # kept for fiction, in any area
                someone = TexterInCrowd(self.twilio, number, lambda id: None)
            else:
                someone = ChatterInCrowd(self.telegram, 7_000_000 + n)
            self.people.append(Resident(script, someone, self.clock.now))

    # --- The month -------------------------------------------------------------------------------

    async def live(self, blows: int) -> None:
        """From the first day to the last."""
        coming = sorted(
            (at, n)
            for n, one in enumerate(self.people)
            for at in sittings(one, self.first, self.end)
        )
        span = (self.end - self.first).total_seconds()
        strikes = sorted(
            self.first + timedelta(seconds=self.chance.uniform(0.02, 0.95) * span)
            for _ in range(blows)
        )
        while (now := self.clock.now()) < self.end:
            began = time.monotonic()
            self.figures.steps += 1
            here = [self.people[n] for at, n in coming if at <= now]
            del coming[: len(here)]
            if strikes and strikes[0] <= now and here:
                strikes.pop(0)
                await self._struck(here)
            else:
                await self._sit(here)
                await self.rest()
            await self.team.work(self.chance.choice(self.houses))
            if here:
                self._learn_contacts()
            self.figures.slowest = max(self.figures.slowest, time.monotonic() - began)
            await self._go_on([coming[0][0]] if coming else [])

    async def _sit(self, here: Sequence[Resident]) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(resident: Resident) -> None:
            async with places:
                await resident.sit_down()

        # Whoever comes twice in one step comes one time after the other.
        for turn in by_turns(here):
            await asyncio.gather(*(one(resident) for resident in turn))

    async def _struck(self, here: Sequence[Resident]) -> None:
        """One process ends while these talk; sometimes all is dark for hours."""
        sitting = asyncio.create_task(self._sit(here))
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        house = self.chance.choice(self.houses)
        dark = self.chance.random() < OUTAGE
        for each in self.houses if dark else [house]:
            await each.kill()
        begun = self.house.look("SELECT contact FROM outgoing WHERE state = 'begun'")
        self.figures.on_their_way.update(str(contact) for (contact,) in begun)
        self.figures.blows += 1
        if dark:
            self.figures.outages += 1
            sitting.cancel()
            await asyncio.gather(sitting, return_exceptions=True)
            went = self.clock.now()
            self.clock.move_to(went + timedelta(hours=self.chance.uniform(0.5, 9)))
            self.dark.append((went, self.clock.now()))
        await asyncio.gather(*(each.start() for each in self.houses if not each.runs))
        await asyncio.gather(sitting, return_exceptions=dark)
        await self.rest()

    async def rest(self) -> None:
        """Until all that is due has happened."""

        async def still() -> bool:
            if self.telegram.waiting or due_by(self.house, self.clock.now()):
                return False
            await self.twilio.settled(AT_REST)
            return not due_by(self.house, self.clock.now())

        await until(still, AT_REST, self.house.output, LOOK)

    async def _go_on(self, more: list[datetime]) -> None:
        """To the next thing that is due, and by chance a little past it."""
        now = self.clock.now()
        due = [*more, self.end, *next_due(self.house), *opening(now)]
        jitter = self.chance.uniform(0, self.grain.total_seconds())
        self.clock.move_to(max(min(due), now) + timedelta(seconds=jitter))
        places = [n for n, house in enumerate(self.houses, start=1) if house.runs]
        came = lambda: all(self.clock.come(n) == self.clock.ahead for n in places)  # noqa: E731
        await until(came, AT_REST, self.house.output)

    def _learn_contacts(self) -> None:
        keys = self.house.keys
        known = {keys.lookup(p.someone.account, p.address): p.address for p in self.people}
        for id, hash in self.house.look("SELECT id, address_hash FROM contact"):
            if address := known.get(bytes(hash)):  # type: ignore[call-overload]
                self.contacts.setdefault(address, set()).add(str(id))
