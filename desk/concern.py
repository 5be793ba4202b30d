"""The concern level: what we will do and how soon. Only people set it, and each change, up or
down, says the same things. It never changes by itself (`desk.reviews`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from desk import written_down
from desk.changes import once
from desk.queries import AnyRow, Head
from store import nudges
from store import tables as t
from store.sealing import Keys, Sealer

NAMES = ("steady", "check-in", "today", "now")  # of the levels 0 to 3, in addresses


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a change says. `says` is the person, in their words, or `not_asked` why they were not
    asked; `keeps_safe` is empty where nothing is known yet."""

    why: str
    will_do: str
    told: str
    says: str = ""
    not_asked: str = ""
    keeps_safe: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `before` is None where nobody had set it; both levels are equal where it was
    looked at again and stays."""

    id: str
    at: datetime
    who: str
    before: int | None
    level: int
    review_on: datetime
    content: Content = field(repr=False)

    @property
    def way(self) -> str:
        """first, up, down or same."""
        return way(self.before, self.level)


def way(before: int | None, level: int) -> str:
    if before is None:
        return "first"
    return "up" if level > before else "down" if level < before else "same"


def put(
    connection: Connection,
    sealer: Sealer,
    id: str,
    conversation: str,
    worker: str,
    now: datetime,
    level: int,
    content: Content,
    review_on: datetime,
    seen: str,
) -> bool:
    """Set the level. `seen` is the change that the worker saw last ("" for none); False where
    somebody else has set it since."""
    last = _last(connection, conversation)
    if last and last.id == id:
        return True  # the form was sent twice
    if (last.id if last else "") != seen:
        return False
    row = {"id": id, "conversation": conversation, "worker": worker, "at": now}
    sealed = written_down.seal(sealer, t.concern, id, content)
    values = {"level": level, "before": last.level if last else None, "review_on": review_on}
    once(connection, t.concern, {**row, **values, "content": sealed})
    if level == nudges.HIGHEST and not (last and last.level == level):
        _tell(connection, conversation, now)
    return True


def _tell(connection: Connection, conversation: str, now: datetime) -> None:
    """Somebody else has to know at once."""
    query = select(t.conversation.c.service).where(t.conversation.c.id == conversation)
    service = connection.scalars(query).one()
    nudges.make(connection, [nudges.Needed(conversation, service, nudges.NOW, now, due_at=now)])


def read(connection: Connection, keys: Keys, head: Head) -> tuple[Change, ...]:
    """All changes of an intake that can be read, the latest first."""
    return written_down.read(connection, keys, head, t.concern, Content, _change)


def _last(connection: Connection, conversation: str) -> AnyRow | None:
    c = t.concern.c
    query = select(c.id, c.level).where(c.conversation == conversation)
    return connection.execute(query.order_by(c.id.desc()).limit(1)).first()


def _change(row: AnyRow, content: Content) -> Change:
    return Change(row.id, row.at, row.name, row.before, row.level, row.review_on, content)
