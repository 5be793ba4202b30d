"""The service that a person writes to: its name, its people's hours, its numbers, its choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

START = datetime(2000, 1, 1, tzinfo=UTC)  # quarters of an hour are counted from here
FRESH = timedelta(days=90)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_SPAN = re.compile(r"(\w\w)(?:-(\w\w))?\s+(\d\d?):(\d\d)-(\d\d?):(\d\d)")


class HoursError(ValueError):
    """The hours can't be read; the message says how they are written."""


@dataclass(frozen=True, slots=True)
class Span:
    """Staffed on these weekdays (0 is Monday), from `start` to `end`, local time."""

    days: tuple[int, ...]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When people of the service are there. Times in and out are aware UTC datetimes."""

    spans: tuple[Span, ...]
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, text: str, zone: str, holidays: frozenset[date] = frozenset()) -> Hours:
        """Read hours such as `Mo-Fr 09:00-17:00; Sa 10:00-12:00`. Raises `HoursError`."""
        spans = [_span(part.strip()) for part in text.split(";") if part.strip()]
        for one, other in combinations(spans, 2):
            if set(one.days) & set(other.days) and one.start < other.end and other.start < one.end:
                raise HoursError("two of the times are on the same day and overlap")
        if not spans:
            raise HoursError("give the hours as in: Mo-Fr 09:00-17:00")
        return cls(tuple(spans), ZoneInfo(zone), holidays)

    def staffed(self, now: datetime) -> bool:
        """Is somebody there at this moment?"""
        return next(self._periods(now))[0] <= now

    def after(self, now: datetime, staffed: timedelta) -> datetime:
        """The moment by which `staffed` worth of staffed time will have passed since `now`."""
        left = staffed
        for start, end in self._periods(now):
            begin = max(start, now)
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise AssertionError("periods never end")

    def next_open(self, now: datetime) -> datetime:
        """Now if somebody is there, or the next time that somebody will be."""
        return max(next(self._periods(now))[0], now)

    def until(self, now: datetime) -> datetime:
        """The end of the staffed period that holds `now`, or of the next one."""
        return next(self._periods(now))[1]

    def _periods(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Staffed periods that end after `now`, in order, as aware UTC times, without end."""
        day = now.astimezone(self.zone).date()
        while True:
            for span in sorted(self.spans, key=lambda span: span.start):
                if day.weekday() in span.days and day not in self.holidays:
                    start, end = self._at(day, span.start), self._at(day, span.end)
                    if end > now:
                        yield start, end
            day += timedelta(days=1)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match or match[1] not in DAYS or (match[2] and match[2] not in DAYS):
        raise HoursError(f"{text!r}: give the hours as in: Mo-Fr 09:00-17:00; Sa 10:00-12:00")
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    days = tuple(range(first, last + 1)) if first <= last else (*range(first, 7), *range(last + 1))
    try:
        start, end = time(int(match[3]), int(match[4])), time(int(match[5]), int(match[6]))
    except ValueError as error:
        raise HoursError(f"{text!r}: {error}") from None
    if start >= end:
        raise HoursError(f"{text!r}: the end is not after the start")
    return Span(days, start, end)


@dataclass(frozen=True, slots=True)
class Helpline:
    """A number of others, of one nation, and the day on which somebody last looked whether it is
    right. One that was not looked at for `FRESH` is not given to anybody."""

    name: str
    number: str
    checked: date

    def fresh(self, now: datetime) -> bool:
        """May it still be given? Not where its day is yet to come: a slip of the year would keep a
        dead number for ever."""
        return timedelta() <= now.date() - self.checked <= FRESH


@dataclass(frozen=True, slots=True)
class Service:
    """One service as its people and its settings describe it.

    `text_name` is the short name used in texts; `keep_days` and `keep_partial_days` say how long
    finished and unfinished intakes stay; `read_within` is how much staffed time a worker needs
    to read a hand-over; an intake left alone for `quiet` is handed over if the person agreed;
    after `away` of silence (`away_plain` where others may read) a reply asks before it shows where
    we were. `child_line` is for people
    under 18, `distress_line` for whoever finds life too hard, `abuse_line` for whoever is hurt or
    controlled by somebody; `silent` is what to press where one can't speak to the emergency number.
    Short texts within `merge` of one another are one; 0 takes each by itself. What a person has
    erased is closed at once, and gone for good after `delete_hold`. Where others may read,
    a chat that can be cleared is cleared of what is older than `clear_plain` (0: it is not).
    `copies`: whoever gave their code word may have a copy by chat; `links`: we have an address that
    people can open, so that it can go by a link. `nudged`: a way to a worker was tested of late, so
    that a time may be told to people (it changes while we serve: `bot/conversation/promising.py`).
    `lawful`: what the law calls the reason to keep what people say, and the condition for what is
    sensitive.
    """

    id: str
    name: str
    text_name: str
    phone: str
    emergency: str
    hours: Hours
    languages: tuple[str, ...] = ("en",)
    keep_days: int = 365
    keep_partial_days: int = 30
    read_within: timedelta = timedelta(hours=4)
    quiet: timedelta = timedelta(hours=24)
    away: timedelta = timedelta(hours=1)
    away_plain: timedelta = timedelta(minutes=15)
    child_line: Helpline | None = None
    distress_line: Helpline | None = None
    abuse_line: Helpline | None = None
    silent: str = ""
    practice: bool = False
    merge: timedelta = timedelta()
    delete_hold: timedelta = timedelta()
    clear_plain: timedelta = timedelta()
    copies: bool = True
    links: bool = False
    nudged: bool = False
    lawful: tuple[str, str] = ("legitimate_interests", "explicit_consent")
    waking: tuple[time, time] = field(default=(time(9), time(20)))

    def read_by(self, now: datetime, within: timedelta | None = None) -> datetime:
        """The time by which the hours bear a worker reading what is handed over at `now` (within
        `read_within`, or less), to the next quarter of an hour."""
        exact = self.hours.after(now, min(within or self.read_within, self.read_within))
        quarter = timedelta(minutes=15)
        closing = self.hours.until(exact - timedelta(seconds=1))
        return min(exact + (START - exact) % quarter, closing)

    def waking_time(self, due: datetime) -> datetime:
        """`due`, or the next moment after it inside the hours when we may write unasked."""
        local = due.astimezone(self.hours.zone)
        start, end = self.waking
        if local.time() >= end:
            local = datetime.combine(local.date() + timedelta(days=1), start, self.hours.zone)
        elif local.time() < start:
            local = datetime.combine(local.date(), start, self.hours.zone)
        return local.astimezone(UTC)
