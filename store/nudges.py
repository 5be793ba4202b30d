"""Nudges: that somebody waits, for workers who have no desk open. No word of a person is in them.

A nudge is made in the transaction that makes what it tells of. It goes in steps, along the duty
list, until somebody has seen what waits. A step is claimed (`advance`) together with the rows that
are to be sent; each of those is claimed again for each try (`begin`), so that two processes never
send the same one, and one that dies in the middle leaves a copy at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.conversation.effects import OWED
from store import tables as t
from store.ids import new_id
from store.rights import Gone

HAND_OVERS = ("handover", "today")
NOW = "now"  # a worker set the concern level to this one, the highest
HIGHEST = 3
READING = "reading a hand-over"  # the purpose under which a desk notes a look at a whole intake
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Needed:
    """Somebody waits: a hand-over (`today` where the person said so), a wish of theirs, or what
    has to be done `now`, to be seen by `due_at`,
    or where that is None by what the service's hours bear."""

    conversation: str
    service: str
    what: str
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """A nudge that nobody has answered; `step` is how many were told of it."""

    id: str
    service: str
    what: str
    made_at: datetime
    due_at: datetime | None
    step: int


@dataclass(frozen=True, slots=True)
class Try:
    """One nudge to one worker over one route, begun just now. `reference` is empty for a wish of
    somebody who has handed nothing over."""

    id: str
    worker: str
    route: str
    attempt: int
    at: datetime
    service: str
    reference: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many nudges nobody has answered, and how many tries ended without being sent."""

    waiting: int
    failed: int


# --- Making them ---------------------------------------------------------------------------------


def make(connection: Connection, needed: Sequence[Needed]) -> None:
    """One for each; what an open one tells of already is not told twice. Practice makes none."""
    if not needed:
        return
    s, n = t.service.c, t.nudge.c
    real = set(connection.scalars(select(s.id).where(~s.practice)))
    lines = {one.conversation for one in needed if one.service in real}
    query = select(n.conversation, n.what).where(n.conversation.in_(lines), n.seen_at.is_(None))
    there = {(row.conversation, row.what) for row in connection.execute(query)} if lines else set()
    for one in needed:
        told = {one.what, "today"} if one.what == "handover" else {one.what}
        if one.service in real and not {(one.conversation, what) for what in told} & there:
            there.add((one.conversation, one.what))
            _insert(connection, one)


def _insert(connection: Connection, one: Needed) -> None:
    if one.what == "today":  # it takes the place of one that is less urgent
        n = t.nudge.c
        less = (n.conversation == one.conversation) & (n.what == "handover") & n.seen_at.is_(None)
        connection.execute(update(t.nudge).where(less).values(seen_at=one.at, next_at=None))
    row = {"id": new_id(), "conversation": one.conversation, "service": one.service}
    values = {"what": one.what, "made_at": one.at, "due_at": one.due_at, "next_at": one.at}
    connection.execute(insert(t.nudge).values(**row, **values, step=0))


# --- What is settled -----------------------------------------------------------------------------


def _settled() -> ColumnElement[bool]:
    """Somebody has opened it, taken it or seen to it since, or it is not there any more."""
    n, h, a, c = t.nudge.c, t.handover.c, t.asked.c, t.conversation.c
    mine = h.conversation == n.conversation
    shared = exists().where(mine, h.kind.not_in(get_args(Gone)))
    taken = exists().where(mine, h.taken_at >= n.made_at)
    p, owed = t.promise.c, n.what.in_(OWED)
    kept = exists().where(
        p.conversation == n.conversation, p.kept_at >= n.made_at, p.kind.not_in(OWED)
    )
    cue = and_(n.what.in_(("cue", "danger")), a.message.is_not(None))
    wanted = exists().where(
        a.conversation == n.conversation, or_(a.what == n.what, cue), a.seen_at.is_(None)
    )
    of_intake, by_worker = n.what.in_((*HAND_OVERS, NOW)), n.what == NOW
    gone = or_(and_(of_intake, ~shared), and_(~of_intake, ~wanted))
    seen = or_(and_(~by_worker, or_(taken, kept)), exists().where(_looked()))
    seen = and_(~owed, seen)  # to read it is no answer
    closed = exists().where(c.id == n.conversation, c.closed_at.is_not(None))
    return or_(seen, gone, closed, and_(by_worker, _lower()))


def _looked() -> ColumnElement[bool]:
    n, k = t.nudge.c, t.look.c
    looked = and_(k.conversation == n.conversation, k.at >= n.made_at, k.purpose == READING)
    return and_(looked, or_(n.what != NOW, ~_set_by(k.worker)))


def _set_by(worker: ColumnElement[str]) -> ColumnElement[bool]:
    """Did this worker set the level that the nudge tells of? They know."""
    n, c = t.nudge.c, t.concern.c
    own = exists().where(c.conversation == n.conversation, c.at == n.made_at, c.worker == worker)
    return own.correlate(t.nudge, t.look)


def _lower() -> ColumnElement[bool]:
    """Has the level gone down since?"""
    n, c = t.nudge.c, t.concern.c
    last = select(c.level).where(c.conversation == n.conversation, c.at >= n.made_at)
    last = last.order_by(c.id.desc()).limit(1).correlate(t.nudge)
    return last.scalar_subquery() < HIGHEST


def settle(connection: Connection, now: datetime) -> None:
    """Close the nudges that did what they are for."""
    by = select(t.look.c.worker).where(_looked()).order_by(t.look.c.at).limit(1)
    seen = {"seen_at": now, "next_at": None, "seen_by": by.correlate(t.nudge).scalar_subquery()}
    which = t.nudge.c.seen_at.is_(None) & _settled()
    connection.execute(update(t.nudge).where(which).values(seen))


# --- Step by step --------------------------------------------------------------------------------


def anything(connection: Connection, now: datetime) -> bool:
    """Is there a step to take or a try to make? Only reads."""
    steps = exists().where(t.nudge.c.next_at <= now, t.nudge.c.seen_at.is_(None))
    return bool(
        connection.scalar(select(or_(steps, exists().where(t.nudge_sent.c.next_at <= now))))
    )


def due(connection: Connection, now: datetime) -> list[Open]:
    """The nudges whose next step it is time for, the longest waiting first."""
    n = t.nudge.c
    query = select(n.id, n.service, n.what, n.made_at, n.due_at, n.step)
    query = query.where(n.next_at <= now, n.seen_at.is_(None)).order_by(n.next_at, n.id)
    return [Open(*row) for row in connection.execute(query.limit(AT_ONCE))]


def advance(
    connection: Connection,
    nudge: Open,
    to: Sequence[tuple[str, str]],
    now: datetime,
    next_at: datetime | None,
) -> None:
    """Take a step: tell these (worker, route), and look again at `next_at`. Where another process
    was first, nothing happens. With nobody to tell, it only waits."""
    n = t.nudge.c
    mine = (n.id == nudge.id) & (n.step == nudge.step) & n.seen_at.is_(None)
    values = {"step": nudge.step + bool(to), "next_at": next_at}
    if connection.execute(update(t.nudge).where(mine).values(values)).rowcount and to:
        rows = [{"id": new_id(), "worker": worker, "route": route} for worker, route in to]
        about = {"nudge": nudge.id, "at": now, "next_at": now, "attempts": 0, "failed_code": ""}
        connection.execute(insert(t.nudge_sent), [row | about for row in rows])


def begin(connection: Connection, now: datetime, lease: timedelta) -> list[Try]:
    """Claim what is to be tried now: for that long no other process tries it."""
    return [
        one for row in _tries(connection, now) if (one := _claimed(connection, row, now, lease))
    ]


def _tries(connection: Connection, now: datetime) -> Sequence[Any]:
    n, s, h = t.nudge.c, t.nudge_sent.c, t.handover.c
    joined = t.nudge_sent.join(t.nudge, n.id == s.nudge).outerjoin(
        t.handover, and_(h.conversation == n.conversation, h.kind.not_in(get_args(Gone)))
    )
    query = select(s.id, s.worker, s.route, s.attempts, s.at, n.service, h.reference)
    query = query.select_from(joined).where(s.next_at <= now, n.seen_at.is_(None))
    return connection.execute(query.order_by(s.next_at, s.id).limit(AT_ONCE)).all()


def _claimed(connection: Connection, row: Any, now: datetime, lease: timedelta) -> Try | None:
    s, attempt = t.nudge_sent.c, row.attempts + 1
    mine = (s.id == row.id) & (s.attempts == row.attempts) & (s.next_at <= now)
    values = {"attempts": attempt, "next_at": now + lease}
    if not connection.execute(update(t.nudge_sent).where(mine).values(values)).rowcount:
        return None
    return Try(row.id, row.worker, row.route, attempt, row.at, row.service, row.reference or "")


def sent(connection: Connection, id: str, now: datetime) -> None:
    """It is on its way."""
    values = {"sent_at": now, "next_at": None, "failed_code": ""}
    connection.execute(update(t.nudge_sent).where(t.nudge_sent.c.id == id).values(values))


def failed(connection: Connection, id: str, code: str, next_at: datetime | None) -> None:
    """It was not sent; it is tried again then, or with None never."""
    values = {"failed_code": code[: t.CODE] or "failed", "next_at": next_at}
    connection.execute(update(t.nudge_sent).where(t.nudge_sent.c.id == id).values(values))


def counted(connection: Connection) -> Counted:
    """For whoever watches."""
    s = t.nudge_sent.c
    which = t.nudge.c.seen_at.is_(None) & ~_settled()
    waiting = select(func.count()).select_from(t.nudge).where(which)
    bad = select(func.count()).select_from(t.nudge_sent)
    bad = bad.join(t.nudge, t.nudge.c.id == s.nudge).where(which, s.failed_code != "")
    return Counted(connection.scalar(waiting) or 0, connection.scalar(bad) or 0)
