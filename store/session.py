"""The database: one thread that writes, a few connections that read.

SQLite for now. The writer owns every write and every checkpoint of the process: SQLite before
3.51.3 can damage a WAL that two connections checkpoint. A transaction that writes begins with
BEGIN IMMEDIATE, because a deferred one that reads first fails under contention whatever the
time-out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import StaticPool

from bot.conversation.channel import Away
from store import migrations
from store.sealing import Keys

T = TypeVar("T")
Work = Callable[[Connection], T]

LOCKED_MS = 4000  # how long a write waits for a locked database before it is `Away`
READERS = 4
# 16 MB of log between checkpoints: a batch changes many pages, and a seventh of the time went
# into checkpoints. What is erased leaves the log by a checkpoint of its own.
LOG_PAGES = 4000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"busy_timeout={LOCKED_MS}",
    "trusted_schema=OFF",
    f"wal_autocheckpoint={LOG_PAGES}",
)
_encode = msgspec.json.Encoder().encode


def _json(value: Any) -> str:
    return _encode(value).decode()


# Errors name no values: they could be somebody's words.
_ALWAYS: dict[str, Any] = {"hide_parameters": True, "json_serializer": _json}
_SQLITE: dict[str, Any] = {**_ALWAYS, "paramstyle": "named"}  # as `store.prepared` gives them
log = logging.getLogger("ownpace.store")


class Unusable(Exception):
    """This database can't be used as the settings have it; the message says what to do."""


class Store:
    """The one door to the database. Make it with `Store.open`."""

    def __init__(self, engine: Engine, reading: Engine, keys: Keys) -> None:
        self.keys = keys
        self._engine, self._reading = engine, reading
        self._writer = ThreadPoolExecutor(1, "store-writer")
        shared = reading is engine
        self._readers = self._writer if shared else ThreadPoolExecutor(READERS, "store-reader")
        self._away_at = 0.0
        self._down = (OperationalError, engine.dialect.loaded_dbapi.OperationalError)

    @classmethod
    def open(cls, url: str, keys: Keys) -> Store:
        """Open the database at `url`, make or upgrade its tables, try the master key.

        Raises `Unusable` for a database of another kind, of a newer version, or sealed under
        another master key; `Away` when it can't be reached.
        """
        engine, reading = _engines(_sqlite_url(url))
        store = cls(engine, reading, keys)
        try:
            store.write_sync(lambda connection: _prepare(connection, keys))
        except BaseException:
            store.close_sync()
            raise
        return store

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

    async def checkpoint(self) -> None:
        """Move the log into the database file: after an erasure nothing erased stays behind."""
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
            with self._engine.begin() as connection:
                return work(connection)
        except self._down as error:
            self._away_at = time.monotonic()
            raise _away(error) from None

    def _read(self, work: Work[T]) -> T:
        try:
            with self._reading.connect() as connection:
                return work(connection)
        except self._down as error:
            raise _away(error) from None

    def _checkpoint(self) -> None:
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _prepare(connection: Connection, keys: Keys) -> None:
    try:
        migrations.upgrade(connection)
        migrations.try_key(connection, keys)
    except migrations.Refused as error:
        raise Unusable(str(error)) from None


def _sqlite_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Unusable("DATABASE_URL: write it as in sqlite:///data/ownpace.db") from None
    kind = parsed.get_backend_name()
    if kind in ("postgres", "postgresql"):
        raise Unusable("DATABASE_URL: PostgreSQL is not in this version yet; use sqlite:///...")
    if kind != "sqlite":
        raise Unusable(f"DATABASE_URL: {kind} is not supported; use sqlite:///...")
    return parsed


def _engines(url: URL) -> tuple[Engine, Engine]:
    """The engine that writes and the one that reads; in memory there is only one connection."""
    if url.database in (None, "", ":memory:"):
        # Made on the writer's thread, closed on another.
        free = {"check_same_thread": False}
        engine = create_engine(url, **_SQLITE, poolclass=StaticPool, connect_args=free)
        return _set_up(engine, "BEGIN IMMEDIATE"), engine
    _private_file(Path(url.database or ""))
    writing = create_engine(url, **_SQLITE, pool_size=1, max_overflow=0)
    reading = create_engine(url, **_SQLITE, pool_size=READERS, max_overflow=0)
    extra = ("wal_autocheckpoint=0", "query_only=ON")
    return _set_up(writing, "BEGIN IMMEDIATE"), _set_up(reading, "BEGIN", extra)


def _set_up(engine: Engine, begin: str, extra: tuple[str, ...] = ()) -> Engine:
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin too late and deferred
        for pragma in PRAGMAS + extra:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _private_file(path: Path) -> None:
    """Only the owner may read the database, nor list the folder if it is we who make it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _away(error: Exception) -> Away:
    cause = error.orig if isinstance(error, OperationalError) else error
    name = getattr(cause, "sqlite_errorname", type(cause).__name__)
    log.warning("the database is away: %s", name)
    return Away(f"the database did not answer ({name})")
