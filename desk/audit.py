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
from store.sealing import Keys


def note(
    connection: Connection, keys: Keys, worker: str, what: str, about: str, now: datetime
) -> None:
    """Write down that this worker did `what` (a word) with `about` (ids, never words)."""
    locks.one_at_a_time(connection, "audit")
    a = t.audit.c
    last = connection.execute(select(a.number, a.chain).order_by(a.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.chain) if last else (1, b"")
    chain = keys.chained(before, _row(number, now, worker, what, about))
    row = {"number": number, "at": now, "worker": worker, "what": what, "about": about}
    connection.execute(t.audit.insert().values(**row, chain=chain))


def broken_at(connection: Connection, keys: Keys) -> int | None:
    """The number of the first row that is not as it was written; None where all are."""
    before, expected = b"", 1
    for row in connection.execute(select(t.audit).order_by(t.audit.c.number)):
        words = _row(row.number, row.at, row.worker, row.what, row.about)
        if row.number != expected or row.chain != keys.chained(before, words):
            return expected
        before, expected = row.chain, expected + 1
    return None


def _row(number: int, at: datetime, worker: str, what: str, about: str) -> bytes:
    return msgspec.json.encode([number, at, worker, what, about])
