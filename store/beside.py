"""Connections of the operators' commands, beside the process that serves or in its place.

While Ownpace runs, its process owns the log of a SQLite database: whatever reads beside it never
moves that log into the file (SQLite before 3.51.3 can lose pages where two do).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from store import engines
from store.engines import LOCKED_MS, Unusable

_ALONGSIDE = ("query_only=ON", "wal_autocheckpoint=0", "trusted_schema=OFF")
# Nobody else has this file open, and it gets its name only once it stands on the disk.
_DRAFT = ("journal_mode=MEMORY", "synchronous=OFF", "secure_delete=ON", "foreign_keys=ON")


class Nothing(Exception):
    """There is no database at this address yet."""


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL. Raises `Unusable`."""
    found = engines.address(url)
    if not is_sqlite(url):
        return None
    if found.database in (None, "", ":memory:"):
        raise Unusable("DATABASE_URL: that database lives in the memory of one process only.")
    return Path(found.database or "")


def file(url: str) -> Path | None:
    """As `sqlite_path`, and None for a database in memory, too."""
    return None if is_in_memory(url) else sqlite_path(url)


def files(url: str) -> list[Path]:
    """The files of a SQLite database that are there, its log among them."""
    found = engines.address(url)
    if not is_sqlite(url) or found.database in (None, "", ":memory:"):
        return []
    path = Path(found.database or "")
    parts = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
    return [part for part in parts if os.path.exists(part)]  # also no where nobody may look


def is_in_memory(url: str) -> bool:
    """Does this database live in one process only?"""
    return is_sqlite(url) and engines.address(url).database in (None, "", ":memory:")


def is_sqlite(url: str) -> bool:
    return engines.address(url).get_backend_name() == "sqlite"


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """One moment of the database, whatever is written meanwhile. Raises `Nothing`."""
    path = sqlite_path(url)
    if path is None:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with postgres(url).connect() as connection:
            yield connection.execution_options(**options)
        return
    if not path.exists() or not path.stat().st_size:
        raise Nothing
    with _sqlite(path, _ALONGSIDE).begin() as connection:
        yield connection


def postgres(url: str) -> Engine:
    found = engines.address(url)
    how = engines.link(found)
    return create_engine(found, hide_parameters=True, poolclass=NullPool, connect_args=how)


def draft(path: Path) -> Engine:
    """A SQLite file that is being made, for us alone."""
    return _sqlite(path, _DRAFT)


def keep_log(path: Path) -> None:
    """Have a draft that is done keep its log as the store does: the file says so for good."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """A backup, to be read. Raises `FileNotFoundError`."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with _sqlite(path, ("query_only=ON", "trusted_schema=OFF")).begin() as connection:
        yield connection


def _sqlite(path: Path, pragmas: Sequence[str]) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={LOCKED_MS}", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
