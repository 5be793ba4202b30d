"""A town is built: its houses, its providers, its workers, and a clock at the first midnight."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.databases import Kind
from tests.e2e.balancer import Balancer
from tests.e2e.house import SERVICE, House
from tests.e2e.month_providers import LoggingTelegram, LoggingTwilio
from tests.e2e.month_team import LoggingMail, Team
from tests.e2e.month_town import KEEP, Town
from tests.e2e.moved_clock import MovedClock
from tests.e2e.test_clock import LONDON
from tests.emulators.twilio_log import Delivery

LEASE = "5"  # seconds, as in `crashing`
PROCESSES: dict[Kind, int] = {"sqlite": 1, "postgres": 2}


@contextlib.asynccontextmanager
async def town(
    folder: Path, kind: Kind, url: str, seed: int, grain: timedelta
) -> AsyncIterator[Town]:
    """Everything runs from the first midnight on, and has ended at the end."""
    first = _next_monday()
    clock = MovedClock(folder / "clock", first)
    chance = random.Random(seed)  # noqa: S311
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(LoggingTwilio(clock.now))
        telegram = LoggingTelegram(clock.now)
        await stack.enter_async_context(telegram)
        balancer = await stack.enter_async_context(Balancer())
        mail = stack.enter_context(LoggingMail(clock.now))
        twilio.rest.page_size, twilio.delivery = 1000, Delivery(("delivered",))
        houses = _houses(folder, url, PROCESSES[kind], twilio, telegram, balancer, mail)
        team = Team(clock.now, first, seed)
        made = Town(houses, clock, twilio, telegram, mail, team, chance, first, grain)
        team.begin(houses[0])
        try:
            await asyncio.gather(*(house.start() for house in houses))
            await telegram.until(lambda: telegram.hook.get("url"))
            yield made
        finally:
            await asyncio.gather(*(house.stop() for house in houses if house.runs))


def _next_monday() -> datetime:
    today = datetime.now(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=7 - today.weekday())).astimezone(UTC)


def _houses(
    folder: Path,
    url: str,
    processes: int,
    twilio: LoggingTwilio,
    telegram: LoggingTelegram,
    balancer: Balancer,
    mail: LoggingMail,
) -> list[House]:
    folders = [folder if n == 0 else folder / f"{n + 1}" for n in range(processes)]
    houses = []
    for place, each in enumerate(folders, start=1):
        each.mkdir(exist_ok=True)
        launcher = ("tests.e2e.moved_clock", str(folder / "clock"), str(place), LEASE)
        house = House(
            each, twilio, telegram, public=balancer.url, url=url, launcher=launcher, mail=mail.url
        )
        settings = f"{SERVICE}keep_partial_days = {KEEP.days}\n"
        (each / "ownpace.toml").write_text(settings, "utf-8")
        houses.append(house)
    balancer.ports = [house.port for house in houses]
    twilio.reach(balancer.url, balancer.url)
    return houses
