"""The few things that a worker changes, each run inside a write of `store.session.Store`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, select, update

from desk import covering
from store import tables as t
from store.ids import new_id
from store.sealing import Sealer

LOOK_AGAIN = timedelta(minutes=15)
LIST_AGAIN = timedelta(days=1)
IN_THE_LIST = "saw it in the list"


def looked(
    connection: Connection,
    conversations: Sequence[str],
    worker: str,
    purpose: str,
    since: datetime,
) -> set[str]:
    """Which of these this worker has looked at since then, for this purpose."""
    k = t.look.c
    query = select(k.conversation).where(k.conversation.in_(conversations), k.at > since)
    return set(connection.scalars(query.where(k.worker == worker, k.purpose == purpose)))


def last_looks(
    connection: Connection, conversations: Sequence[str], worker: str
) -> dict[str, datetime]:
    """When this worker last opened each of these; seeing a name in the list aside."""
    k = t.look.c
    mine = (k.conversation.in_(conversations), k.worker == worker, k.purpose != IN_THE_LIST)
    query = select(k.conversation, func.max(k.at).label("at")).where(*mine)
    return {row.conversation: row.at for row in connection.execute(query.group_by(k.conversation))}


def look(
    connection: Connection,
    conversations: Sequence[str],
    worker: str,
    purpose: str,
    now: datetime,
    again: timedelta = LOOK_AGAIN,
) -> None:
    """Note that a worker looks: once in that time for each purpose."""
    lately = looked(connection, conversations, worker, purpose, now - again)
    missing = [id for id in conversations if id not in lately]
    if missing:
        held, row = _held(connection, missing, worker, now), {"worker": worker, "purpose": purpose}
        rows = [
            {"id": new_id(), "conversation": id, "at": now, "own": id in held} for id in missing
        ]
        connection.execute(t.look.insert(), [row | own for own in rows])


def look_for(
    connection: Connection,
    conversation: str,
    worker: str,
    purpose: str,
    now: datetime,
    sealer: Sealer,
    words: str = "",
) -> None:
    """Note a look that a worker gave a purpose for; `words` are their own, if they used any."""
    id, own = new_id(), conversation in _held(connection, [conversation], worker, now)
    sealed = sealer.seal(words, f"look.words:{id}") if words else None
    row = {"id": id, "conversation": conversation, "worker": worker, "purpose": purpose, "at": now}
    connection.execute(t.look.insert().values(**row, own=own, words=sealed))


def _held(
    connection: Connection, conversations: Sequence[str], worker: str, now: datetime
) -> set[str]:
    """Which of these are with this worker now, or with somebody whom they cover."""
    h, mine = t.handover.c, covering.acts_for(connection, worker, now)
    query = select(h.conversation).where(h.conversation.in_(conversations), h.taken_by.in_(mine))
    return set(connection.scalars(query))


def keep_promise(connection: Connection, conversation: str, now: datetime) -> None:
    """A worker has read it: what was promised, or meant, to be read by some time is kept."""
    p = t.promise.c
    open_one = p.kept_at.is_(None) & p.dropped_at.is_(None) & p.kind.in_(("read", "aim"))
    connection.execute(
        update(t.promise).where(p.conversation == conversation, open_one).values(kept_at=now)
    )


def once(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write this row, unless the form that it comes from was sent before: its id is there then."""
    if connection.scalar(select(table.c.id).where(table.c.id == row["id"])) is None:
        connection.execute(table.insert().values(**row))
