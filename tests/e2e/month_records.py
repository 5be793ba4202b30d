"""What has to hold after a month of what is kept: notices, deletions, and every word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from store.session import Store
from tests.e2e.kept import kept
from tests.e2e.month_checks import BRIEF, NEAR, WEEK, Broken, Month
from tests.e2e.month_days import moment
from tests.e2e.month_residents import Resident
from tests.e2e.month_town import KEEP

DAY, FINISHED = timedelta(days=1), timedelta(days=365)
_ENDED = "SELECT started_at, closed_at FROM conversation WHERE contact IN ({}) ORDER BY id"
_WORDS = """SELECT count(*) FROM message JOIN conversation c ON c.id = message.conversation
    WHERE message.direction = 'in' AND c.contact IN ({})"""

_FILED = """SELECT message.kind, message.at, message.erased_at FROM message
    JOIN conversation c ON c.id = message.conversation
    WHERE message.direction = 'in' AND c.closed_at IS NULL AND c.contact IN ({})
    ORDER BY message.id"""


def silences(month: Month, one: Resident) -> Iterator[tuple[datetime, datetime]]:
    """From each of their words to the next one, or to now."""
    said = [at for at, _ in one.said]
    yield from pairwise([*said, month.town.clock.now()])


def notice_once(month: Month) -> Broken:
    """5: in each silence that comes that far, once, and in no other."""
    for one in month.town.people:
        near = [sent.at for sent in month.came[one.address] if NEAR in sent.body]
        for since, until in silences(month, one):
            came = sum(since < at <= until for at in near)
            due = since + KEEP - WEEK
            if came > 1 or (came and not _wants_notice(month, one, since)):
                yield f"{one.address}, silent since {since}: {came} notices"
            if not came and _wants_notice(month, one, since) and month.told_by(one, due) < until:
                yield f"{one.address}, silent since {since}: no notice by {due}"


def _wants_notice(month: Month, one: Resident, since: datetime) -> bool:
    """Have they agreed to it, something to lose, and not gone or finished by then?"""
    finished = any(at <= since + KEEP - WEEK for at in month.finished(one))
    agreed = bool(one.reminders and one.reminders <= since)
    return agreed and one.may_hear_first(since) and not finished and not one.left


def gone_by_its_date(month: Month) -> Broken:
    """6: nothing unfinished past its date, and a round of housekeeping; nothing before it."""
    for one in month.town.people:
        for begun, closed in month.rows(one, _ENDED):
            ended = moment(closed) if closed else None
            yield from _not_on_its_date(month, one, moment(begun), ended)


def _not_on_its_date(
    month: Month, one: Resident, begun: datetime, closed: datetime | None
) -> Broken:
    until = closed or month.town.clock.now()
    said = [at for at, _ in one.said if begun - month.slack <= at <= until]
    finished = any(begun - month.slack <= at <= until for at in month.finished(one))
    due = max(said, default=begun) + (FINISHED if finished else KEEP)
    if until > month.late_for(due):
        yield f"{one.address}, begun {begun}: kept until {until}, due {due}"
    deleted = any(words == "DELETE" and at <= until + BRIEF for at, words in one.said)
    if closed and closed < due - month.slack and not deleted:
        yield f"{one.address}, begun {begun}: erased at {closed}, due {due}"


def nothing_lost(month: Month) -> Broken:
    """7: a row for everything that they wrote, and where it still stands, their very words. What
    was put aside, and not agreed to within a day, is gone by then, and not before."""
    [(parked,)] = month.town.house.look("SELECT count(*) FROM parked")
    if parked:
        yield f"{parked} set aside"
    with month.town.house.open() as store:
        for one in month.town.people:
            [(rows,)] = month.rows(one, _WORDS) or [(0,)]
            if int(str(rows)) != len(one.said):
                yield f"{one.address} wrote {len(one.said)} texts, {rows} are there"
            yield from _other_words(store, month, one)


def _other_words(store: Store, month: Month, one: Resident) -> Broken:
    alive = [1 for _, closed in month.rows(one, _ENDED) if not closed]
    if not alive:
        return
    wrote = kept(store, one.someone.account, one.address).wrote
    said = [words for _, words in one.said][-len(wrote) :] if wrote else []
    filed = month.rows(one, _FILED)
    gone = [kind == "aside" and erased is not None for kind, _, erased in filed]
    if wrote != ["" if away else words for words, away in zip(said, gone, strict=True)]:
        yield f"{one.address} wrote {said}, and {wrote} is there"
    for kind, at, erased in filed:
        until = moment(erased) if erased else month.town.clock.now()
        if kind == "aside" and until > month.late_for(moment(at) + DAY):
            yield f"{one.address}: put aside at {at}, kept until {until}"


CHECKS: tuple[Callable[[Month], Broken], ...] = (notice_once, gone_by_its_date, nothing_lost)
