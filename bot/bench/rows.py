"""The same rows, written barely: what a step costs when everything but the rows is left out.

The writes of real steps are noted as the driver gets them, then written again on a copy of the
same database: same tables, indexes and pragmas, same groups, one `executemany` a statement, in a
thread of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from store.engines import PRAGMAS

Group = list[tuple[str, list[Any]]]  # one transaction: statements, each with its rows


class Notes:
    """What was written, a group a transaction."""

    def __init__(self) -> None:
        self.groups: list[Group] = []

    def begin(self) -> None:
        self.groups.append([])

    def add(self, sql: str, rows: list[Any]) -> None:
        self.groups[-1].append((sql, rows))


@contextmanager
def noting(notes: Notes) -> Iterator[None]:
    """Databases that are opened in here note what is written to them."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Cursor:
            if sql.startswith("BEGIN"):
                notes.begin()
            return super().execute(sql, *values)

        def executemany(self, sql: str, rows: Any) -> Cursor:
            done = super().executemany(sql, rows)
            if self.rowcount > 0:  # what changed nothing wrote no row
                notes.add(sql, list(rows))
            return done

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any, **__: Any) -> Any:
            return Cursor(self)

    def with_notes(dialect: Any, record: Any, args: Any, options: dict[str, Any]) -> None:
        options["factory"] = Connection

    event.listen(Engine, "do_connect", with_notes)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", with_notes)


def bare(path: Path) -> sqlite3.Connection:
    """A connection as durable as ours, for any thread."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def write_again(connection: sqlite3.Connection, groups: Sequence[Group]) -> None:
    """One commit a group."""
    for group in groups:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for sql, rows in group:
            cursor.executemany(sql, rows)
        cursor.execute("COMMIT")
