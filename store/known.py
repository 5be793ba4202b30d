"""What the core has to know before it says that something is gone, or at an end: `model.Known`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from bot.conversation.model import Known
from store import legal_hold
from store import tables as t
from store.conversations import Line


def of(connection: Connection, line: Line, now: datetime) -> Known:
    """Of this line."""
    held = legal_hold.is_held(connection, line.person, now)
    return Known(held, _is_read(connection, line.id))


def _is_read(connection: Connection, conversation: str) -> bool:
    """Has a worker seen words that may be a sign of danger? Not those of which they said that it
    was not what they meant."""
    a = t.asked.c
    seen = (a.conversation == conversation) & a.message.is_not(None) & a.seen_at.is_not(None)
    seen &= a.wrong_at.is_(None)
    return bool(connection.scalar(select(exists().where(seen))))
