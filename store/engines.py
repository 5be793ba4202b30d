"""Connections to SQLite and to PostgreSQL: how they are made and set up, and nothing else.

There are two engines for each database: one that writes, with one connection, and one that only
reads. SQLAlchemy's events set up every connection that either of them makes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from store.leases import Beside

LOCKED_MS = 4000  # how long a write waits for a locked database before it is `Away`
READERS = 4
AGAIN = 1.0  # seconds between two tries to connect to a server that is away
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
# libpq's own names. A server that went without a word is noticed after some 5 s, not 2 hours.
LINK: Mapping[str, Any] = {
    "application_name": "ownpace",
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
}
# Whatever the server has as its default. Where we write, every statement sees what is committed by
# then: locks are of use only so. A process that stands still in a transaction holds others up no
# longer.
SESSION = {
    "statement_timeout": str(LOCKED_MS),
    "idle_in_transaction_session_timeout": "30000",
    "default_transaction_isolation": "read committed",
    "TimeZone": "UTC",
}
# What is read in several statements is one moment, as it is on SQLite: a message that arrives in
# between would else be half told. Nothing is locked or written there, so no read can fail of it.
READING = {
    **SESSION,
    "statement_timeout": "10000",
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
}
_SET = "SELECT set_config(k, v, false) FROM unnest(%s::text[], %s::text[]) AS s(k, v)"
# What is answered as stored must be on the disk; a stricter setting of the server stays.
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)
_encode = msgspec.json.Encoder().encode


def _json(value: Any) -> str:
    return _encode(value).decode()


# Errors name no values: they could be somebody's words.
_ALWAYS: dict[str, Any] = {"hide_parameters": True, "json_serializer": _json}
_SQLITE: dict[str, Any] = {**_ALWAYS, "paramstyle": "named"}  # as `store.prepared` gives them


class Unusable(Exception):
    """This database can't be used as the settings have it; the message says what to do."""


def address(url: str) -> URL:
    """A database's address, with the driver that we use. Raises `Unusable`."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number, among others
        raise Unusable("DATABASE_URL: write it as in sqlite:///data/ownpace.db") from None
    kind = parsed.get_backend_name()
    if kind in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise Unusable(f"DATABASE_URL: {kind} is not supported; use sqlite:/// or postgresql://")
    return parsed.set(drivername="sqlite")


def is_shared(url: URL) -> bool:
    """May several processes have this database open? PostgreSQL only."""
    return url.get_backend_name() == "postgresql"


@dataclass(frozen=True, slots=True)
class Engines:
    """The one that writes and the one that reads (the same for SQLite in memory). `beside` makes
    a connection of its own on PostgreSQL, outside of both."""

    writing: Engine
    reading: Engine
    beside: Beside | None = None


def engines(url: URL) -> Engines:
    """Make them; nothing is connected yet."""
    if is_shared(url):
        return _postgres(url)
    if url.database in (None, "", ":memory:"):
        # Made on the writer's thread, closed on another.
        free = {"check_same_thread": False}
        engine = create_engine(url, **_SQLITE, poolclass=StaticPool, connect_args=free)
        return Engines(_set_up(engine, "BEGIN IMMEDIATE"), engine)
    _private_file(Path(url.database or ""))
    writing = create_engine(url, **_SQLITE, pool_size=1, max_overflow=0)
    reading = create_engine(url, **_SQLITE, pool_size=READERS, max_overflow=0)
    extra = ("wal_autocheckpoint=0", "query_only=ON")
    return Engines(_set_up(writing, "BEGIN IMMEDIATE"), _set_up(reading, "BEGIN", extra))


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


# --- PostgreSQL ----------------------------------------------------------------------------------


def link(url: URL) -> dict[str, Any]:
    """How to reach this server: what the address says comes before what we say."""
    return {name: value for name, value in LINK.items() if name not in url.query}


def _postgres(url: URL) -> Engines:
    ways: dict[str, Any] = {**_ALWAYS, "connect_args": link(url), "pool_pre_ping": True}
    connecting = _Connecting()
    writing = create_engine(url, **ways, pool_size=1, max_overflow=0)
    reading = create_engine(url, **ways, pool_size=READERS, max_overflow=0)
    for engine, settings in ((writing, SESSION), (reading, READING)):
        event.listen(engine, "do_connect", connecting)
        event.listen(engine, "connect", _settings(settings))
    args, how = writing.dialect.create_connect_args(url)

    async def beside() -> psycopg.AsyncConnection[Any]:
        return await connecting.beside(*args, **{**how, **link(url)})

    return Engines(writing, reading, beside)


class _Connecting:
    """Connects, one thread at a time; after a try that failed, nobody again before `AGAIN`."""

    def __init__(self) -> None:
        self._lock, self._not_before = threading.Lock(), 0.0

    def __call__(
        self, dialect: Dialect, _record: object, args: list[Any], how: dict[str, Any]
    ) -> Any:
        with self._lock, self._not_at_once():
            return dialect.connect(*args, **how)

    async def beside(self, *args: Any, **how: Any) -> psycopg.AsyncConnection[Any]:
        """A connection for the event loop, without transactions of its own making."""
        with self._not_at_once():
            return await psycopg.AsyncConnection.connect(*args, **how, autocommit=True)

    @contextmanager
    def _not_at_once(self) -> Iterator[None]:
        if time.monotonic() < self._not_before:
            raise psycopg.OperationalError("not tried: it failed just now")
        try:
            yield
        except psycopg.Error:
            self._not_before = time.monotonic() + AGAIN
            raise


def _settings(settings: Mapping[str, str]) -> Any:
    def connected(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.execute(_SET, (list(settings), list(settings.values())))
        connection.execute(_DURABLE)
        connection.commit()

    return connected
