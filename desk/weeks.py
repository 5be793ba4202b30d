"""Whole weeks by a service's own clock: figures of them change once a week and not with each
person, so that two looks a day apart tell nothing about the one who came between."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def mondays(now: datetime, zone: ZoneInfo, many: int) -> list[datetime]:
    """The beginnings of this week and of those before it, the earliest first: `many` of them."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return [
        datetime.combine(monday - timedelta(weeks=back), time(), zone)
        for back in reversed(range(many))
    ]
