"""What the core has to know before it says that something is gone, at an end, or will be answered:
`model.Known`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from bot.conversation.effects import OWED, Owed
from bot.conversation.model import Known
from store import legal_hold
from store import tables as t
from store.conversations import Line

TOLD = ("answer", "note", "aside")


def of(connection: Connection, line: Line, now: datetime) -> Known:
    """Of this line."""
    held = legal_hold.is_held(connection, line.person, now)
    owed = tuple(_owed(connection, line.id))
    return Known(held, _is_read(connection, line.id), owed, _last_words(connection, line.id))


def _last_words(connection: Connection, conversation: str) -> str:
    """The last message in which they told us something that is still there, or ""."""
    m = t.message.c
    theirs = (m.conversation == conversation) & (m.direction == "in") & m.text.is_not(None)
    # A choice at a question is part of its answer. One in a menu told us nothing, and one about who
    # may read shows what was agreed to.
    answers = (t.answer.c.conversation == m.conversation) & (t.answer.c.question == m.question)
    told = m.kind.in_(TOLD) | ((m.kind == "choice") & exists().where(answers))
    query = select(m.id).where(theirs, told)
    return connection.scalar(query.order_by(m.at.desc(), m.id.desc()).limit(1)) or ""


def _is_read(connection: Connection, conversation: str) -> bool:
    """Has a worker seen words that may be a sign of danger? Not those of which they said that it
    was not what they meant."""
    a = t.asked.c
    seen = (a.conversation == conversation) & a.message.is_not(None) & a.seen_at.is_not(None)
    seen &= a.wrong_at.is_(None)
    return bool(connection.scalar(select(exists().where(seen))))


def _owed(connection: Connection, conversation: str) -> list[tuple[Owed, datetime]]:
    p = t.promise.c
    still = (p.conversation == conversation) & p.kept_at.is_(None) & p.dropped_at.is_(None)
    query = select(p.kind, p.due_at).where(still, p.kind.in_(OWED)).order_by(p.due_at)
    return [(row.kind, row.due_at) for row in connection.execute(query)]
