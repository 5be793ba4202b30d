"""100,000 intakes, laid out by a few statements: rows of the right shape, words of nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from store import tables as t
from store.sealing import Keys

TABLES = (t.person, t.contact, t.conversation, t.message, t.handover)
IDS = {"id", "person", "contact", "conversation", "reference"}


def lay_out_many(
    connection: Connection, keys: Keys, many: int, holders: list[str], now: datetime
) -> None:
    """So many intakes of `harbour`: half of them wait, a quarter is with one of `holders`, an
    eighth was erased, an eighth is being written; one in fifty had a message that got lost."""
    wrapped, rows = keys.new_person_key(), dict[Table, list[dict[str, Any]]]()
    for number in range(many):
        for table, row in _one(number, wrapped, holders, now):
            rows.setdefault(table, []).append(row)
    for table, values in rows.items():
        connection.execute(table.insert(), values)


def double(connection: Connection, letter: str) -> None:
    """Each of them once more, by one statement a table; names get this letter at their end."""
    for table in TABLES:
        names = [column.name for column in table.c if column.name in IDS]
        columns = [c + letter if c.name in names else c for c in table.c]
        copied = select(*columns).where(table.c.id.like("many%"))
        connection.execute(insert(table).from_select(list(table.c.keys()), copied))


def analyze(connection: Connection) -> None:
    """What a server does by itself after so many new rows."""
    connection.execute(text("ANALYZE"))


def _one(
    number: int, wrapped: bytes, holders: list[str], now: datetime
) -> list[tuple[Table, dict[str, Any]]]:
    id, state = f"many{number:08}", number % 8
    at = now - timedelta(days=30) + timedelta(seconds=number)
    gone = state == 6
    found: list[tuple[Table, dict[str, Any]]] = [
        (t.person, {"id": id, "service": "harbour", "wrapped_key": wrapped, "created_at": at}),
        (t.contact, _contact(id, at)),
        (t.conversation, _conversation(id, at, gone)),
        (t.message, _message(id, at, lost=number % 50 == 0)),
    ]
    if state != 7:
        found.append((t.handover, _handover(id, number, at, state, holders, now)))
    return found


def _contact(id: str, at: datetime) -> dict[str, Any]:
    row = {"id": id, "account": "sms:harbour", "address_hash": id.encode(), "address": b""}
    return row | {"person": id, "state": "open", "valid_from": at, "valid_to": at}


def _conversation(id: str, at: datetime, gone: bool) -> dict[str, Any]:
    row = {"id": id, "person": id, "contact": id, "service": "harbour", "flow": "self_referral"}
    times = {"started_at": at, "last_in_at": at, "closed_at": at if gone else None}
    return row | times | {"state": b"", "standing": "paused", "language": "en"}


def _message(id: str, at: datetime, lost: bool) -> dict[str, Any]:
    row = {"id": id, "conversation": id, "direction": "out", "kind": "say", "text": b""}
    return row | {"said": ["ask.name"], "at": at, "failed_at": at if lost else None}


def _handover(
    id: str, number: int, at: datetime, state: int, holders: list[str], now: datetime
) -> dict[str, Any]:
    kind = "expired" if state == 6 else ("complete", "partial")[number // 8 % 2]
    held = state in (4, 5)
    row: dict[str, Any] = {"id": id, "conversation": id, "service": "harbour"}
    row |= {"reference": f"M{number:07}"}
    due = None if state == 3 else now + timedelta(days=1, seconds=number)
    taken = {"taken_by": holders[number % len(holders)], "taken_at": at} if held else {}
    row |= {"kind": kind, "at": at, "due_at": due}
    return {"taken_by": None, "taken_at": None} | row | taken
