"""How much that is hard to read each worker has opened, a week: so that somebody looks after them.

It is no measure of work: there is no order but that of names, and no number that is a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, case, exists, func, or_, select, true

from bot.conversation.flow import Flow
from desk.looks import READING, for_messages
from desk.places import HARDEST_TO_SAY
from desk.roles import CARING
from desk.weeks import mondays
from store import tables as t

WEEKS = 4  # this one, and those before it
HEAVY = 8  # intakes with something hard in a week: from here on somebody asks how they are


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of each worker, by name: how many intakes with something hard in them they opened in each of
    the weeks that begin at `weeks`, this one last."""

    weeks: tuple[datetime, ...]
    workers: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def heavy(self) -> tuple[str, ...]:
        """Those to ask how they are: this week, or the one before, was heavy."""
        return tuple(name for name, weeks in self.workers if max(weeks[-2:]) >= HEAVY)


def read(
    connection: Connection,
    services: Sequence[str],
    flows: Iterable[Flow],
    zone: ZoneInfo,
    now: datetime,
) -> Exposure:
    """Of those who see people of these services. What was erased since is not counted."""
    weeks = mondays(now, zone, WEEKS)
    counts = _opened(connection, services, _hard(flows), weeks)
    return Exposure(
        tuple(weeks),
        tuple(
            (name, tuple(counts.get((id, week), 0) for week in range(WEEKS)))
            for id, name in _workers(connection, services)
        ),
    )


def is_heavy(
    connection: Connection,
    worker: str,
    services: Sequence[str],
    flows: Iterable[Flow],
    now: datetime,
) -> bool:
    """Did this worker open that much in the last seven days?"""
    counts = _opened(connection, services, _hard(flows), [now - timedelta(days=7)] * WEEKS, worker)
    return sum(counts.values()) >= HEAVY


def _hard(flows: Iterable[Flow]) -> list[str]:
    return [q.id for flow in flows for q in flow.questions if q.sensitivity == HARDEST_TO_SAY]


def _workers(connection: Connection, services: Sequence[str]) -> list[tuple[str, str]]:
    w, m = t.worker.c, t.membership.c
    ours = select(m.worker).where(m.service.in_(services))
    query = select(w.id, w.name).where(w.id.in_(ours), w.closed_at.is_(None), w.role.in_(CARING))
    return [(row.id, row.name) for row in connection.execute(query.order_by(w.name))]


def _opened(
    connection: Connection,
    services: Sequence[str],
    hard: Sequence[str],
    weeks: Sequence[datetime],
    worker: str = "",
) -> dict[tuple[str, int], int]:
    """How many different intakes, by worker and week."""
    k, c = t.look.c, t.conversation.c
    week = case(*((k.at >= weeks[n], n) for n in reversed(range(WEEKS))))
    query = select(k.worker, week.label("week"), func.count(k.conversation.distinct()))
    query = query.join_from(t.look, t.conversation, c.id == k.conversation)
    read_it = or_(k.purpose == READING, k.purpose.startswith(for_messages(""), autoescape=True))
    query = query.where(k.at >= weeks[0], read_it, c.service.in_(services), _holds(hard))
    query = query.where(c.closed_at.is_(None), k.worker == worker if worker else true())
    rows = connection.execute(query.group_by(k.worker, "week"))
    return {(worker, number): count for worker, number, count in rows}


def _holds(hard: Sequence[str]) -> ColumnElement[bool]:
    """Has it an answer in words, or a choice, to one of these?"""
    a = t.answer.c
    mine = (a.conversation == t.look.c.conversation, a.current, a.status == "answered")
    return exists().where(*mine, a.question.in_(hard))
