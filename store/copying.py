"""All rows of one database into another, whichever of SQLite and PostgreSQL each of them is.

Both have the tables of the same revision, made by the migrations. What the columns are is read
from the SQLite side, so that an older revision than this version's can be copied too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import JSON, Connection, MetaData, Row, Table, event, insert, select

# Whoever was signed in signs in again; a copy that was under way is asked for again; a lock belongs
# to the process that held it.
LEFT_OUT = frozenset(
    {"alembic_version", "session", "sign_in_link", "device", "sign_in_try", "their_copy"}
)
MARK = "ownpace_backup"  # the one table of a backup that a database of ours does not have
CHUNK = 1000  # rows
_canonical = msgspec.msgpack.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Totals:
    """What was copied: rows by table, and a hash (SHA-256) of all that stands in them.

    The hash is the same on both kinds of database and does not depend on the order of rows.
    """

    rows: Mapping[str, int]
    digest: str


def tables(connection: Connection) -> list[Table]:
    """The tables that are copied, those that others refer to first. On SQLite."""
    found = MetaData()
    event.listen(found, "column_reflect", _plain)
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in {*LEFT_OUT, MARK}]


def copy(source: Connection, target: Connection, of: list[Table]) -> Totals:
    """Insert every row of `source` into `target`."""
    return _gather(source, of, target)


def totals(connection: Connection, of: list[Table]) -> Totals:
    """Rows and hash of what stands there."""
    return _gather(connection, of)


def _gather(source: Connection, of: list[Table], target: Connection | None = None) -> Totals:
    rows: dict[str, int] = {}
    digests: list[bytes] = []
    for table in of:
        name = f"{table.name}"
        rows[name] = 0
        found = source.execute(select(table).execution_options(yield_per=CHUNK))
        for chunk in found.partitions():
            rows[name] += len(chunk)
            digests += (_digest(name, row) for row in chunk)
            if target is not None:
                target.execute(insert(table), [dict(row._mapping) for row in chunk])
    return Totals(rows, hashlib.sha256(b"".join(sorted(digests))).hexdigest())


def _digest(table: str, row: Row[Any]) -> bytes:
    return hashlib.sha256(_canonical((table, tuple(row)))).digest()


def _plain(_metadata: object, _table: object, column: Any) -> None:
    """SQLite's own types become those that both databases know."""
    generic = column["type"].as_generic()
    column["type"] = JSON(none_as_null=True) if isinstance(generic, JSON) else generic
