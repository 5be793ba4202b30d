"""What was to be looked at again by a day that has passed: levels and decisions wait for somebody
to decide. Nothing changes by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, select

from desk.decisions import Decision
from store import tables as t


def due(
    connection: Connection, conversations: Collection[str], now: datetime
) -> dict[str, datetime]:
    """Of these conversations, those with something to look at again, and by when it was to be."""
    found: dict[str, datetime] = {}
    for conversation, day in (
        *_levels(connection, conversations, now),
        *_decisions(connection, conversations, now),
    ):
        found[conversation] = min(day, found.get(conversation, day))
    return found


def is_due(decision: Decision, all_of_them: Sequence[Decision], now: datetime) -> bool:
    """Has its day passed, with nothing decided since?"""
    day = decision.review_on
    return bool(day and day < now) and not any(day and other.at > day for other in all_of_them)


Days = list[tuple[str, datetime]]


def _levels(connection: Connection, conversations: Collection[str], now: datetime) -> Days:
    """The last level of each counts, and no other."""
    c, after = t.concern.c, t.concern.alias("after").c
    newer = exists().where(after.conversation == c.conversation, after.id > c.id)
    query = select(c.conversation, c.review_on).where(c.conversation.in_(conversations))
    rows = connection.execute(query.where(c.review_on < now, ~newer))
    return [(row.conversation, row.review_on) for row in rows]


def _decisions(connection: Connection, conversations: Collection[str], now: datetime) -> Days:
    """One that was written after the day answers it."""
    d, after = t.decision.c, t.decision.alias("after").c
    since = exists().where(after.conversation == d.conversation, after.at > d.review_on)
    query = select(d.conversation, d.review_on).where(d.conversation.in_(conversations))
    rows = connection.execute(query.where(d.review_on < now, ~since))
    return [(row.conversation, row.review_on) for row in rows]
