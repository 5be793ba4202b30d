"""Which conversations a list shows, a page at a time, each by an index that serves its order.

Nothing here counts, or reads more rows than a page or a window of a few hundred: a list of
100,000 opens as fast as one of 100. What a page shows of them is read afterwards (`desk.queries`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    select,
    tuple_,
)

from desk.queries import GONE, AnyRow, Head, of_conversations
from store import tables as t

SHARED = ("complete", "partial")
LATELY = 300  # of the latest so many, those that belong in a short list
START = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"(-|[0-9]{1,18})\.([0-9]{1,18})\.([0-9A-Za-z-]{1,40})")
_H = t.handover.c
# One value each in what is asked for, or none, come first: PostgreSQL uses the index only if they
# are named.
_IN_ORDER = (_H.taken_by, _H.due_at, _H.at, _H.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hand-over stands in the order of a list: by `due` (none: last), `at` and `id`."""

    due: datetime | None
    at: datetime
    id: str
    conversation: str = ""

    @property
    def order(self) -> tuple[bool, datetime, datetime, str]:
        return self.due is None, self.due or self.at, self.at, self.id

    def __str__(self) -> str:
        """As an address holds it: times and an id, nothing that anybody said."""
        return f"{_micros(self.due) if self.due else '-'}.{_micros(self.at)}.{self.id}"

    @classmethod
    def read(cls, written: str) -> Place | None:
        """A place as an address holds it; None where it is anything else."""
        found = _WRITTEN.fullmatch(written)
        if not found:
            return None
        try:
            due = None if found[1] == "-" else _moment(found[1])
            return cls(due, _moment(found[2]), found[3])
        except OverflowError:
            return None


def _micros(moment: datetime) -> int:
    return (moment - START) // timedelta(microseconds=1)


def _moment(micros: str) -> datetime:
    return START + timedelta(microseconds=int(micros))


# --- In the order of what was promised -----------------------------------------------------------


def by_promise(
    connection: Connection,
    services: Sequence[str],
    holders: Sequence[str | None],
    most: int,
    after: Place | None = None,
) -> list[Place]:
    """Handed over and with one of these workers (None: with nobody), the soonest promise first;
    where no time was given, last."""
    found: list[Place] = []
    for service in services:
        for kind in SHARED:
            for holder in holders:
                whose = (_H.service == service, _H.kind == kind, _H.taken_by == holder)
                found += _with_a_time(connection, whose, most, after)
    if len(found) < most:
        for service in services:
            for kind in SHARED:
                for holder in holders:
                    whose = (_H.service == service, _H.kind == kind, _H.taken_by == holder)
                    found += _without(connection, whose, most, after)
    return sorted(found, key=lambda place: place.order)[:most]


Whose = tuple[ColumnElement[bool], ...]


def _with_a_time(
    connection: Connection, whose: Whose, most: int, after: Place | None
) -> list[Place]:
    if after and after.due is None:
        return []
    query = _places(whose).where(_H.due_at.is_not(None))
    if after:
        here = tuple_(after.due, after.at, after.id, types=[t.UTCTime(), t.UTCTime(), String()])
        query = query.where(tuple_(_H.due_at, _H.at, _H.id) > here)
    return _read(connection, query.order_by(*_IN_ORDER).limit(most))


def _without(connection: Connection, whose: Whose, most: int, after: Place | None) -> list[Place]:
    query = _places(whose).where(_H.due_at.is_(None))
    if after and after.due is None:
        here = tuple_(after.at, after.id, types=[t.UTCTime(), String()])
        query = query.where(tuple_(_H.at, _H.id) > here)
    return _read(connection, query.order_by(*_IN_ORDER).limit(most))


def _places(whose: Whose) -> Select[Any]:
    return select(_H.due_at, _H.at, _H.id, _H.conversation).where(*whose)


def _read(connection: Connection, query: Select[Any]) -> list[Place]:
    return [Place(*row) for row in connection.execute(query)]


# --- In other orders -----------------------------------------------------------------------------


def with_others(
    connection: Connection,
    services: Sequence[str],
    mine: Sequence[str],
    most: int,
    after: Place | None = None,
) -> list[Place]:
    """With a colleague who is here and none of `mine`, the latest first; `at` is when they took
    it."""
    not_these = [*mine, *_left(connection)]
    found: list[Place] = []
    for service in services:
        for kind in SHARED:
            query = select(_H.taken_at, _H.id, _H.conversation)
            query = query.where(_H.service == service, _H.kind == kind, _H.taken_at.is_not(None))
            query = query.where(_H.taken_by.not_in(not_these))
            if after:
                here = tuple_(after.at, after.id, types=[t.UTCTime(), String()])
                query = query.where(tuple_(_H.taken_at, _H.id) < here)
            latest = query.order_by(_H.taken_at.desc(), _H.id.desc()).limit(most)
            found += [Place(None, *row) for row in connection.execute(latest)]
    return sorted(found, key=lambda place: place.order, reverse=True)[:most]


