"""Decisions about a person, each with a reason in words that could be read to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, update

from desk import written_down
from desk.changes import once
from desk.queries import AnyRow, Head
from store import tables as t
from store.sealing import Keys, Sealer

MATCHES = ("yes", "partly", "no", "not_known")
LAWFUL = ("agreed", "life", "safeguarding", "law", "other")
TOLD = ("before", "after", "not_yet")


class Passed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes to somebody outside. `lawful` is one of `LAWFUL`, `told` of `TOLD`; `why` is why
    they were not told before."""

    what: str
    to: str
    lawful: str
    told: str
    why: str = ""


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything of a decision that is in words. `how` is how they were told, `not_yet` why they
    have not been; `matches` (one of `MATCHES`) whether it is what they wanted."""

    what: str
    why: str
    wanted: str = ""
    matches: str = ""
    offered: str = ""
    how: str = ""
    not_yet: str = ""
    passed: Passed | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    id: str
    at: datetime
    who: str
    told_at: datetime | None
    review_on: datetime | None
    content: Content = field(repr=False)


def add(
    connection: Connection,
    sealer: Sealer,
    id: str,
    conversation: str,
    worker: str,
    now: datetime,
    content: Content,
    told_at: datetime | None,
    review_on: datetime | None,
) -> None:
    """Write a decision down, unless it stands under this id already."""
    row = {"id": id, "conversation": conversation, "worker": worker, "at": now}
    sealed = written_down.seal(sealer, t.decision, id, content)
    values = {"told_at": told_at, "review_on": review_on, "content": sealed}
    once(connection, t.decision, {**row, **values})


def now_told(
    connection: Connection, sealer: Sealer, decision: Decision, told_at: datetime, how: str
) -> None:
    """The person has been told since. Why they had not been stays beside it."""
    content = replace(decision.content, how=how)
    sealed = written_down.seal(sealer, t.decision, decision.id, content)
    one = (t.decision.c.id == decision.id) & t.decision.c.told_at.is_(None)
    connection.execute(update(t.decision).where(one).values(told_at=told_at, content=sealed))


def read(connection: Connection, keys: Keys, head: Head) -> tuple[Decision, ...]:
    """All decisions of an intake that can be read, the latest first."""
    return written_down.read(connection, keys, head, t.decision, Content, _decision)


def _decision(row: AnyRow, content: Content) -> Decision:
    return Decision(row.id, row.at, row.name, row.told_at, row.review_on, content)
