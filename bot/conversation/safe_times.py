"""When it is safe to reach somebody, out of their own words: `weekdays before 3`.

`parse` knows few words and wants them all: a message with anything else in it, or with two
readings of which one is wider, is None, and stays as it was written. The words are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import combinations, groupby, pairwise

import msgspec

from bot.conversation.safe_words import DAY, NOON, Clock, Minutes, SafeWords, Sign, signs

LONGEST = 160  # characters; nobody needs more to say when
EARLY, LATE = 7 * 60, 22 * 60  # "before 3" is not in the night before, nor "after 6" in that after
# Days, or times of a day: "mon-fri", "9 to 12", "after 6pm", "mornings". P after a time: "6 pm".
_ITEM = re.compile(
    r"(?P<days>F?D(?:[-U]D)?)|(?P<span>[F>]?TP?[-U]TP?|BTP?[-U&]TP?)"
    r"|(?P<until>[<U]TP?)|(?P<since>[>F]TP?)|(?P<part>P)|(?P<also>&)"
)


class Window(msgspec.Struct, frozen=True, array_like=True):
    """From minute `start` to before minute `end` of these weekdays (0 is Monday), local time."""

    days: tuple[int, ...]
    start: int
    end: int


class SafeTimes(msgspec.Struct, frozen=True):
    """When somebody may be reached: never empty, no two windows overlap. By days, then time."""

    windows: tuple[Window, ...]

    def allows(self, at_local: datetime) -> bool:
        """Is this moment, in the person's own time, a good one?"""
        minute = at_local.hour * 60 + at_local.minute
        day = at_local.weekday()
        return any(day in w.days and w.start <= minute < w.end for w in self.windows)

    def next_allowed(self, at_local: datetime) -> datetime:
        """This moment, or the next good one after it, in the same zone."""
        if self.allows(at_local):
            return at_local
        return next(start for start in self._starts(at_local) if self.allows(start))

    def _starts(self, at: datetime) -> Iterator[datetime]:
        for ahead in range(15):  # twice a week: the clocks may go forward over one of them
            for minute in sorted({w.start for w in self.windows}):
                clock = time(*divmod(minute, 60), tzinfo=at.tzinfo)
                start = datetime.combine(at.date() + timedelta(days=ahead), clock)
                if at.tzinfo:  # a time that the clocks skip becomes the one after it
                    start = start.astimezone(UTC).astimezone(at.tzinfo)
                if start.timestamp() > at.timestamp():
                    yield start


def parse(text: str, words: SafeWords) -> SafeTimes | None:
    """When it is safe, as the person wrote it; None where that is not sure."""
    read = signs(text, words) if len(text) <= LONGEST else None
    items = _items(read) if read else None
    pairs = _pairs(items) if items else None
    if not pairs or any(set(a) & set(b) for (a, _), (b, _) in combinations(pairs, 2)):
        return None
    return SafeTimes(tuple(Window(days, *span) for days, spans in sorted(pairs) for span in spans))


Item = tuple[frozenset[int] | Minutes, bool]  # days or a time; does "and" stand before it


def _items(signs: Sequence[Sign]) -> list[Item] | None:
    kinds, place, also = "".join(kind for kind, _ in signs), 0, False
    items: list[Item] = []
    while place < len(kinds):
        match = _ITEM.match(kinds, place)
        if not match:
            return None
        values = signs[place : match.end()]
        if match.lastgroup != "also":
            days = match.lastgroup == "days"
            found = _days(values) if days else _time(match.lastgroup, values)
            if not found:
                return None
            items.append((found, also))
        place, also = match.end(), match.lastgroup == "also"
    return items


def _days(values: Sequence[Sign]) -> frozenset[int] | None:
    first, *last = [value for kind, value in values if kind == "D" and isinstance(value, frozenset)]
    if not last:
        return first
    if len(first) > 1 or len(last[0]) > 1:
        return None
    (a,), (b,) = first, last[0]
    return frozenset((a + n) % 7 for n in range((b - a) % 7 + 1))


def _time(kind: str | None, values: Sequence[Sign]) -> Minutes | None:
    clocks: list[Clock] = []
    part: Minutes = (0, DAY)
    for value in (value for _, value in values):
        if isinstance(value, Clock):
            clocks.append(value)
        elif isinstance(value, tuple):
            part = value
            if clocks and not (clocks := _in_part(clocks, part)):
                return None
    if kind == "part":
        return part
    if kind == "span":
        start, end = _from_to(*clocks)
    elif kind == "until":
        start, end = until(clocks[0].alone(7))
    else:
        start, end = since(clocks[0].alone(8))
    return (start, end) if 0 <= start < end <= DAY else None


def until(end: int) -> Minutes:
    """`before 3pm`, in minutes."""
    return EARLY if end > EARLY else 0, end


def since(start: int) -> Minutes:
    """`after 6pm`, in minutes."""
    return start, LATE if start < LATE else DAY


def _in_part(clocks: list[Clock], part: Minutes) -> list[Clock]:
    """The last of these times is in the morning, or after noon; nothing where it can't be."""
    *before, last = clocks
    half = "a" if part[1] <= NOON else "p"
    possible = part != (0, DAY) and last.half in ("", half) and 0 < last.hour <= 12
    if not possible or (half == "a" and last.hour == 12):
        return []
    return [*before, Clock(last.hour, last.minute, half)]


def _from_to(a: Clock, b: Clock) -> Minutes:
    """`10 to 2` ends in the afternoon; `2 to 4pm` begins there."""
    if not b.half:
        start = a.alone(6)
        return start, min((end for h in "ap" if (end := b.at(h)) > start), default=0)
    end = b.at(b.half)
    if a.half or b.half == "24":
        return a.at(a.half), end
    return max((start for h in "ap" if (start := a.at(h)) < end), default=end), end


def _pairs(items: Sequence[Item]) -> list[tuple[tuple[int, ...], tuple[Minutes, ...]]] | None:
    """Days with their times, from `days times days times` or the other way round."""
    runs = [list(run) for _, run in groupby(items, key=lambda item: isinstance(item[0], frozenset))]
    if len(runs) % 2 and len(runs) > 1:
        return None
    turned = not isinstance(items[0][0], frozenset)
    days = [_all_days(run) for run in runs[turned::2]] or [tuple(range(7))]
    times = [_all_times(run) for run in runs[not turned :: 2]] or [((0, DAY),)]
    return list(zip(days, times, strict=True)) if all(days) and all(times) else None


def _all_days(run: Sequence[Item]) -> tuple[int, ...]:
    """These days together; none where they overlap: is it all of them, or fewer?"""
    found = [day for days, _ in run for day in sorted(days)]
    return tuple(sorted(found)) if len(set(found)) == len(found) else ()


def _all_times(run: Sequence[Item]) -> tuple[Minutes, ...]:
    """These times together; none where they overlap. One right after another, with no "and",
    narrows it: any time after 6."""
    spans: list[Minutes] = []
    for span, also in run:
        if isinstance(span, tuple):
            before = spans.pop() if spans and not also else span
            spans.append((max(span[0], before[0]), min(span[1], before[1])))
    spans.sort()
    clear = all(a < b for a, b in spans) and all(a[1] <= b[0] for a, b in pairwise(spans))
    return tuple(spans) if clear else ()
