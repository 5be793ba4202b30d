"""What an operator watches, read from the database: how much waits, and since when.

Practice people are never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import Connection, Select, false, func, select

from store import tables as t
from store.nudges import Counted, counted
from store.rights import Gone


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many, the oldest since then; `since` is None where there are none."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """`queue`: messages that could go now, by channel. `unread`: hand-overs that nobody picked up.
    `parked`: what was set aside and not looked at, by kind. `nudges`: see `store.nudges`."""

    queue: Mapping[str, Waiting]
    unread: Waiting
    parked: Mapping[str, Waiting]
    nudges: Counted


def read(connection: Connection, now: datetime) -> Figures:
    queue = connection.execute(_QUEUE.where(t.outgoing.c.not_before <= now)).all()
    unread = connection.execute(_UNREAD).one()
    parked = connection.execute(_PARKED).all()
    return Figures(
        {row.channel: Waiting(row.many, row.since) for row in queue},
        Waiting(unread.many, unread.since),
        {row.kind: Waiting(row.many, row.since) for row in parked},
        counted(connection),
    )


_MANY = func.count().label("many")
_REAL = select(t.service.c.id).where(t.service.c.practice == false())
_ACCOUNTS = select(t.account.c.id).where(t.account.c.service.in_(_REAL))

_QUEUE: Select[tuple[str, int, datetime]] = (
    select(t.account.c.channel, _MANY, func.min(t.outgoing.c.not_before).label("since"))
    .select_from(
        t.outgoing.join(t.contact, t.contact.c.id == t.outgoing.c.contact).join(
            t.account, t.account.c.id == t.contact.c.account
        )
    )
    .where(t.outgoing.c.state.in_(("new", "begun")), t.contact.c.state == "open")
    .where(t.account.c.service.in_(_REAL))
    .group_by(t.account.c.channel)
)
_UNREAD = select(_MANY, func.min(t.handover.c.at).label("since")).where(
    t.handover.c.taken_by.is_(None),
    t.handover.c.kind.not_in(get_args(Gone)),
    t.handover.c.service.in_(_REAL),
)
_PARKED = (
    select(t.parked.c.kind, _MANY, func.min(t.parked.c.at).label("since"))
    .where(t.parked.c.seen_at.is_(None), t.parked.c.account.in_(_ACCOUNTS))
    .group_by(t.parked.c.kind)
)
