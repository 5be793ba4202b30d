"""What the core has to know before it says that something is gone, or at an end: `model.Known`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, exists, select

from bot.conversation.farewell import ASKS
from bot.conversation.model import Event, Known, Say, Wrote
from store import legal_hold
from store import tables as t
from store.conversations import Line


def met(
    connection: Connection, line: Line, event: Event, says: Sequence[Say], now: datetime
) -> Event:
    """The same event, with it where what was about to be said depends on it."""
    if not isinstance(event, Wrote) or ASKS.isdisjoint(say.key for say in says):
        return event
    held = legal_hold.is_held(connection, line.person, now)
    return replace(event, known=Known(held, _is_read(connection, line.id)))


def _is_read(connection: Connection, conversation: str) -> bool:
    a = t.asked.c
    seen = (a.conversation == conversation) & a.message.is_not(None) & a.seen_at.is_not(None)
    return bool(connection.scalar(select(exists().where(seen))))
