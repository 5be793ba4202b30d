"""The database: one thread that writes, a few connections that read.

The writer owns every write of the process, on SQLite every checkpoint too: SQLite before 3.51.3
can damage a WAL that two connections checkpoint. A transaction that writes begins there with
BEGIN IMMEDIATE, because a deferred one that reads first fails under contention whatever the
time-out. On PostgreSQL several processes may each have such a writer: see `store.locks`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from bot.conversation.channel import Away
from store import (
    away,
    clearing,
    engines,
    erased,
    hiding,
    keyring,
    leases,
    locks,
    migrations,
    outside,
    provider_logs,
    tidying,
)
from store.bell import Bell
from store.engines import LOCKED_MS, PRAGMAS, READERS, Unusable
from store.leases import Job
from store.sealing import Keys

__all__ = ["LOCKED_MS", "PRAGMAS", "Store", "Unusable", "Work"]
TROUBLED = 2.0  # seconds after a write that failed; the sender tries about once a second
T = TypeVar("T")
Work = Callable[[Connection], T]
Before = Callable[[str], object]


class Store:
    """The one door to the database. Make it with `Store.open`."""

    def __init__(self, url: URL, keys: Keys) -> None:
        made = engines.engines(url)
        self.keys, self.bell = keys, Bell()
        self._engine, self._reading, self._beside = made.writing, made.reading, made.beside
        self._writer = ThreadPoolExecutor(1, "store-writer")
        one = self._reading is self._engine
        self._readers = self._writer if one else ThreadPoolExecutor(READERS, "store-reader")
        self._away_at, self._url, self._erased = -math.inf, url, -1  # -1: not looked yet

    @classmethod
    def open(cls, url: str, keys: Keys, before: Before | None = None) -> Store:
        """Open the database at `url`, make or upgrade its tables, try the master key. `before` is
        called with their revision where tables are about to change, and nobody else can do it.

        Raises `Unusable` for a database of another kind, of a newer version, or sealed under
        another master key; `Away` when it can't be reached.
        """
        store = cls(engines.address(url), keys)
        try:
            store.write_sync(lambda connection: _prepare(connection, keys, before))
        except BaseException:
            store.close_sync()
            raise
        return store

    def note_erased_in(self, path: Path) -> None:
        """From now on what is erased is noted in this file, too (`store.erased`)."""
        self._engine.update_execution_options(**{erased.OPTION: path})
        self.write_sync(lambda connection: erased.fill(connection, path))

    def hold_deletions(self, hours: Mapping[str, timedelta]) -> None:
        """From now on what a person has erased is gone at once, and erased after so long, by
        service (`store.hiding`)."""
        self._engine.update_execution_options(**{hiding.OPTION: dict(hours)})

    def forget_at_providers(self, accounts: Iterable[str]) -> None:
        """From now on what is erased waits to be deleted from these accounts' logs, too."""
        self._engine.update_execution_options(**{provider_logs.OPTION: frozenset(accounts)})

    def clear_at_providers(self, lasting: Mapping[str, timedelta | None]) -> None:
        """From now on single messages wait to be removed at these accounts' providers, who let us
        for so long after each (None: always)."""
        self._engine.update_execution_options(**{clearing.OPTION: dict(lasting)})

    def tell_outside(self) -> None:
        """From now on hand-overs, and their end, wait to be told to another case system."""
        self._engine.update_execution_options(**{outside.OPTION: True})

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction on the writer thread; returns after the commit."""
        asked = time.monotonic()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._transact, work, asked)

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which only reads, on a connection of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, work)

    def write_sync(self, work: Work[T]) -> T:
        """As `write`, for the command line."""
        return self._writer.submit(self._transact, work, time.monotonic()).result()

    def read_sync(self, work: Work[T]) -> T:
        """As `read`, for the command line."""
        return self._readers.submit(self._read, work).result()

    @property
    def shared(self) -> bool:
        """May other processes have this database open too? PostgreSQL only."""
        return self._beside is not None

    async def alone(self, name: str, job: Job) -> None:
        """Do `job` once no other process does the job of this name: see `store.leases`."""
        await (leases.alone(self._beside, name, job) if self._beside else job())

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` when other processes queue words, and tell them of ours: see `store.bell`.

        To be run until cancelled; on SQLite there are no others, and it returns.
        """
        if self._beside:
            await self.bell.run(self._beside, self.read, heard)

    async def learn_keys(self) -> None:
        """Hear of a master key that another process made the present one. Raises `Away`, and
        `keyring.Refused` where it was not given to us."""
        await self.read(lambda connection: keyring.learn(connection, self.keys))

    @property
    def troubled(self) -> bool:
        """Did a write fail just now? A full disk can still be read."""
        return time.monotonic() - self._away_at < TROUBLED

    async def checkpoint(self) -> None:
        """Move the log into the database file: after an erasure nothing erased stays behind.

        PostgreSQL sees to its own log; where somebody was erased since, its pages are tidied up.
        """
        if self.shared:
            await asyncio.to_thread(self._tidy)
            return
        await asyncio.get_running_loop().run_in_executor(self._writer, self._checkpoint)

    async def close(self) -> None:
        """Finish what waits, and close. The store can't be used afterwards."""
        await asyncio.to_thread(self.close_sync)

    def close_sync(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        # Readers first: the last connection to close makes the final checkpoint.
        self._reading.dispose()
        self._engine.dispose()

    def _transact(self, work: Work[T], asked: float) -> T:
        if asked < self._away_at:
            # It waited behind a try that failed: another full wait would be too long for those
            # who wait for an answer.
            raise Away("the database did not answer")
        try:
            try:
                return self._commit(work)
            except away.ERRORS as error:
                if not away.is_passing(error):
                    raise
                return self._commit(work)
        except away.ERRORS as error:
            told = away.judged(error)
            if isinstance(told, Away):
                self._away_at = time.monotonic()
            raise told from None

    def _commit(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def _read(self, work: Work[T]) -> T:
        try:
            with self._reading.connect() as connection:
                return work(connection)
        except away.ERRORS as error:
            raise away.judged(error) from None

    def _tidy(self) -> None:
        if (erased := self.read_sync(tidying.erased)) != self._erased and tidying.tidy(self._url):
            self._erased = erased

    def _checkpoint(self) -> None:
        if self.shared:
            return
        raw = self._engine.raw_connection()
        try:
            # A backup that reads holds it up: then at the next pulse, not now.
            raw.cursor().execute("PRAGMA busy_timeout=0")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.cursor().execute(f"PRAGMA busy_timeout={LOCKED_MS}")
        finally:
            raw.close()


def _prepare(connection: Connection, keys: Keys, before: Before | None) -> None:
    locks.one_at_a_time(connection, "migrations", patiently=True)
    try:
        if before and (present := migrations.older(connection)):
            before(present)
        migrations.upgrade(connection)
        migrations.try_key(connection, keys)
    except migrations.Refused as error:
        raise Unusable(str(error)) from None
