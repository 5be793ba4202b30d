"""A copy that a person is given by chat: its pieces wait here, sealed, until they are sent.

Messages of ours quote them by their place (`copy:<id>:<number>`) and never hold them. So a late
try of a message whose copy is gone finds nothing to say, and is withdrawn. A link is known by the
hash of its token alone; its address stands among the pieces until it is sent or ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, String, cast, delete, insert, or_, select, update

from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN
from store import tables as t
from store.ids import new_id
from store.messages import put_in, quoted
from store.sealing import Sealer, token_hash

SITTING = timedelta(minutes=15)  # from one batch of pieces to the next
MARK = "copy"
SHOWS = ("copy_piece", "copy_link")  # said by messages that quote a piece
_MARKED = f"{QUOTE_OPEN}{MARK}:"
_NO_MARKS = str.maketrans(dict.fromkeys((QUOTE_OPEN, QUOTE_CLOSE), "\N{REPLACEMENT CHARACTER}"))
_C = t.their_copy.c


@dataclass(frozen=True, slots=True)
class Pieces:
    """Some of a copy, the first of them `first`, of `count`."""

    id: str
    words: tuple[str, ...] = field(repr=False)
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The conversation that a link is about, and until when it opens its copy."""

    conversation: str
    service: str
    language: str
    ends_at: datetime


def begin(
    connection: Connection,
    sealer: Sealer,
    conversation: str,
    pieces: Sequence[str],
    ends_at: datetime,
    token: str = "",
) -> str:
    """Keep these in place of what there was of the kind; the id that they are quoted by."""
    id, link = new_id(), bool(token)
    theirs = _C.conversation == conversation
    same = _C.token_hash.is_not(None) if link else _C.token_hash.is_(None)
    connection.execute(delete(t.their_copy).where(theirs, same))
    words = [piece.translate(_NO_MARKS) for piece in pieces]
    sealed = sealer.seal(json.dumps(words), _place(id))
    row = {"id": id, "conversation": conversation, "pieces": sealed, "ends_at": ends_at}
    hashed = token_hash(token) if link else None
    connection.execute(insert(t.their_copy).values(**row, shown=0, token_hash=hashed))
    return id


def more(
    connection: Connection, sealer: Sealer, conversation: str, most: int, now: datetime
) -> Pieces | None:
    """The next pieces, at most so many; None where they are gone. Raises `Unreadable`."""
    query = select(t.their_copy).where(_C.conversation == conversation, _C.token_hash.is_(None))
    row = connection.execute(query.where(_C.ends_at > now)).one_or_none()
    if row is None:
        return None
    pieces = _open(sealer, row.id, row.pieces)
    found = pieces[row.shown : row.shown + most]
    values = {"shown": row.shown + len(found), "ends_at": now + SITTING}
    connection.execute(update(t.their_copy).where(_C.id == row.id).values(**values))
    return Pieces(row.id, tuple(found), row.shown, len(pieces))


def filled(connection: Connection, sealer: Sealer, text: str, now: datetime) -> str:
    """What we say with the pieces that it quotes; "" where one of them is gone: then none of it
    may be sent. Raises `Unreadable`."""
    if _MARKED not in text:
        return text
    words: dict[str, str] = {}
    for mark in quoted(text):
        kind, _, place = mark.partition(":")
        if kind != MARK:
            continue
        id, _, number = place.partition(":")
        query = select(_C.pieces).where(_C.id == id, _C.ends_at > now)
        sealed = connection.scalar(query)
        if sealed is None:
            return ""
        words[mark] = _open(sealer, id, sealed)[int(number)]
    return put_in(text, words)


def linked(connection: Connection, token: str) -> Linked | None:
    """What this link is about; None where there is no such link (any more)."""
    c = t.conversation.c
    query = select(c.id, c.service, c.language, _C.ends_at)
    query = query.join(t.their_copy, _C.conversation == c.id)
    row = connection.execute(query.where(_C.token_hash == token_hash(token))).one_or_none()
    return Linked(*row) if row else None


def spend(connection: Connection, token: str) -> bool:
    """From now on the link opens nothing. Of two at once, one spends it."""
    spent = delete(t.their_copy).where(_C.token_hash == token_hash(token))
    return bool(connection.execute(spent).rowcount)


def end(connection: Connection, conversations: Iterable[str]) -> None:
    """What was not sent or opened yet of these people's copies never is. What waits to be sent is
    withdrawn at once: it would hold up what is said next."""
    ids, m = list(conversations), t.message.c
    ended = connection.execute(delete(t.their_copy).where(_C.conversation.in_(ids)))
    if ended.rowcount:
        said = cast(m.said, String)
        shows = or_(*(said.like(f'%"{key}"%') for key in SHOWS))
        waits = t.outgoing.c.state.in_(("new", "begun"))
        of_it = t.outgoing.c.message.in_(select(m.id).where(m.conversation.in_(ids), shows))
        connection.execute(update(t.outgoing).where(waits, of_it).values(state="withdrawn"))


def clear(connection: Connection, service: str, now: datetime) -> list[str]:
    """Erase what has ended by itself; the conversations of links that nobody opened."""
    c = t.conversation.c
    of_service = select(c.id).where(c.service == service)
    ended = (_C.ends_at <= now) & _C.conversation.in_(of_service)
    links = select(_C.conversation).where(ended, _C.token_hash.is_not(None))
    unopened = list(connection.scalars(links))
    connection.execute(delete(t.their_copy).where(ended))
    return unopened


def _open(sealer: Sealer, id: str, sealed: bytes) -> list[str]:
    found: list[str] = json.loads(sealer.open(sealed, _place(id)))
    return found


def _place(id: str) -> str:
    return f"their_copy.pieces:{id}"
