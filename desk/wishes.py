"""What people asked a worker for: a `person` to call them, or to `delete` their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from store import tables as t


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that somebody asked for; `seen_at` is when a worker saw to it."""

    id: str
    conversation: str
    what: str
    at: datetime
    seen_at: datetime | None


def _read(connection: Connection, where: ColumnElement[bool]) -> list[Wish]:
    a = t.asked.c
    query = select(a.id, a.conversation, a.what, a.at, a.seen_at).where(where)
    return [Wish(**row._mapping) for row in connection.execute(query.order_by(a.at, a.id))]


def unanswered(connection: Connection, services: Sequence[str], most: int) -> list[Wish]:
    """What no worker has seen to yet, of people whose conversations go on; first asked first."""
    a, c = t.asked.c, t.conversation.c
    query = select(a.id, a.conversation, a.what, a.at, a.seen_at).join(t.conversation)
    still = query.where(a.seen_at.is_(None), c.service.in_(services), c.closed_at.is_(None))
    return [
        Wish(**row._mapping) for row in connection.execute(still.order_by(a.at, a.id).limit(most))
    ]


def of_conversation(connection: Connection, conversation: str) -> list[Wish]:
    return _read(connection, t.asked.c.conversation == conversation)


def find(connection: Connection, id: str, services: Sequence[str]) -> Wish | None:
    """The wish of this id, if it is one of these services'."""
    c = t.conversation.c
    theirs = t.asked.c.conversation.in_(select(c.id).where(c.service.in_(services)))
    return next(iter(_read(connection, (t.asked.c.id == id) & theirs)), None)


def answer(connection: Connection, wish: Wish, person: str, now: datetime) -> None:
    """Somebody sees to this, and to all that the same person asked for until then."""
    a, c = t.asked.c, t.conversation.c
    theirs = a.conversation.in_(select(c.id).where(c.person == person))
    until = (a.at <= wish.at) & a.seen_at.is_(None)
    connection.execute(update(t.asked).where(theirs, until).values(seen_at=now))
