"""What another case system is told by its web hook: rows are added by the transaction that makes
the news, and taken by `bot.telling_outside`.

Only where a store was asked to (`OPTION`); practice people are never told of. No row holds words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, select, update

from store import tables as t
from store.ids import new_id

SHARED = ("partial", "complete")
OPTION = "tells_outside"  # of the connection: is anybody to be told?


@dataclass(frozen=True, slots=True)
class News:
    """Something to be told. `what` is partial, complete, taken_back, erased or expired."""

    id: str
    conversation: str
    reference: str
    what: str
    made_at: datetime
    due_at: datetime | None
    attempts: int


def handed(connection: Connection, conversations: Iterable[str]) -> None:
    """These were handed over by this transaction, for the first time or again."""
    ids = list(conversations)
    if not ids or not _asked_for(connection):
        return
    h = t.handover.c
    query = select(h.conversation, h.reference, h.kind.label("what"), h.at, h.due_at)
    query = query.join(t.service, t.service.c.id == h.service)
    rows = connection.execute(query.where(h.conversation.in_(ids), ~t.service.c.practice))
    _add(connection, [dict(row._mapping) for row in rows])


def gone(connection: Connection, conversations: Sequence[str], what: str, at: datetime) -> None:
    """These are erased or taken back by this transaction. What was not told yet never is; whoever
    was told of a hand-over is told of its end."""
    if not conversations or not _asked_for(connection):
        return
    o = t.told_outside.c
    shared = o.conversation.in_(conversations) & o.what.in_(SHARED)
    waits = shared & o.sent_at.is_(None)
    connection.execute(delete(t.told_outside).where(waits, o.attempts == 0))
    # A try may have arrived: it is not made again, and its end is told.
    connection.execute(update(t.told_outside).where(waits).values(next_at=None))
    end = t.told_outside.alias("ended").c
    ended = exists().where(end.reference == o.reference, end.what.not_in(SHARED))
    handed = select(o.conversation, o.reference).where(shared, ~ended).distinct()
    known = {row.reference: row.conversation for row in connection.execute(handed)}
    rows = [{"conversation": c, "reference": r, "what": what} for r, c in known.items()]
    _add(connection, [row | {"at": at, "due_at": None} for row in rows])


def taken_back(connection: Connection, rows: Iterable[tuple[str, datetime]]) -> None:
    """As `gone`, for conversations whose people take a hand-over back, each with its time."""
    for conversation, at in rows:
        gone(connection, [conversation], "taken_back", at)


def due(connection: Connection, now: datetime, limit: int = 50) -> list[News]:
    """What is to be told now, the oldest first: of one conversation, only the first that waits."""
    o, before = t.told_outside.c, t.told_outside.alias("before").c
    waits = before.sent_at.is_(None) & before.next_at.is_not(None)
    earlier = exists().where(before.conversation == o.conversation, before.id < o.id, waits)
    row = (o.id, o.conversation, o.reference, o.what, o.made_at, o.due_at, o.attempts)
    query = select(*row).where(o.next_at <= now, o.sent_at.is_(None), ~earlier)
    rows = connection.execute(query.order_by(o.next_at, o.id).limit(limit))
    return [News(**row._mapping) for row in rows]


def begun(connection: Connection, id: str, again_at: datetime) -> bool:
    """A try begins; until it ends, the row waits for the next. False where it is there no more."""
    row = update(t.told_outside).where(t.told_outside.c.id == id)
    values = {"attempts": t.told_outside.c.attempts + 1, "next_at": again_at}
    return connection.execute(row.values(**values)).rowcount == 1


def told(connection: Connection, id: str, now: datetime) -> None:
    row = update(t.told_outside).where(t.told_outside.c.id == id)
    connection.execute(row.values(sent_at=now, next_at=None, failed_code=""))


def failed(connection: Connection, id: str, code: str, again_at: datetime | None) -> None:
    """It did not arrive, because of `code`; without a time it is given up."""
    waits = t.told_outside.c.next_at.is_not(None)
    row = update(t.told_outside).where(t.told_outside.c.id == id, waits)
    connection.execute(row.values(failed_code=code[: t.CODE], next_at=again_at))


@dataclass(frozen=True, slots=True)
class GivenUp:
    """News that did not arrive in a day of tries. `what` as in `News`, `code` why it did not."""

    id: str
    service: str
    reference: str
    what: str
    made_at: datetime
    attempts: int
    code: str


def given_up(connection: Connection, services: Sequence[str], limit: int = 50) -> list[GivenUp]:
    """What these services would have told and gave up, the latest first. A hand-over whose end
    was told, or is to be, is left out: nobody needs it any more."""
    o, c, end = t.told_outside.c, t.conversation.c, t.told_outside.alias("ended").c
    over = exists().where(end.reference == o.reference, end.what.not_in(SHARED))
    row = (o.id, c.service, o.reference, o.what, o.made_at, o.attempts, o.failed_code)
    query = select(*row).join_from(t.told_outside, t.conversation).where(c.service.in_(services))
    lost = (o.sent_at.is_(None), o.next_at.is_(None), o.attempts > 0)
    needed = ~and_(o.what.in_(SHARED), over)
    rows = connection.execute(query.where(*lost, needed).order_by(o.id.desc()).limit(limit))
    return [GivenUp(*found) for found in rows]


def try_again(connection: Connection, id: str, services: Sequence[str], now: datetime) -> bool:
    """Try it once more. False where it is none that was given up."""
    if id not in {one.id for one in given_up(connection, services)}:
        return False
    o = t.told_outside.c
    row = update(t.told_outside).where(o.id == id, o.sent_at.is_(None), o.next_at.is_(None))
    return connection.execute(row.values(next_at=now)).rowcount == 1


def _asked_for(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(OPTION))


def _add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    made = [
        {**row, "id": new_id(), "made_at": row["at"], "next_at": row["at"], "attempts": 0}
        for row in rows
    ]
    for row in made:
        del row["at"]
    if made:
        connection.execute(insert(t.told_outside), made)