def with_nobody_here(connection: Connection, services: Sequence[str], most: int) -> list[Place]:
    """With somebody whose account was closed since."""
    theirs = _left(connection)
    if not theirs:
        return []
    whose = (_H.service.in_(services), _H.kind.in_(SHARED), _H.taken_by.in_(theirs))
    return _read(connection, _places(whose).order_by(_H.taken_at, _H.id).limit(most))


def _left(connection: Connection) -> list[str]:
    closed = select(t.worker.c.id).where(t.worker.c.closed_at.is_not(None))
    return list(connection.scalars(closed))


# --- Short lists ---------------------------------------------------------------------------------


def erased(connection: Connection, services: Sequence[str], most: int) -> list[Head]:
    """Handed over once; their words are gone. Those of the latest that were closed."""
    c = t.conversation.c
    ids: list[str] = []
    for service in services:
        closed = select(c.id).where(c.service == service, c.closed_at.is_not(None))
        ids += connection.scalars(closed.order_by(c.closed_at.desc(), c.id.desc()).limit(LATELY))
    latest = (_H.kind.in_(GONE),)
    return of_conversations(connection, ids, latest, c.closed_at.desc(), most)


def writing(connection: Connection, services: Sequence[str], most: int) -> list[Head]:
    """Not handed over, in these services: for practice only. Those of the latest that are open."""
    c = t.conversation.c
    ids: list[str] = []
    for service in services:
        begun = select(c.id).where(c.service == service, c.closed_at.is_(None))
        ids += connection.scalars(begun.order_by(c.closed_at.desc(), c.id.desc()).limit(LATELY))
    return of_conversations(connection, ids, (_H.id.is_(None),), c.last_in_at.desc(), most)


def unreached(connection: Connection, services: Sequence[str], most: int) -> list[Head]:
    """Not handed over, and the explanation, or our last word, did not arrive. Of the latest
    messages that failed, and the latest people whom nothing reached."""
    c = t.conversation.c
    query = select(c.id, c.standing, t.contact.c.state).join(t.contact, t.contact.c.id == c.contact)
    query = query.outerjoin(t.handover, _H.conversation == c.id)
    query = query.where(c.id.in_(_troubled(connection)), c.service.in_(services))
    rows = connection.execute(query.where(_H.id.is_(None), c.closed_at.is_(None))).all()
    lost = _lost(connection, [row.id for row in rows])
    ids = [
        row.id
        for row in rows
        if row.state == "unreachable" or _matters(row.standing, lost.get(row.id))
    ]
    return of_conversations(connection, ids, (), c.last_in_at.desc(), most)


def _matters(standing: str, lost: AnyRow | None) -> bool:
    """Was it our last word, or part of an explanation that they still wait for?"""
    if lost is None or lost.failed is None:
        return False
    untold = bool(lost.notice) and standing in ("new", "explaining")
    return untold or lost.sent is None or bool(lost.sent <= lost.failed)


def _lost(connection: Connection, conversations: Sequence[str]) -> dict[str, AnyRow]:
    """Of each, when our last word that failed and our last that went were made."""
    m = t.message.c
    notice = and_(m.failed_at.is_not(None), cast(m.said, String).like('%"notice.%'))
    query = select(
        m.conversation,
        func.max(case((m.failed_at.is_not(None), m.at))).label("failed"),
        func.max(case((m.sent_at.is_not(None), m.at))).label("sent"),
        func.max(case((notice, 1), else_=0)).label("notice"),
    )
    theirs = query.where(m.conversation.in_(conversations)).group_by(m.conversation)
    return {row.conversation: row for row in connection.execute(theirs)}


def _troubled(connection: Connection) -> list[str]:
    """Conversations in which something did not arrive lately."""
    m, k, c = t.message.c, t.contact.c, t.conversation.c
    lost = select(m.conversation).where(m.failed_at.is_not(None)).order_by(m.failed_at.desc())
    # As the index has it, so that it is used.
    closed = select(k.id).where(t.UNREACHABLE).order_by(k.state_at.desc()).limit(LATELY)
    theirs = select(c.id).where(c.contact.in_(list(connection.scalars(closed))))
    return [*connection.scalars(lost.limit(LATELY)), *connection.scalars(theirs)]
