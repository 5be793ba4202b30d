"""What the reviews of a service have in common: themes by month, version, language and channel,
small numbers hidden; what was changed because of them; the questions at which people stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.conversation.flow import Flow
from desk import looking_back, people_asked
from desk.looking_back import Review
from desk.queries import AnyRow
from desk.small import rounded
from store import tables as t
from store.sealing import Keys

YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each theme came up: in the columns (months, versions ...) that are named."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Themes:
    """Of one service."""

    since: datetime
    reviews: int
    by: Mapping[str, Counted]  # month, flow, language, channel
    people: people_asked.People
    changes: tuple[Review, ...]


def read(
    connection: Connection,
    keys: Keys,
    service: str,
    flows: Mapping[str, Flow],
    zone: ZoneInfo,
    now: datetime,
    since: datetime | None = None,
) -> Themes:
    """Of reviews opened since then, or in the last year."""
    first, r = since or now - YEAR, t.review.c
    query = select(r.opened_at, r.flow, r.language, r.channel, r.themes)
    rows = connection.execute(query.where(r.service == service, r.opened_at >= first)).all()
    by = {
        of: _counted([(theme, place(row, zone)) for row in rows for theme in row.themes])
        for of, place in _PLACES.items()
    }
    people = people_asked.read(connection, service, flows, zone, now)
    decided = [
        one
        for which in (looking_back.CHECK, looking_back.CLOSED)
        for one in looking_back.listed(connection, keys, [service], which)
        if one.decided_at and one.decided_at >= first
    ]
    changes = tuple(sorted(decided, key=lambda one: one.decided_at or first, reverse=True))
    return Themes(first, len(rows), by, people, changes)


_PLACES: Mapping[str, Callable[[AnyRow, ZoneInfo], str]] = {
    "month": lambda row, zone: f"{row.opened_at.astimezone(zone):%Y-%m}",
    "flow": lambda row, zone: row.flow[:8],
    "language": lambda row, zone: row.language,
    "channel": lambda row, zone: row.channel,
}


def _counted(cells: Sequence[tuple[str, str]]) -> Counted:
    """Rounded as everything that is about people one by one; a row of nothing is left out."""
    counts = Counter(cells)
    columns = tuple(sorted({column for _, column in cells}))
    rows = (
        (theme, tuple(rounded(counts[theme, column]) for column in columns))
        for theme in looking_back.THEMES
    )
    return Counted(columns, tuple(row for row in rows if any(row[1])))
