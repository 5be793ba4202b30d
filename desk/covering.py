"""Cover for leave: while a colleague is away, what is theirs is another's as their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, select, update

from desk.roles import CARING
from store import tables as t
from store.ids import new_id

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Cover:
    """`by` stands in for `worker` from `from_at` until `until_at`; names beside the ids."""

    id: str
    worker: str
    name: str
    by: str
    by_name: str
    from_at: datetime
    until_at: datetime


def _covers(now: datetime) -> Select[Any]:
    """Those that are not over."""
    c, away, here = t.cover.c, t.worker.alias("away").c, t.worker.alias("here").c
    return (
        select(c.id, c.worker, away.name, c.by, here.name.label("by_name"), c.from_at, c.until_at)
        .join(away.id.table, away.id == c.worker)
        .join(here.id.table, here.id == c.by)
        .where(c.ended_at.is_(None), c.until_at > now, here.closed_at.is_(None))
        .order_by(c.from_at, c.id)
    )


def covered_by(connection: Connection, worker: str, now: datetime) -> list[Cover]:
    """For whom this worker stands in at this moment."""
    c = t.cover.c
    mine = _covers(now).where(c.by == worker, c.from_at <= now)
    return [Cover(*row) for row in connection.execute(mine)]


def acts_for(connection: Connection, worker: str, now: datetime) -> list[str]:
    """Whose intakes this worker has as their own now: theirs first, then those they cover."""
    return list(dict.fromkeys([worker, *(c.worker for c in covered_by(connection, worker, now))]))


def about(connection: Connection, workers: Sequence[str], now: datetime) -> list[Cover]:
    """What is arranged, now or for later, for these workers' leave or with them to stand in."""
    c = t.cover.c
    theirs = c.worker.in_(workers) | c.by.in_(workers)
    return [Cover(*row) for row in connection.execute(_covers(now).where(theirs))]


def begin(
    connection: Connection, worker: str, by: str, from_at: datetime, until_at: datetime
) -> None:
    row = {"worker": worker, "by": by, "from_at": from_at, "until_at": until_at}
    connection.execute(t.cover.insert().values(id=new_id(), **row))


def end(connection: Connection, cover: str, now: datetime) -> None:
    """It ends now, or never begins."""
    c = t.cover.c
    connection.execute(
        update(t.cover).where(c.id == cover, c.ended_at.is_(None)).values(ended_at=now)
    )


def colleagues(connection: Connection, worker: str, services: Sequence[str]) -> dict[str, str]:
    """The other workers who see people of one of these services: their names by id."""
    w, m = t.worker.c, t.membership.c
    with_us = select(m.worker).where(m.service.in_(services))
    query = select(w.id, w.name).where(w.id.in_(with_us), w.id != worker, w.role.in_(CARING))
    here = query.where(w.closed_at.is_(None)).order_by(w.name)
    return {row.id: row.name for row in connection.execute(here)}
