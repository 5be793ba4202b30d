"""Writing back: who writes now, when it would go out, what became of what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.conversation.channel import Receive
from bot.conversation.model import Conversation
from bot.conversation.segments import count
from desk import audit
from desk.changes import once
from desk.queries import Head
from store import conversations
from store import tables as t
from store.messages import Written, transcript
from store.sealing import Keys, Sealer

MOST_PARTS = 4  # of a text message; on other channels the same length is kept
WHO_WRITES = 24  # characters beside the name that say who writes, in any language
LATEST = 5


@dataclass(frozen=True, slots=True)
class Way:
    """The way from the desk to the person: `receive` takes what a worker does; `good_from(service,
    conversation, now)` is `now`, or the next good time to reach them."""

    receive: Receive
    good_from: Callable[[str, Conversation, datetime], datetime]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a worker: `state` as in `store.outbox`, `since` or until when it is so,
    `code` why it did not arrive."""

    id: str
    words: str = field(repr=False)
    at: datetime
    state: str
    since: datetime | None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """`good_from` is later than now where they should not be written to yet; `shut` says why
    nothing reaches them; `last` is the worker who wrote last."""

    head: str
    held: bool
    mine: bool
    discreet: bool
    good_from: datetime
    unsafe: bool
    shut: str
    sent: tuple[Sent, ...]
    last: str

    @property
    def once(self) -> str:
        """The id of the next message's form: the same until something is sent."""
        return self.sent[-1].id if self.sent else self.head

    def waits(self, now: datetime) -> bool:
        """Would words need a reason to go out now?"""
        return self.unsafe or self.good_from > now


def read(
    connection: Connection,
    keys: Keys,
    way: Way,
    head: Head,
    mine: Sequence[str],
    now: datetime,
    unsafe: bool,
) -> Writing:
    """How things stand with writing to this person; `mine` are those for whom the worker acts, as
    `covering.acts_for` has it; `unsafe`: they said that it is not safe.
    Raises `Unreadable`."""
    talk = conversations.by_id(connection, keys, [head.id])[head.id].conversation
    return Writing(
        head=head.id,
        held=talk.holder == "worker",
        mine=head.taken_by in mine,
        discreet=talk.discreet,
        good_from=way.good_from(head.service, talk, now),
        unsafe=unsafe,
        shut="" if head.state == "open" else head.state,
        sent=_sent(connection, keys, head),
        last=_last(connection, head),
    )


def _last(connection: Connection, head: Head) -> str:
    m = t.message.c
    query = select(m.worker).where(m.conversation == head.id, m.kind == "worker")
    return connection.scalar(query.order_by(m.id.desc()).limit(1)) or ""


def too_long(name: str, text: str) -> bool:
    """Would it take more parts than one message may, with the name of who writes before it?"""
    return count(f"{name}{' ' * WHO_WRITES}{text}").parts > MOST_PARTS


def override(
    connection: Connection,
    sealer: Sealer,
    keys: Keys,
    id: str,
    head: Head,
    worker: str,
    now: datetime,
    reason: str,
) -> None:
    """Record why somebody is written to outside their good times, once, where it is seen."""
    row: dict[str, Any] = {"id": id, "conversation": head.id, "worker": worker, "what": "write"}
    known = connection.scalar(select(t.override.c.id).where(t.override.c.id == id))
    once(
        connection,
        t.override,
        {**row, "at": now, "reason": sealer.seal(reason, f"override.reason:{id}")},
    )
    if known is None:
        audit.note(connection, keys, worker, "override", head.id, now)


def _sent(connection: Connection, keys: Keys, head: Head) -> tuple[Sent, ...]:
    written = [one for one in transcript(connection, keys, head.id) if one.kind == "worker"]
    o = t.outgoing.c
    query = select(o.message, o.state, o.not_before)
    latest = written[-LATEST:]
    rows = connection.execute(query.where(o.message.in_([one.id for one in latest])))
    queued = {row.message: row for row in rows}
    return tuple(_one(one, queued.get(one.id)) for one in latest)


def _one(one: Written, row: Any) -> Sent:
    state = row.state if row else "withdrawn"
    times = {
        "new": row and row.not_before,
        "sent": one.sent_at,
        "delivered": one.delivered_at,
        "failed": one.failed_at,
    }
    return Sent(one.id, one.text, one.at, state, times.get(state), one.failed_code)
