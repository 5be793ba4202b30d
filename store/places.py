"""Where sealed values stand, column by column, and whose key each is sealed under: for whoever goes
through them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, func, or_, select

from store import rotation
from store import tables as t

_C, _H, _P = t.conversation.c, t.hidden.c, t.person.c
# Under the key of the person whose conversation it is.
_TOLD = (
    t.message.c.text,
    t.answer.c.choices,
    t.note.c.said,
    t.note.c.saw,
    t.decision.c.content,
    t.concern.c.content,
    t.stage.c.content,
    t.override.c.reason,
    t.review.c.content,
    t.their_copy.c.pieces,
    t.look.c.words,
    t.asked.c.answer,
    t.asked.c.reason,
    t.holding.c.note,
)
# Under the key of the person whom the row itself names.
_NAMED = (t.contact.c.address, t.legal_hold.c.reason, t.conversation.c.state, t.hidden.c.state)
PEOPLES: tuple[Column[Any], ...] = (*_TOLD, *_NAMED)
MASTERS = tuple(kind for kind in rotation.KINDS if kind.column is not _P.wrapped_key)


class Sealed(NamedTuple):
    """A sealed value, its place, and the wrapped key of its person (None: the master key)."""

    place: str
    value: bytes
    wrapped: bytes | None


def latest(connection: Connection, limit: int) -> Iterator[Sealed]:
    """Of each column the latest values, so many at most. What was erased is left out."""
    for column in PEOPLES:
        table = "conversation" if column.table is t.hidden else column.table.name
        for id, value, wrapped in connection.execute(_theirs(column).limit(limit)):
            yield Sealed(f"{table}.{column.name}:{id}", value, wrapped)
    for kind in MASTERS:
        query = select(kind.key, kind.column).where(kind.column.is_not(None))
        for id, value in connection.execute(query.order_by(kind.key.desc()).limit(limit)):
            if value:
                yield Sealed(f"{kind.name}:{id}", value, None)


def _theirs(column: Column[Any]) -> Select[Any]:
    key = _H.conversation if column.table is t.hidden else column.table.c.id
    query = select(key, column, _P.wrapped_key).select_from(column.table)
    if column in _NAMED:
        query = query.join(t.person, _P.id == column.table.c.person)
    else:
        # What is hidden belongs to another by name; what we said of the hiding really does.
        query = query.join(t.conversation, _C.id == column.table.c.conversation)
        query = query.outerjoin(t.hidden, _H.conversation == _C.id)
        query = query.join(t.person, _P.id == func.coalesce(_H.person, _C.person))
        if column is t.message.c.text:
            query = query.where(or_(_H.at.is_(None), t.message.c.at < _H.at))
    there = column.is_not(None) & (func.length(column) > 0) & _P.wrapped_key.is_not(None)
    return query.where(there).order_by(key.desc())
