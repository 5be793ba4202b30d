"""kill -9 at random moments under load: one process on SQLite, one of three on PostgreSQL.

All the while people talk, each as fast as they are answered, and somebody new begins where one
has come to the end. Nothing that was taken is lost, no step is done twice, and what is told twice
was on its way at one of the blows.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store import conversations
from tests.databases import Kind
from tests.e2e.balancer import Balancer
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

BLOWS, FEW = 100, 3
AT_ONCE = 24  # people; every third is on Telegram
LEASE = "5"  # seconds, see `crashing`
BETWEEN = 1.2  # seconds at most from being ready again to the next blow
AT_REST = 60.0  # seconds; what may have been sent is looked into after five or ten
PROCESSES: dict[Kind, int] = {"sqlite": 1, "postgres": 3}


@dataclass
class Figures:
    """What happened; times in seconds."""

    blows: int = 0
    taken: int = 0
    people: int = 0
    on_their_way: int = 0  # at the blows, on either channel
    slowest_back: float = 0.0
    told_twice: dict[str, int] = field(default_factory=dict)  # by address


class Load:
    """Keeps so many people talking until told that it is enough."""

    def __init__(self, twilio: BusyTwilio, telegram: BusyTelegram, taken: list[str]) -> None:
        self._twilio, self._telegram, self._taken = twilio, telegram, taken
        self.people: list[Someone] = []
        self.enough = False

    async def keep_talking(self) -> None:
        while not self.enough:
            await converse(self._someone())

    def _someone(self) -> Someone:
        n = len(self.people)
        if n % 3:
            number = f"+1{200 + n // 100}55501{n % 100:02}"  # kept for fiction, in any area
            self.people.append(TexterInCrowd(self._twilio, number, self._taken.append))
        else:
            self.people.append(ChatterInCrowd(self._telegram, 7_000_000 + n))
        return self.people[-1]


async def test_a_few(tmp_path: Path, kind: Kind, url: str) -> None:
    await _killed(tmp_path, url, PROCESSES[kind], FEW)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_a_hundred(tmp_path: Path, kind: Kind, url: str) -> None:
    await _killed(tmp_path, url, PROCESSES[kind], BLOWS)


async def _killed(folder: Path, url: str, processes: int, blows: int) -> None:
    taken: list[str] = []
    twilio, telegram = BusyTwilio(), BusyTelegram(taken.append)
    async with twilio, telegram, Balancer() as balancer:
        twilio.rest.page_size = 1000  # as Twilio's own
        houses = _houses(folder, url, processes, twilio, telegram, balancer)
        figures, load = Figures(), Load(twilio, telegram, taken)
        try:
            for house in houses:
                await house.start()
            await telegram.until(lambda: telegram.hook.get("url"))
            on_their_way = await _under_load(houses, load, blows, figures)
            await telegram.settled()
            await houses[0].quiet(AT_REST)
        finally:
            await asyncio.gather(*(house.stop() for house in houses if house.runs))
    figures.taken, figures.people = len(taken), len(load.people)
    figures.told_twice = reckon(houses[0], load.people)
    print(f"{processes} process(es): {figures}")
    _explained(houses[0], load.people, figures, on_their_way)


def _houses(
    folder: Path,
    url: str,
    processes: int,
    twilio: BusyTwilio,
    telegram: BusyTelegram,
    balancer: Balancer,
) -> list[House]:
    folders = [folder if n == 0 else folder / f"{n + 1}" for n in range(processes)]
    for each in folders:
        each.mkdir(exist_ok=True)
    launcher = ("tests.e2e.crashing", str(folder / "no trap"), LEASE)
    houses = [
        House(each, twilio, telegram, public=balancer.url, url=url, launcher=launcher)
        for each in folders
    ]
    balancer.ports = [house.port for house in houses]
    twilio.reach(balancer.url, balancer.url)
    return houses


async def _under_load(
    houses: Sequence[House], load: Load, blows: int, figures: Figures
) -> Counter[str]:
    """The blows; at how many of them something was on its way to each contact."""
    seed = int(os.environ.get("OWNPACE_TEST_SEED", "1"))
    chance, on_their_way = random.Random(seed), Counter[str]()  # noqa: S311
    async with asyncio.TaskGroup() as crowd:
        for _ in range(AT_ONCE):
            crowd.create_task(load.keep_talking())
        for _ in range(blows):
            await asyncio.sleep(chance.uniform(0, BETWEEN))
            house = chance.choice(houses)
            await house.kill()
            begun = house.look("SELECT contact FROM outgoing WHERE state = 'begun'")
            on_their_way.update(str(contact) for (contact,) in begun)
            figures.slowest_back = max(figures.slowest_back, await house.start())
            figures.blows += 1
        load.enough = True
    figures.on_their_way = on_their_way.total()
    return on_their_way


def _explained(
    house: House, people: Sequence[Someone], figures: Figures, on_their_way: Counter[str]
) -> None:
    """Only on Telegram, whose log nobody can look through, and only what was on its way."""
    accounts = {person.address: person.account for person in people}
    twice = [(accounts[address], address) for address in figures.told_twice]
    with house.open() as store:
        lines = store.read_sync(lambda c: conversations.by_address(c, store.keys, twice))
    for (account, address), line in lines.items():
        times = figures.told_twice[address]
        assert account.startswith("telegram"), f"{address} was told {times} twice by SMS"
        assert times <= on_their_way[line.contact], f"{address}: {times}"
