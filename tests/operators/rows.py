"""Rows for every table of any revision: what its columns hold is made up from their types."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, DateTime, Integer, LargeBinary, String, insert

from store import copying

MANY = 3
START = datetime(2026, 11, 19, 12, 0)


def fill(connection: Connection) -> None:
    """A few rows in every table, each with what it refers to."""
    for table in copying.tables(connection):
        rows = [{c.name: value(c, number) for c in table.columns} for number in range(MANY)]
        connection.execute(insert(table), rows)


def value(column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        return value(key.column, number)
    match column.type:
        case Boolean():
            return number % 2 == 0
        case Integer():
            return number + 7
        case DateTime():
            # Some of them are nothing, as in life.
            return START + timedelta(seconds=number) if number or not column.nullable else None
        case LargeBinary():
            return f"{column.table.name} {column.name} {number}".encode() + b"\0\xff"
        case String(length=length):
            return f"{number}{column.table.name[:4]} {column.name}"[: length or 80]
    return [f"{column.name} é {number}", number]
