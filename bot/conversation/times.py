"""Days, times and opening hours as words that a person would use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.lists import format_list

from bot.conversation.i18n import FRAGMENT, SOURCE, Catalogue, fill
from bot.conversation.phrases import Phrases
from bot.conversation.safe_times import SafeTimes, Window, since, until
from bot.conversation.safe_words import DAY
from bot.conversation.service import Hours

FAR = timedelta(days=180)  # further off, a date needs its year
NEAR = timedelta(days=6)  # further off, the name of a weekday would be mistaken for a nearer one


@lru_cache(maxsize=64)
def locale(language: str) -> Locale:
    """Babel's data for a language; British where it is English with no country."""
    return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Puts small pieces together in one language."""

    phrases: Phrases
    catalogue: Catalogue = SOURCE

    @property
    def locale(self) -> Locale:
        return locale(self.catalogue.language)

    def piece(self, fragment: str, **values: str) -> str:
        """A fragment of common.toml, with its placeholders filled."""
        return fill(self.catalogue.text(self.phrases.fragments[fragment], FRAGMENT), values)

    def either(self, words: Sequence[str]) -> str:
        """SKIP, PAUSE or WHY."""
        return format_list(words, style="or", locale=self.locale)

    def all_of(self, words: Sequence[str]) -> str:
        """Phone, Text and Video."""
        return format_list(words, style="standard", locale=self.locale)

    def moment(self, at: datetime, zone: ZoneInfo, now: datetime | None) -> str:
        """`Monday 11am`; with no `now` to hold it against, or far from it, `22 December`,
        with the year where it is half a year away or more."""
        local = at.astimezone(zone)
        ahead = local.date() - now.astimezone(zone).date() if now else timedelta.max
        if not timedelta() <= ahead <= NEAR:
            if now and abs(ahead) > FAR:
                return str(format_date(local.date(), "long", locale=self.locale))
            return str(format_skeleton("MMMMd", local.date(), locale=self.locale))
        names = get_day_names("wide", "format", self.locale)
        return self.piece("day_time", day=names[local.weekday()], time=self.clock(local.time()))

    def clock(self, at: time) -> str:
        """`11am` or `9:30pm` in English, `11:00` where the day has 24 hours."""
        if self.locale.language == "en":
            return str(format_time(at, "h:mma", locale=self.locale)).lower().replace(":00", "")
        twelve = "a" in self.locale.time_formats["short"].pattern
        return str(format_time(at, "h:mm a" if twelve else "H:mm", locale=self.locale))

    def hours(self, hours: Hours) -> str:
        """`Mon to Fri, 9 to 5`."""
        return "; ".join(
            self.piece("hours", days=self._days(span.days), times=self._times(span.start, span.end))
            for span in hours.spans
        )

    def safe(self, times: SafeTimes) -> str:
        """`weekdays before 3pm`; what it says parses to the same times."""
        groups = [(days, list(spans)) for days, spans in groupby(times.windows, lambda w: w.days)]
        return "; ".join(self._safe_group(days, spans, len(groups)) for days, spans in groups)

    def _safe_group(self, days: tuple[int, ...], windows: Sequence[Window], groups: int) -> str:
        named = {(0, 1, 2, 3, 4): "times_weekdays", (5, 6): "times_weekends"}.get(days)
        on = self.piece(named) if named else self._days(days)
        at = self.all_of([self._safe_span(window.start, window.end) for window in windows])
        if [(window.start, window.end) for window in windows] == [(0, DAY)] and groups == 1:
            return on if len(days) < 7 else at
        return self.piece("hours", days=on, times=at)

    def _safe_span(self, start: int, end: int) -> str:
        if (start, end) == (0, DAY):
            return self.piece("times_any")
        if (start, end) == until(end):
            return self.piece("times_before", time=self._exact(end))
        if (start, end) == since(start):
            return self.piece("times_after", time=self._exact(start))
        # Before 7 a bare hour is understood as one after noon.
        if end < DAY and start >= 7 * 60:
            return self._times(time(*divmod(start, 60)), time(*divmod(end, 60)))
        return self.piece("hours_times", start=self._exact(start), end=self._exact(end))

    def _exact(self, minute: int) -> str:
        if minute == DAY:
            return self.piece("times_midnight")
        clock = self.clock(time(*divmod(minute, 60)))
        return clock.zfill(5) if clock[-1].isdigit() else clock

    def _days(self, days: tuple[int, ...]) -> str:
        if len(set(days)) == 7:
            return self.piece("every_day")
        names = get_day_names("abbreviated", "format", self.locale)
        if len(days) > 2 and all((b - a) % 7 == 1 for a, b in pairwise(days)):
            return self.piece("hours_days", first=names[days[0]], last=names[days[-1]])
        return self.all_of([names[day] for day in days])

    def _times(self, start: time, end: time) -> str:
        first, last = self.clock(start), self.clock(end)
        # 9 to 5 can't be misread; 8 to 8 could.
        plain = start.hour < 12 <= end.hour and end.hour - 12 < start.hour
        if self.locale.language == "en" and plain:
            first, last = first.removesuffix("am"), last.removesuffix("pm")
        return self.piece("hours_times", start=first, end=last)
