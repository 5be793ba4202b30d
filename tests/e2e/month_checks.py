"""What has to hold after a month, from the providers' logs, what the people know, and the database.

Each check yields a line for everything that broke its promise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from tests.e2e.month_days import moment
from tests.e2e.month_providers import Sent
from tests.e2e.month_residents import Resident
from tests.e2e.month_scripts import Window
from tests.e2e.month_town import Town
from tests.e2e.test_clock import LONDON

DIRECT = timedelta(minutes=10)  # a reply within it may come at any time
BRIEF = timedelta(minutes=2)  # of the clock, that a step itself takes
MOST, APART, WEEK = 2, timedelta(hours=48), timedelta(days=7)
DAYTIME: tuple[Window, ...] = ((range(7), 9, 20),)
REMINDS, HANDED = "I am still here if you would", "can now read what you have said"
NEAR, LATE = "have written here is deleted on", "That has not happened yet"
GIVEN = ("reads this by", "We read this by", "read this from now on")
UNASKED = {"reminders": REMINDS, "handed": HANDED, "notices": NEAR, "late": LATE}
Broken = Iterator[str]


def within(windows: Sequence[Window], at: datetime) -> bool:
    local = at.astimezone(LONDON)
    hour = local.hour + local.minute / 60
    return any(local.weekday() in days and a <= hour < b for days, a, b in windows)


def next_within(one: Resident, at: datetime) -> datetime:
    """The first good moment for them from `at` on, in the day if they have any there."""
    windows = one.good or DAYTIME
    by_day = next((w for w in (DAYTIME, ((range(7), 7, 22),)) if _meet(windows, w)), windows)
    while not (within(windows, at) and within(by_day, at)):
        at += timedelta(minutes=5)
    return at


def _meet(windows: Sequence[Window], others: Sequence[Window]) -> bool:
    return any(max(a, c) < min(b, d) for _, a, b in windows for _, c, d in others)


@dataclass
class Month:
    """A town after its month. `slack` is by how much what is due may be passed: the clock goes on
    in leaps, and in each step as long as that takes."""

    town: Town

    @cached_property
    def slack(self) -> timedelta:
        return self.town.grain + timedelta(seconds=self.town.figures.slowest) + BRIEF

    @cached_property
    def came(self) -> dict[str, list[Sent]]:
        """What came to each address, in order."""
        found: dict[str, list[Sent]] = defaultdict(list)
        for sent in (*self.town.twilio.took, *self.town.telegram.took):
            found[sent.address].append(sent)
        return found

    def late_for(self, due: datetime) -> datetime:
        """When that must have happened: a leap later, and not while all was dark."""
        by = due + self.slack
        for went, back in self.town.dark:
            if went - self.slack <= due <= back:
                by = max(by, back + self.slack)
        return by

    def told_by(self, one: Resident, due: datetime) -> datetime:
        """When they must have been told what is due then, in their good times: the clock may have
        gone on to after the first of them."""
        at = next_within(one, due)
        while not within(one.good or DAYTIME, by := self.late_for(at)):
            at = next_within(one, by)
        return by

    def unasked(self, one: Resident) -> Iterator[Sent]:
        """What came to them more than ten minutes after their last word."""
        said = [at for at, _ in one.said]
        for sent in self.came[one.address]:
            before = [at for at in said if at <= sent.at]
            if not before or sent.at - before[-1] > DIRECT:
                yield sent

    def finished(self, one: Resident) -> list[datetime]:
        """When they were told that the team has it all."""
        return [s.at for s in self.came[one.address] if any(end in s.body for end in GIVEN)]

    def rows(self, one: Resident, query: str) -> list[tuple[object, ...]]:
        """What the database holds of all their conversations; `{}` is where their ids go."""
        contacts = self.town.contacts.get(one.address, set())
        ids = ", ".join(f"'{id}'" for id in contacts)
        return self.town.house.look(query.format(ids)) if ids else []


def in_safe_times(month: Month) -> Broken:
    """1: unasked only in their own good times; from 9 to 8 where they gave none."""
    for one in month.town.people:
        for sent in month.unasked(one):
            told = one.good if one.good_since and one.good_since <= sent.at else None
            good = told or DAYTIME
            if not (within(good, sent.at) or within(good, sent.at - BRIEF)):
                yield f"{one.address} at {sent.at:%a %H:%M}, good is {good}: {sent.body!r}"


def only_where_it_is_safe(month: Month) -> Broken:
    """1: nobody is written to first who has not said that it is safe."""
    for one in month.town.people:
        first = [s for s in month.unasked(one) if any(w in s.body for w in UNASKED.values())]
        if first and not one.may_hear_first(first[0].at):
            yield f"{one.address}, safe {one.safe!r}, good {one.good}: {first[0].body!r}"


def none_twice(month: Month) -> Broken:
    """2: by SMS never; on Telegram at most what was on its way at a blow."""
    ours = Counter(sent.message for sent in month.town.twilio.took)
    yield from (f"by SMS: {id} {n} times" for id, n in ours.items() if n > 1)
    told = set(month.town.house.look("SELECT message FROM outgoing"))
    yield from (f"by SMS: {id} is not ours" for id in ours if (id,) not in told)
    for one in month.town.people:
        if one.script.by_sms:
            continue
        [(sent,)] = month.rows(one, _GONE_OUT) or [(0,)]
        contacts = month.town.contacts.get(one.address, set())
        on_their_way = sum(month.town.figures.on_their_way[id] for id in contacts)
        more = len(month.came[one.address]) - int(str(sent))
        if not 0 <= more <= on_their_way:
            yield f"{one.address}: {more} more than we know of; {on_their_way} were on their way"


_GONE_OUT = """SELECT count(*) FROM outgoing
    WHERE state IN ('sent', 'delivered') AND contact IN ({})"""
# What was to be said of a time, and was withdrawn because they wrote again, promised them nothing.
_PROMISES = """SELECT p.conversation, p.kind, p.made_at, p.due_at, p.kept_at, p.dropped_at
    FROM promise p JOIN conversation c ON c.id = p.conversation
    WHERE p.kind IN ('read', 'care') AND c.contact IN ({})
    AND NOT EXISTS (SELECT 1 FROM outgoing o JOIN message m ON m.id = o.message
        WHERE m.conversation = p.conversation AND m.at = p.made_at
        AND o.state = 'withdrawn' AND NOT o.prompted)"""
_NUDGED = """SELECT min(s.sent_at) FROM nudge_sent s JOIN nudge n ON n.id = s.nudge
    WHERE n.conversation = '{}'"""


@dataclass(frozen=True)
class Promise:
    conversation: str
    kind: str
    made: datetime
    due: datetime
    over: datetime | None  # read, or dropped


def promises(month: Month, one: Resident) -> Iterator[Promise]:
    for id, kind, made, due, kept, dropped in month.rows(one, _PROMISES):
        over = min((moment(at) for at in (kept, dropped) if at), default=None)
        yield Promise(str(id), str(kind), moment(made), moment(due), over)


def no_promise_missed(month: Month) -> Broken:
    """3: what passes unread is told, once it is good to write; the desk was nudged before."""
    for one in month.town.people:
        for promise in promises(month, one):
            by = month.told_by(one, promise.due)
            if by > month.town.clock.now() or (promise.over and promise.over <= by):
                continue
            if (
                not _told_late(month, one, promise, by)
                and one.may_hear_first(promise.made)
                and not one.left
            ):
                yield f"{one.address}: {promise} passed without a word by {by:%d %b %H:%M}"
            yield from _not_nudged(month, promise)


def _told_late(month: Month, one: Resident, promise: Promise, by: datetime) -> bool:
    said = [s.at for s in month.came[one.address] if LATE in s.body]
    return any(promise.made <= at <= by for at in said)


def _not_nudged(month: Month, promise: Promise) -> Broken:
    [(at,)] = month.town.house.look(_NUDGED.format(promise.conversation))
    by = month.late_for(promise.due)
    by = by if by > promise.due + month.slack else promise.due  # later only where all was dark
    if not at or moment(at) > by:
        yield f"{promise}: the desk was told at {at}"


def no_word_of_a_kept_promise(month: Month) -> Broken:
    """3: who is told that nobody has read it was promised a time, which had passed unread."""
    for one in month.town.people:
        for sent in (s for s in month.came[one.address] if LATE in s.body):
            late = [
                p
                for p in promises(month, one)
                if p.due <= sent.at and (p.over is None or p.over + month.slack >= p.due)
            ]
            if not late:
                yield f"{one.address} is told at {sent.at} that we are late, and we are not"


def few_reminders(month: Month) -> Broken:
    """4: only if agreed, at most two, two days apart."""
    for one in month.town.people:
        sent = [s for s in month.came[one.address] if REMINDS in s.body or HANDED in s.body]
        if sent and not one.reminders:
            yield f"{one.address} is reminded and never agreed"
        lives = 1 + sum(words == "DELETE" for _, words in one.said) + _expired(month, one)
        if len(sent) > MOST * lives:
            yield f"{one.address} is reminded {len(sent)} times"
        for before, after in pairwise(sent):
            if after.at - before.at < APART - month.slack:
                yield f"{one.address} is reminded after {after.at - before.at}"


def _expired(month: Month, one: Resident) -> int:
    query = "SELECT count(*) FROM conversation WHERE closed_at IS NOT NULL AND contact IN ({})"
    [(count,)] = month.rows(one, query) or [(0,)]
    return int(str(count))


CHECKS: tuple[Callable[[Month], Broken], ...] = (
    in_safe_times,
    only_where_it_is_safe,
    none_twice,
    no_promise_missed,
    no_word_of_a_kept_promise,
    few_reminders,
)
