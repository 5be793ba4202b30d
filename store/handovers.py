"""Hand-overs and agreements: how an intake reaches the caseworkers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.conversation.effects import OWED
from bot.conversation.model import Due, Event
from store import outside
from store import tables as t
from store.ids import new_id, new_reference
from store.sealing import Sealer

# The kind of promise that each timer is about.
LATE = {"late": "read", "late_care": "care", **{f"late_{what}": what for what in OWED}}


@dataclass(frozen=True, slots=True)
class Handed:
    """A conversation that goes to the caseworkers now, to be read by `due_at`."""

    conversation: str
    service: str
    kind: str
    at: datetime
    due_at: datetime | None


_THERE = select(t.handover.c.conversation).where(
    t.handover.c.conversation.in_(bindparam("ids", expanding=True))
)
_AGAIN = (
    update(t.handover)
    .where(t.handover.c.conversation == bindparam("line"))
    .values(kind=bindparam("to"), at=bindparam("when"), due_at=bindparam("due"))
)
_SHOWN = (
    select(t.message.c.conversation, t.message.c.id, t.message.c.said)
    .where(t.message.c.conversation.in_(bindparam("ids", expanding=True)))
    .where(t.message.c.direction == "out")
    .order_by(t.message.c.id)
)


def hand_over(connection: Connection, handed: Sequence[Handed]) -> None:
    """Put these on the caseworkers' list. A partial one may become complete: its row stays."""
    if not handed:
        return
    ids = {"ids": [one.conversation for one in handed]}
    there = set(connection.scalars(_THERE, ids))
    again = [
        {"line": one.conversation, "to": one.kind, "when": one.at, "due": one.due_at}
        for one in handed
        if one.conversation in there
    ]
    new = [_row(one) for one in handed if one.conversation not in there]
    if again:
        connection.execute(_AGAIN, again)
    if new:
        connection.execute(insert(t.handover), new)
    outside.handed(connection, ids["ids"])


def ask(connection: Connection, asked: Sequence[dict[str, Any]]) -> None:
    """Put these wishes before the caseworkers; one that still waits to be seen is not repeated, but
    where they said in their own words what should stand there: then the next is another."""
    if not asked:
        return
    waiting = select(t.asked.c.conversation, t.asked.c.what, t.asked.c.message).where(
        t.asked.c.conversation.in_({row["conversation"] for row in asked}),
        t.asked.c.seen_at.is_(None),
        t.asked.c.statement.is_(None),
    )
    there = {(row.conversation, row.what, row.message) for row in connection.execute(waiting)}
    wishes = {(row["conversation"], row["what"], row["message"]): row for row in asked}
    if new := [row for wish, row in wishes.items() if wish not in there]:
        connection.execute(insert(t.asked), new)


def state(connection: Connection, line: str, messages: Sequence[str]) -> None:
    """These words belong to what was asked last to be put right."""
    a = t.asked.c
    last = select(a.id).where(a.conversation == line, a.what == "fix", a.seen_at.is_(None))
    newest = last.order_by(a.at.desc(), a.id.desc()).limit(1).scalar_subquery()
    connection.execute(update(t.asked).where(a.id == newest).values(statement=[*messages]))


def with_promise(connection: Connection, sealer: Sealer, conversation: str, event: Event) -> Event:
    """The same event; one of `LATE` with the time that we promised, if it was not kept, and with
    the reason that a worker gave for that."""
    if not (isinstance(event, Due) and event.name in LATE):
        return event
    p = t.promise.c
    unkept = (p.conversation == conversation) & p.kept_at.is_(None) & p.dropped_at.is_(None)
    kind = LATE[event.name]
    order = p.due_at.desc() if kind in OWED else p.due_at  # of an earlier one they have heard
    query = select(p.due_at).where(unkept, p.kind == kind).order_by(order)
    due_at = connection.scalar(query.limit(1))
    taken = connection.scalar(
        select(t.handover.c.taken_at).where(t.handover.c.conversation == conversation)
    )
    read = taken and event.name == "late"  # whoever has it reads it; a cue is seen to by itself
    if read or due_at is None:
        return event
    return replace(event, since=due_at, reason=_reason(connection, sealer, conversation, kind))


def _reason(connection: Connection, sealer: Sealer, conversation: str, kind: str) -> str:
    """Why it is late, in a worker's words; nothing where none gave a reason."""
    a = t.asked.c
    about = a.what == kind if kind in OWED else a.message.is_not(None)
    given = (a.conversation == conversation) & a.seen_at.is_(None) & a.reason.is_not(None)
    query = select(a.id, a.reason).where(given, about).order_by(a.id.desc()).limit(1)
    row = connection.execute(query).first() if kind != "read" else None
    return (row and sealer.opens(row.reason, f"asked.reason:{row.id}")) or ""


def _row(one: Handed) -> dict[str, Any]:
    return {
        "id": new_id(),
        "conversation": one.conversation,
        "service": one.service,
        "reference": new_reference(),
        "kind": one.kind,
        "at": one.at,
        "due_at": one.due_at,
    }


def agree(connection: Connection, agreements: list[dict[str, Any]]) -> None:
    """Record choices about a person's own words; a start also with the messages that showed it."""
    starts = {row["conversation"]: row for row in agreements if row["kind"] == "start"}
    if starts:
        for conversation, id, said in connection.execute(_SHOWN, {"ids": list(starts)}):
            if any(key.startswith("notice.") for key in said):
                starts[conversation]["shown"].append(id)
    if agreements:
        connection.execute(insert(t.agreement), agreements)
