"""What a lead looks at: what stands in the way of people, and what goes well. Of no worker's speed.

Everything is counted in SQL over states, times and codes; no word is opened. What is about people
one by one (`Asked`, languages) comes rounded by `desk.small`, of whole weeks only, and of the
latest `MOST` people at most, so that it is as quick for 100,000 intakes as for 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from bot.conversation.effects import OWED
from bot.conversation.flow import Flow
from desk import people_asked
from desk.holding import GAVE_BACK, HANDED_ON
from desk.listing import SHARED
from desk.looks import READING
from desk.people_asked import People
from store import tables as t

LATELY = timedelta(weeks=4)
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Unread:
    """Shared, and opened by nobody since. `ages` counts those up to each of `AGES` old, and the
    older ones last; `past` those whose time to be read by is over."""

    ages: tuple[int, ...]
    past: int
    oldest: datetime | None

    @property
    def all(self) -> int:
        return sum(self.ages)


@dataclass(frozen=True, slots=True)
class Promises:
    """Times to read by that people were told and that came `LATELY`."""

    kept: int
    late: int
    missed: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """People who asked for a person or for something about their words, or said that they are
    under 18: who wait."""

    open: int
    oldest: datetime | None
    seen_to: int


@dataclass(frozen=True, slots=True)
class Care:
    """Of `LATELY`: decisions, and those that the person was told of; levels that went down; people
    whom somebody picked up, and those who changed hands."""

    decisions: int
    told: int
    better: int
    picked_up: int
    changed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What one service shows to its leads."""

    unread: Unread
    promises: Promises
    wishes: Wishes
    care: Care
    people: People


def read(
    connection: Connection,
    service: str,
    flows: Mapping[str, Flow],
    zone: ZoneInfo,
    now: datetime,
) -> Figures:
    """The figures of one service."""
    return Figures(
        _unread(connection, service, now),
        _promises(connection, service, now),
        _wishes(connection, service, now),
        _care(connection, service, now),
        people_asked.read(connection, service, flows, zone, now),
    )


def _unread(connection: Connection, service: str, now: datetime) -> Unread:
    h, k = t.handover.c, t.look.c
    opened = exists().where(k.conversation == h.conversation, k.purpose == READING, k.at >= h.at)
    older = [func.count(case((h.at < now - age, 1))) for age in AGES]
    past = func.count(case((h.due_at < now, 1)))
    query = select(func.count(), *older, past, func.min(h.at))
    row = connection.execute(query.where(h.service == service, h.kind.in_(SHARED), ~opened)).one()
    found: list[Any] = list(row)
    *counts, past_due, oldest = found
    ages = tuple(more - less for more, less in pairwise([*counts, 0]))
    return Unread(ages, past_due, oldest)


def _promises(connection: Connection, service: str, now: datetime) -> Promises:
    p, c = t.promise.c, t.conversation.c
    kept = func.count(case((p.kept_at <= p.due_at, 1)))
    late = func.count(case((p.kept_at > p.due_at, 1)))
    # One that was dropped before its time (they took it back) was broken by nobody.
    missed = and_(p.kept_at.is_(None), or_(p.dropped_at.is_(None), p.dropped_at > p.due_at))
    query = select(kept, late, func.count(case((missed, 1)))).join_from(t.promise, t.conversation)
    came = (p.kind.in_(("read", *OWED)), p.due_at >= now - LATELY, p.due_at < now)
    return Promises(*connection.execute(query.where(c.service == service, *came)).one())


def _wishes(connection: Connection, service: str, now: datetime) -> Wishes:
    a, c = t.asked.c, t.conversation.c
    of_service = select(func.count(), func.min(a.at)).join_from(t.asked, t.conversation)
    of_service = of_service.where(c.service == service, c.closed_at.is_(None))
    waits = connection.execute(of_service.where(a.seen_at.is_(None))).one()
    seen = connection.execute(of_service.where(a.seen_at >= now - LATELY)).one()
    return Wishes(waits[0], waits[1], seen[0])


def _care(connection: Connection, service: str, now: datetime) -> Care:
    d, n, since = t.decision.c, t.concern.c, now - LATELY
    c = t.conversation.c
    ours = select(c.id).where(c.service == service, c.closed_at.is_(None))
    decided = select(func.count(), func.count(d.told_at))
    decided = decided.where(d.at >= since, d.conversation.in_(ours))
    down = select(func.count()).where(n.at >= since, n.level < n.before, n.conversation.in_(ours))
    decisions, told = connection.execute(decided).one()
    picked_up, changed = _hands(connection, service, since)
    return Care(decisions, told, connection.scalar(down) or 0, picked_up, changed)


def _hands(connection: Connection, service: str, since: datetime) -> tuple[int, int]:
    h, g = t.handover.c, t.holding.c
    moved = exists().where(g.conversation == h.conversation, g.what.in_((HANDED_ON, GAVE_BACK)))
    held = (h.service == service, h.kind.in_(SHARED), h.taken_at >= since)
    query = select(func.count(), func.count(case((moved, 1)))).where(*held)
    picked_up, changed = connection.execute(query).one()
    return picked_up, changed
