"""What must not be done unseen, as a chain: each row vouches for itself and for the one before.

The chain is keyed (HMAC under a key from the master key), so a row that was changed, put in or
taken out of the middle shows, also where whoever did it can write to the database. Rows cut off
at the end do not show by themselves: a backup has them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from store import locks
from store import tables as t
from store.sealing import Keys, Unreadable


def note(
    connection: Connection,
    keys: Keys,
    worker: str,
    what: str,
    about: str,
    now: datetime,
    why: str = "",
) -> None:
    """Write down that this worker did `what` (a word) with `about` (ids, never words). `why` is
    the reason that they gave, sealed."""
    locks.one_at_a_time(connection, "audit")
    a = t.audit.c
    last = connection.execute(select(a.number, a.chain).order_by(a.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.chain) if last else (1, b"")
    chain = keys.chained(before, _row(number, now, worker, what, about, why))
    row = {"number": number, "at": now, "worker": worker, "what": what, "about": about}
    sealed = keys.master.seal(why, _place(number)) if why else None
    connection.execute(t.audit.insert().values(**row, why=sealed, chain=chain))


def reason(keys: Keys, number: int, sealed: bytes | None) -> str:
    """The reason of a row, as it was typed. Raises `Unreadable`."""
    return keys.master.open(sealed, _place(number)) if sealed else ""


def broken_at(connection: Connection, keys: Keys) -> int | None:
    """The number of the first row that is not as it was written; None where all are."""
    before, expected = b"", 1
    for row in connection.execute(select(t.audit).order_by(t.audit.c.number)):
        try:
            why = reason(keys, row.number, row.why)
        except Unreadable:
            return expected
        words = _row(row.number, row.at, row.worker, row.what, row.about, why)
        if row.number != expected or row.chain != keys.chained(before, words):
            return expected
        before, expected = row.chain, expected + 1
    return None


def _row(number: int, at: datetime, worker: str, what: str, about: str, why: str) -> bytes:
    return msgspec.json.encode([number, at, worker, what, about, why])


def _place(number: int) -> str:
    return f"audit.why:{number}"
