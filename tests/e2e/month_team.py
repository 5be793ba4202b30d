"""The workers of a month: on duty by mail, and at the desk in staffed hours, where they read what
waits: soon, late or never, as a seed has it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot import way_in
from store import accounts, duty
from tests.e2e.caseworker import Caseworker
from tests.e2e.house import WORKER, House
from tests.e2e.month_providers import Now
from tests.e2e.on_duty import MAIN, MailServer, on_duty
from tests.e2e.test_clock import LONDON

TESTED_EVERY = timedelta(days=3)
UNTESTED = (range(19, 24),)  # days in which nobody tests a way: people are told no time then
WAITS = """SELECT handover.reference FROM handover JOIN promise
    ON promise.conversation = handover.conversation AND promise.kind IN ('read', 'aim')
    WHERE handover.kind IN ('partial', 'complete')
    AND promise.kept_at IS NULL AND promise.dropped_at IS NULL"""
ASKED = "SELECT id FROM asked WHERE message IS NOT NULL AND seen_at IS NULL"


T = TypeVar("T")


class LoggingMail(MailServer):
    """Knows when each mail came."""

    def __init__(self, now: Now) -> None:
        super().__init__()
        self.now, self.at = now, list[datetime]()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.at.append(self.now())
        return await super().handle_DATA(server, session, envelope)


class Team:
    """`read` counts what they have opened."""

    def __init__(self, now: Now, first: datetime, seed: int) -> None:
        self._now, self._first, self._seed = now, first, seed
        self._reads_at: dict[str, datetime | None] = {}
        self._tested = first
        self.read = 0

    def begin(self, house: House) -> None:
        """Before the house runs."""
        on_duty(house, self._now() - datetime.now(self._first.tzinfo))

    async def work(self, house: House) -> None:
        """What a worker does at this moment: nothing out of hours."""
        now = self._now()
        local = now.astimezone(LONDON)
        if local.weekday() > 4 or not 9 <= local.hour < 17:
            return
        self._test(house, now)
        paths = [f"/desk/intake/{id}" for id in self._due(house, WAITS, now)]
        wishes = [f"/desk/asked/{id}" for id in self._due(house, ASKED, now)]
        if paths or wishes:
            await self._at_the_desk(house, paths, wishes)

    def _due(self, house: House, waiting: str, now: datetime) -> list[str]:
        ids = [str(id) for (id,) in house.look(waiting)]
        for id in ids:
            if id not in self._reads_at:
                self._reads_at[id] = self._fate(id, now)
        return [id for id in ids if (at := self._reads_at[id]) and at <= now]

    def _fate(self, id: str, now: datetime) -> datetime | None:
        """When this one is read. Ids are made by chance, so the share holds, not each case."""
        chance = random.Random(f"{self._seed}{id}")  # noqa: S311
        how = chance.choices(("soon", "late", "never"), (5, 3, 2))[0]
        hours = chance.uniform(0, 2) if how == "soon" else chance.uniform(20, 90)
        return None if how == "never" else now + timedelta(hours=hours)

    async def _at_the_desk(self, house: House, paths: list[str], wishes: list[str]) -> None:
        token = _write_beside(house, self._link)
        async with Caseworker(house) as desk:
            await desk.sign_in(way_in.address(house.public, token))
            for path in paths:
                page = await desk.open(path)
                self.read += page.status == 200
            for path in wishes:
                page = await desk.open(path)
                if page.status == 200:
                    await desk.press(page, path)

    def _link(self, connection: Connection) -> str:
        worker = accounts.worker_named(connection, WORKER)
        assert worker
        return accounts.new_link(connection, worker, self._now())

    def _test(self, house: House, now: datetime) -> None:
        day = (now - self._first).days
        if now - self._tested < TESTED_EVERY or any(day in days for days in UNTESTED):
            return
        self._tested = now
        _write_beside(house, _tested(now))


def _write_beside(house: House, work: Callable[[Connection], T]) -> T:
    """While the house runs."""
    if house.is_sqlite:
        return way_in.beside(house.url, work)
    with house.open() as store:
        return store.write_sync(work)


def _tested(now: datetime) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        for worker in duty.on_duty(connection, MAIN):
            _, token = duty.begin_test(connection, MAIN, worker, "email", now)
            assert duty.answer(connection, token, now)

    return work
