"""Wrong tries with a password, counted in the database, so that every process counts the same.

At most 10 in five minutes for a name and 20 in an hour from an address (Cyber Essentials allows
ten). A browser in which the account's owner signed in before is counted by itself: strangers who
try a name shut nobody out. What is over the limit is not tried at all, and costs no write.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from store import tables as t
from store.ids import new_id
from store.sealing import Keys

A_NAME, A_NAME_WITHIN = 10, timedelta(minutes=5)
AN_ADDRESS, AN_ADDRESS_WITHIN = 20, timedelta(hours=1)


class Tries:
    """The wrong tries of one who knocks: `who` is a name, or the device of somebody known."""

    def __init__(self, keys: Keys, who: str, whence: str) -> None:
        self._who, self._whence = keys.tried(f"who {who}"), keys.tried(f"whence {whence}")

    def wait(self, connection: Connection, now: datetime, known: bool) -> int:
        """Seconds to wait before another try; 0 where it may be made now. From a `known` device
        only its own tries count."""
        s = t.sign_in_try.c
        of_who = _left(connection, s.who == self._who, A_NAME, A_NAME_WITHIN, now)
        if known:
            return of_who
        of_whence = _left(connection, s.whence == self._whence, AN_ADDRESS, AN_ADDRESS_WITHIN, now)
        return max(of_who, of_whence)

    def wrong(self, connection: Connection, now: datetime) -> None:
        """Count one; what is older than any limit is forgotten."""
        row = {"id": new_id(), "who": self._who, "whence": self._whence, "at": now}
        connection.execute(insert(t.sign_in_try).values(row))
        old = t.sign_in_try.c.at <= now - max(A_NAME_WITHIN, AN_ADDRESS_WITHIN)
        connection.execute(delete(t.sign_in_try).where(old))


def _left(
    connection: Connection,
    which: ColumnElement[bool],
    most: int,
    within: timedelta,
    now: datetime,
) -> int:
    at = t.sign_in_try.c.at
    lately = select(at).where(which, at > now - within).order_by(at.desc()).limit(most)
    times = connection.scalars(lately).all()
    if len(times) < most:
        return 0
    return max(1, int((times[-1] + within - now).total_seconds()))
