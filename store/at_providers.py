"""What waits to be done at a provider's (`to_forget`, `to_clear`): done, or to be tried again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, delete, update

from store import tables as t


def done(connection: Connection, waits: Table, id: str) -> None:
    connection.execute(delete(waits).where(waits.c.id == id))


def failed(connection: Connection, waits: Table, id: str, code: str, again_at: datetime) -> None:
    """It could not all be done, because of `code`."""
    values = {"failed_code": code[: t.CODE], "next_at": again_at}
    row = update(waits).where(waits.c.id == id)
    connection.execute(row.values(**values, attempts=waits.c.attempts + 1))
