"""A hold on a person: until it ends, nothing of theirs is erased because its date has come.

What they have erased themselves is gone from every view at once, all the same; it is erased for
good when the hold ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, insert, or_, select, update

from store import tables as t
from store.ids import new_id
from store.sealing import Sealer, Unreadable


@dataclass(frozen=True, slots=True)
class Hold:
    """Who set it (by name), why, and until when."""

    id: str
    who: str
    at: datetime
    until: datetime
    reason: str = field(repr=False)


_H = t.legal_hold.c


def put(
    connection: Connection,
    sealer: Sealer,
    person: str,
    worker: str,
    reason: str,
    at: datetime,
    until: datetime,
) -> None:
    """Set one; one that stands ends with that."""
    lift(connection, person, worker, at)
    id = new_id()
    row = {"id": id, "person": person, "worker": worker, "at": at, "until": until}
    sealed = sealer.seal(reason, f"legal_hold.reason:{id}")
    connection.execute(insert(t.legal_hold).values(**row, reason=sealed))


def lift(connection: Connection, person: str, worker: str, at: datetime) -> bool:
    """End the one that stands; was there one?"""
    lifted = update(t.legal_hold).where(_H.person == person, *_stands(at))
    return connection.execute(lifted.values(lifted_at=at, lifted_by=worker)).rowcount > 0


def of_person(
    connection: Connection, sealer: Sealer | None, person: str, now: datetime
) -> Hold | None:
    """The one that stands now."""
    query = select(_H.id, t.worker.c.name, _H.at, _H.until, _H.reason)
    query = query.join(t.worker, t.worker.c.id == _H.worker)
    row = connection.execute(query.where(_H.person == person, *_stands(now)).limit(1)).first()
    if row is None:
        return None
    return Hold(row.id, row.name, row.at, row.until, _reason(sealer, row.id, row.reason))


def is_held(connection: Connection, person: str, now: datetime) -> bool:
    return bool(connection.scalar(select(exists().where(_H.person == person, *_stands(now)))))


def holds(
    conversation: ColumnElement[str], person: ColumnElement[str], now: datetime
) -> ColumnElement[bool]:
    """Is this conversation of this person held: as theirs, or as what is hidden of another?"""
    whose = select(t.hidden.c.person).where(t.hidden.c.conversation == conversation)
    theirs = or_(_H.person == person, _H.person == whose.scalar_subquery())
    return exists().where(theirs, *_stands(now))


def _stands(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _H.until > now, _H.lifted_at.is_(None)


def _reason(sealer: Sealer | None, id: str, sealed: bytes | None) -> str:
    try:
        return sealer.open(sealed, f"legal_hold.reason:{id}") if sealer and sealed else ""
    except Unreadable:
        return ""
