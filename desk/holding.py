"""Who holds an intake: picked up, handed on with a note, given back. Each run inside a write.

One statement decides each time, so that of several workers exactly one wins. `holding` keeps what
was done; its notes are sealed under the person's key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from desk.queries import GONE, Head
from desk.reading import opened, sealer_of
from store import tables as t
from store.ids import new_id
from store.sealing import Keys

TOOK, GAVE_BACK, HANDED_ON = "took", "gave_back", "handed_on"
MOST_NOTE = 2000  # letters
_H = t.handover.c


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that was done: `what` by `who`; `to` is the colleague that it was handed to."""

    what: str
    who: str
    to: str
    at: datetime
    note: str = field(default="", repr=False)


def pick_up(connection: Connection, conversation: str, worker: str, now: datetime) -> bool:
    """Take a hand-over that nobody has, or whose holder has left; False where somebody else has
    it already. One's own stays one's own."""
    left = select(t.worker.c.id).where(t.worker.c.closed_at.is_not(None))
    free = or_(_H.taken_by.is_(None), _H.taken_by.in_(left))
    taken = connection.execute(
        update(t.handover)
        .where(_H.conversation == conversation, free, _H.kind.not_in(GONE))
        .values(taken_by=worker, taken_at=now)
    ).rowcount
    if taken:
        _note(connection, conversation, worker, TOOK, now)
        return True
    holder = connection.scalar(select(_H.taken_by).where(_H.conversation == conversation))
    return holder == worker


def hand_on(
    connection: Connection,
    keys: Keys,
    head: Head,
    mine: Sequence[str],
    to: str,
    note: str,
    now: datetime,
) -> bool:
    """Give it to a colleague; False where it is with none of `mine` (any more). The first of
    `mine` does it."""
    if not _moves(connection, head, mine, to, now):
        return False
    _note(connection, head.id, mine[0], HANDED_ON, now, to, _seal(keys, head, note))
    return True


def give_back(
    connection: Connection, keys: Keys, head: Head, mine: Sequence[str], note: str, now: datetime
) -> bool:
    """Back to the list, for anybody; False where it is with none of `mine` (any more)."""
    if not _moves(connection, head, mine, None, now):
        return False
    _note(connection, head.id, mine[0], GAVE_BACK, now, None, _seal(keys, head, note))
    return True


def _moves(
    connection: Connection, head: Head, mine: Sequence[str], to: str | None, now: datetime
) -> bool:
    still = (_H.conversation == head.id, _H.taken_by.in_(mine), _H.kind.not_in(GONE))
    moved = update(t.handover).where(*still)
    values = {"taken_by": to, "taken_at": now if to else None}
    return connection.execute(moved.values(values)).rowcount == 1


Sealed = tuple[str, bytes | None]


def _seal(keys: Keys, head: Head, note: str) -> Sealed:
    id, sealer = new_id(), sealer_of(keys, head)
    return id, sealer.seal(note, f"holding.note:{id}") if note and sealer else None


def _note(
    connection: Connection,
    conversation: str,
    worker: str,
    what: str,
    now: datetime,
    to: str | None = None,
    sealed: Sealed | None = None,
) -> None:
    id, note = sealed or (new_id(), None)
    row = {"id": id, "conversation": conversation, "worker": worker, "what": what, "at": now}
    connection.execute(t.holding.insert().values(**row, to_worker=to, note=note))


def history(connection: Connection, keys: Keys, head: Head) -> list[Held]:
    """All that was done, in order, with its notes."""
    g, who, to = t.holding.c, t.worker.alias("who").c, t.worker.alias("to").c
    query = (
        select(g.id, g.what, who.name, to.name.label("to"), g.at, g.note)
        .join(who.id.table, who.id == g.worker)
        .outerjoin(to.id.table, to.id == g.to_worker)
        .where(g.conversation == head.id)
        .order_by(g.at, g.id)
    )
    sealer = sealer_of(keys, head)
    return [
        Held(r.what, r.name, r.to or "", r.at, opened(sealer, r.note, f"holding.note:{r.id}"))
        for r in connection.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class From:
    """Who handed an intake to its holder, and whether with a note."""

    name: str
    note: bool


def handed_on(connection: Connection, conversations: Sequence[str]) -> Mapping[str, From]:
    """Of these, those that their holder was handed by a colleague."""
    g = t.holding.c
    last = select(func.max(g.id)).where(g.conversation.in_(conversations)).group_by(g.conversation)
    query = select(g.conversation, t.worker.c.name, g.note.is_not(None).label("noted"))
    query = query.join(t.worker, t.worker.c.id == g.worker)
    given = query.where(g.id.in_(last), g.what == HANDED_ON)
    return {r.conversation: From(r.name, bool(r.noted)) for r in connection.execute(given)}
