"""What a worker filled in: read field by field, kept as it was typed where something is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from store.ids import new_id

LONGEST = 10_000  # characters of a field
_ID = re.compile("[0-9a-f]{32}")
FURTHEST = timedelta(days=366)  # a review that is further off is none


@dataclass(slots=True)
class Filled:
    """`given` is what was typed; `faults` name what is wrong by field: needed, long, choice, day,
    moment, past, far, future. A template has the words for them."""

    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def once(self) -> str:
        """The id under which this form is kept: sent twice, it is kept once."""
        given = self.given.get("once", "")
        return given if _ID.fullmatch(given) else new_id()

    def words(self, name: str, needed: bool = False) -> str:
        """The text of a field, with plain line ends and nothing around it."""
        text = self.given.get(name, "").replace("\r\n", "\n").strip()
        if len(text) > LONGEST:
            self.faults[name] = "long"
        elif needed and not text:
            self.faults[name] = "needed"
        return text

    def choice(self, name: str, codes: Collection[str], needed: bool = False) -> str:
        """One of these codes, or nothing."""
        code = self.given.get(name, "")
        if code and code not in codes:
            self.faults[name] = "choice"
        elif needed and not code:
            self.faults[name] = "needed"
        return code

    def one_of(self, *names: str) -> None:
        """At least one of these fields says something; the first is where that is told."""
        if not any(self.given.get(name, "").strip() for name in names):
            self.faults.setdefault(names[0], "needed")

    def day(
        self, name: str, zone: ZoneInfo, now: datetime, needed: bool = False
    ) -> datetime | None:
        """The last moment of a day to come, in the time of the service."""
        typed = self.words(name, needed)
        if not typed or name in self.faults:
            return None
        try:
            day = datetime.strptime(typed, "%Y-%m-%d").date()
            end = datetime.combine(day, time(23, 59, 59), zone)
            self._check(name, end < now, "past")
            self._check(name, end > now + FURTHEST, "far")
        except (ValueError, OverflowError):
            self.faults[name] = "day"
            return None
        return end

    def moment(self, name: str, zone: ZoneInfo, now: datetime) -> datetime | None:
        """A moment that has passed, in the time of the service; None where nothing was typed."""
        typed = self.words(name)
        if not typed or name in self.faults:
            return None
        try:
            moment = datetime.fromisoformat(typed).replace(tzinfo=zone)
            self._check(name, moment > now + timedelta(minutes=5), "future")
            self._check(name, moment < now - FURTHEST, "far")
        except (ValueError, OverflowError):
            self.faults[name] = "moment"
            return None
        return moment

    def _check(self, name: str, wrong: bool, fault: str) -> None:
        if wrong:
            self.faults[name] = fault
