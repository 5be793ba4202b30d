"""The few things that a worker changes, each run inside a write of `store.session.Store`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, select, update

from desk.queries import GONE
from store import tables as t
from store.ids import new_id

LOOK_AGAIN = timedelta(minutes=15)


def look(
    connection: Connection, conversation: str, worker: str, purpose: str, now: datetime
) -> bool:
    """Note that a worker looks, once in 15 minutes for each purpose; is it the first of them?"""
    k = t.look.c
    lately = and_(
        k.conversation == conversation,
        k.worker == worker,
        k.purpose == purpose,
        k.at > now - LOOK_AGAIN,
        k.at <= now,
    )
    if connection.scalar(select(k.id).where(lately).limit(1)):
        return False
    row = {"id": new_id(), "conversation": conversation, "worker": worker, "at": now}
    connection.execute(t.look.insert().values(**row, purpose=purpose))
    return True


def keep_promise(connection: Connection, conversation: str, now: datetime) -> None:
    """A worker has read it: what was promised, or meant, to be read by some time is kept."""
    p = t.promise.c
    open_one = and_(p.kept_at.is_(None), p.dropped_at.is_(None))
    connection.execute(
        update(t.promise).where(p.conversation == conversation, open_one).values(kept_at=now)
    )


def pick_up(connection: Connection, conversation: str, worker: str, now: datetime) -> bool:
    """Take a hand-over; False where somebody else has it already. One's own stays one's own."""
    h = t.handover.c
    mine = connection.execute(
        update(t.handover)
        .where(h.conversation == conversation, h.taken_by.is_(None), h.kind.not_in(GONE))
        .values(taken_by=worker, taken_at=now)
    ).rowcount
    holder = connection.scalar(select(h.taken_by).where(h.conversation == conversation))
    return mine == 1 or holder == worker


def answer_asked(connection: Connection, asked: str, now: datetime) -> bool:
    """Somebody sees to what a person asked for; False where it was answered before."""
    a = t.asked.c
    query = update(t.asked).where(a.id == asked, a.seen_at.is_(None)).values(seen_at=now)
    return connection.execute(query).rowcount == 1
