"""How soon a worker could see that somebody may be in danger: from the text to the mark in a list.

People write, fifty texts a second between them, and one in ten is a sign of danger. A worker reads
the list all the while, as an open page does, and sees to what stands there.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.databases import Kind, fresh
from tests.e2e.caseworker import Caseworker
from tests.e2e.house import House
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_log import Fault

A_SECOND, DANGER_IN = 50, 10
MOST = 2.0  # seconds, of 99 in 100
SAME = re.compile(r"I live at number (\d+)")
WISH = re.compile(r"/desk/asked/\w+")
DOWN = 100_000  # calls: more than there will be


class Watch:
    """A worker at the list: when each sign was first seen there, by the words' number."""

    def __init__(self, worker: Caseworker) -> None:
        self.seen: dict[int, float] = {}
        self._worker = worker
        self._met: set[str] = set()
        self._busy: list[asyncio.Task[None]] = []

    async def until(self, enough: int) -> None:
        """Look again and again, until so many were seen."""
        while len(self.seen) < enough:
            listed = await self._worker.open()
            now = time.monotonic()
            for to in {to for to, _ in listed.links if WISH.fullmatch(to)} - self._met:
                self._met.add(to)
                self._busy.append(asyncio.create_task(self._see_to(to, now)))
        await asyncio.gather(*self._busy)

    async def _see_to(self, to: str, at: float) -> None:
        page = await self._worker.open(to)
        number = SAME.search(page.html)
        assert number, page.text
        self.seen[int(number[1])] = at
        await self._worker.press(page, to)


class Texts:
    """Texts at a steady pace, each of another person; `danger` are the times of the signs."""

    def __init__(self, twilio: Twilio) -> None:
        self.danger: dict[int, float] = {}
        self._twilio = twilio

    async def pour(self, many: int) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as texts:
            for n in range(many):
                await asyncio.sleep(max(0, began + n / A_SECOND - time.monotonic()))
                texts.create_task(self._text(n))

    async def _text(self, n: int) -> None:
        sign = n % DANGER_IN == 0
        words = f"I have just taken all my tablets. I live at number {n}" if sign else "hello"
        if sign:
            self.danger[n] = time.monotonic()
        answer = await self._twilio.text_in(f"+1{200 + n // 100}55501{n % 100:02}", words)
        assert answer.status == 200


async def waits(folder: Path, seconds: int, kind: Kind, down: str = "") -> list[float]:
    """The seconds from each sign to its mark, sorted; with this provider down."""
    async with Twilio() as twilio, Telegram() as telegram:
        house = House(folder, twilio, telegram, polling=True, url=fresh(kind, folder))
        async with house, Caseworker(house) as worker:
            await worker.sign_in(house.link())
            if down == "sms":
                twilio.fail(Fault(status=503), times=DOWN)
            for method in ("getUpdates", "sendMessage") if down == "telegram" else ():
                telegram.fault(method, times=DOWN)
            texts, watch = Texts(twilio), Watch(worker)
            many = seconds * A_SECOND
            signs = math.ceil(many / DANGER_IN)
            async with asyncio.timeout(10 * seconds + 60), asyncio.TaskGroup() as both:
                both.create_task(texts.pour(many))
                both.create_task(watch.until(signs))
            return waited(texts.danger, watch.seen)


def waited(began: Mapping[int, float], seen: Mapping[int, float]) -> list[float]:
    return sorted(seen[n] - at for n, at in began.items())


def of_a_hundred(waited: list[float], many: int) -> float:
    """So many of a hundred waited at most so long."""
    return waited[math.ceil(len(waited) * many / 100) - 1]


async def test_a_sign_stands_in_the_list_within_two_seconds(tmp_path: Path) -> None:
    """A short look, in which something may wait behind what else this machine does."""
    assert of_a_hundred(await waits(tmp_path, 2, "sqlite"), 50) <= MOST


@pytest.mark.soak
@pytest.mark.parametrize("down", ["", "sms", "telegram"])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_so_it_does_at_fifty_a_second(tmp_path: Path, kind: Kind, down: str) -> None:
    found = await waits(tmp_path, 20, kind, down)  # on PostgreSQL in a database that is new
    half, most = of_a_hundred(found, 50), of_a_hundred(found, 99)
    print(f"{kind}, down: {down or 'none'}: {len(found)} signs, p50 {half:.3f} s, p99 {most:.3f} s")
    assert most <= MOST
