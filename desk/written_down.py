"""What workers write down about an intake, sealed under the person's key: a row of a table with a
column `content`, which is one small structure of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Table, select

from desk.queries import AnyRow, Head
from desk.reading import opened, sealer_of
from store import tables as t
from store.sealing import Keys, Sealer

C = TypeVar("C", bound=msgspec.Struct)
Found = TypeVar("Found")


def seal(sealer: Sealer, table: Table, id: str, content: msgspec.Struct) -> bytes:
    """The structure, sealed for this row."""
    return sealer.seal(msgspec.json.encode(content).decode(), _place(table, id))


def unseal(sealer: Sealer | None, table: Table, row: AnyRow, kind: type[C]) -> C | None:
    """The structure of this row; None where it was erased or can't be read."""
    words = opened(sealer, row.content, _place(table, row.id))
    return msgspec.json.decode(words, type=kind) if words else None


def read(
    connection: Connection,
    keys: Keys,
    head: Head,
    table: Table,
    kind: type[C],
    made: Callable[[AnyRow, C], Found],
) -> tuple[Found, ...]:
    """Whatever of a table can be read of an intake, the latest first. `made` is given each row,
    with the `name` of its worker, and its structure."""
    query = select(table, t.worker.c.name).join(t.worker, t.worker.c.id == table.c.worker)
    query = query.where(table.c.conversation == head.id)
    rows = connection.execute(query.order_by(table.c.at.desc(), table.c.id.desc())).all()
    sealer = sealer_of(keys, head)
    found = ((row, unseal(sealer, table, row, kind)) for row in rows)
    return tuple(made(row, content) for row, content in found if content)


def _place(table: Table, id: str) -> str:
    return f"{table.name}.content:{id}"
