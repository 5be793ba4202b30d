"""The queue of words on their way out: what may go now, what became of it.

Each contact is served in order: a row goes when nothing before it still waits. A row that was
never tried and whose time is yet to come (a reminder for tomorrow) holds nobody up; one that is
being tried again does.

States: new -> begun -> sent -> delivered, or failed, or withdrawn. `begun` is committed before
the call, so that a row found in it later may have been sent.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal, select, update

from bot.conversation.channel import Button, Outgoing
from bot.conversation.model import Delivered, Failed
from store import tables as t
from store import their_copies
from store.messages import resolve
from store.sealing import Keys, Unreadable

WAITING = ("new", "begun")
# News comes in any order and more than once: a state only gives way to a later one. What was
# taken back or given up may still turn out to have been sent.
_RANK = {"new": 0, "begun": 1, "withdrawn": 2, "sent": 3, "failed": 4, "delivered": 5}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One row ready to go. `since` is the time of its first try, None before it. `waits`: what
    turns out not to have been sent does not go before then."""

    contact: str
    service: str
    since: datetime | None
    out: Outgoing
    waits: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the queue of one account, at most `limit` rows, leaving out `busy` contacts.

    With a `gap`, a contact also waits until the row before is delivered, or was sent that long
    ago.
    """

    account: str
    now: datetime
    gap: timedelta | None = None
    busy: Collection[str] = ()
    limit: int = 16


_QUEUE = t.outgoing.join(t.contact, t.contact.c.id == t.outgoing.c.contact)
# Nobody asked for it, and the person has written since: it was meant for one who is away.
_OVERTAKEN = and_(
    t.outgoing.c.prompted.is_(False),
    t.message.c.worker.is_(None),
    exists().where(
        t.conversation.c.contact == t.outgoing.c.contact,
        t.conversation.c.last_in_at > t.message.c.at,
    ),
)
_ROWS = select(
    t.outgoing,
    t.contact.c.account,
    t.contact.c.address,
    t.person.c.service,
    t.person.c.wrapped_key,
    t.contact.c.person,
    t.message.c.text,
    _OVERTAKEN.label("overtaken"),
).select_from(
    _QUEUE.join(t.message, t.message.c.id == t.outgoing.c.message).join(
        t.person, t.person.c.id == t.contact.c.person
    )
)


def services(connection: Connection, accounts: Collection[str]) -> dict[str, str]:
    """The service of each of these accounts."""
    rows = connection.execute(
        select(t.account.c.id, t.account.c.service).where(t.account.c.id.in_(accounts))
    )
    return {row.id: row.service for row in rows}


def is_due(connection: Connection, look: Look) -> bool:
    """Is there anything that may go now?"""
    return bool(
        connection.scalar(select(select(1).select_from(_QUEUE).where(*_ready(look)).exists()))
    )


def due(connection: Connection, keys: Keys, look: Look) -> list[Row]:
    """The rows that may go now, at most one a contact, the longest due first.

    Words no longer there (erased) or overtaken are withdrawn, words that can't be opened failed.
    """
    found = connection.execute(
        _ROWS.where(*_ready(look))
        .order_by(t.outgoing.c.not_before, t.outgoing.c.message)
        .limit(look.limit)
        # Another process passes by what this one begins. SQLite has no such words, and one process.
        .with_for_update(of=t.outgoing, skip_locked=True)
    ).all()
    rows = [_open(connection, keys, row, look.now) for row in found]
    return [row for row in rows if row is not None]


def next_at(connection: Connection, look: Look) -> datetime | None:
    """When the next row comes due; what is due already does not count."""
    later = t.outgoing.c.not_before > look.now
    first = select(func.min(t.outgoing.c.not_before)).select_from(_QUEUE)
    found: datetime | None = connection.scalar(first.where(*_waiting(look), later))
    return found


def begin(connection: Connection, message: str, now: datetime, lease: timedelta) -> None:
    """Mark a row as begun, in the transaction that found it, to be committed before the call.

    Should nothing be recorded of it afterwards (a crash), it is due again after `lease`.
    """
    connection.execute(
        update(t.outgoing)
        .where(t.outgoing.c.message == message)
        .values(
            state="begun",
            attempts=t.outgoing.c.attempts + 1,
            begun_at=func.coalesce(t.outgoing.c.begun_at, now),
            not_before=now + lease,
        )
    )


def may_go(connection: Connection, message: str, attempt: int) -> bool:
    """Is this row still begun by this very attempt (no other process's), its contact open?"""
    still = _begun(message, attempt)
    return bool(
        connection.scalar(
            select(exists().select_from(_QUEUE).where(still, t.contact.c.state == "open"))
        )
    )


def _begun(message: str, attempt: int) -> ColumnElement[bool]:
    this = (t.outgoing.c.message == message) & (t.outgoing.c.state == "begun")
    return this & (t.outgoing.c.attempts == attempt)


def postpone(
    connection: Connection, message: str, attempt: int, until: datetime, *, unclear: bool
) -> None:
    """Try this row again later. `unclear`: a try may have sent it."""
    this = _begun(message, attempt)
    values = {"state": "begun" if unclear else "new", "not_before": until}
    connection.execute(update(t.outgoing).where(this).values(values))


def queue_anew(
    connection: Connection, message: str, until: datetime, attempt: int | None = None
) -> None:
    """As if it had never been tried: it holds up nobody until then. With `attempt`, only where it
    is still begun by that very one."""
    this = t.outgoing.c.message == message if attempt is None else _begun(message, attempt)
    values = {"state": "new", "attempts": 0, "begun_at": None, "not_before": until}
    connection.execute(update(t.outgoing).where(this).values(values))


def settle(connection: Connection, event: Delivered | Failed, at: datetime) -> bool:
    """Record how far a message got. False where that is no news, or not of a message of ours."""
    stage: str = event.stage if isinstance(event, Delivered) else "failed"
    if stage == "tried":
        return unsettled(connection, event.message)
    before = [state for state, rank in _RANK.items() if rank < _RANK[stage]]
    values = {"state": stage}
    if isinstance(event, Delivered) and event.provider_ref:
        values["provider_ref"] = event.provider_ref
    moved = connection.execute(
        update(t.outgoing)
        .where(t.outgoing.c.message == event.message, t.outgoing.c.state.in_(before))
        .values(**values)
    )
    if moved.rowcount:
        this = t.message.c.id == event.message
        connection.execute(update(t.message).where(this).values(**_times(event, at)))
    return bool(moved.rowcount)


def unsettled(connection: Connection, message: str) -> bool:
    """Does this row still wait, for all that is recorded?"""
    mine = (t.outgoing.c.message == message) & t.outgoing.c.state.in_(WAITING)
    return bool(connection.scalar(select(exists().where(mine))))


def _ready(look: Look) -> list[ColumnElement[bool]]:
    which = [*_waiting(look), t.outgoing.c.not_before <= look.now, ~_held_up(look.now)]
    return which if look.gap is None else [*which, ~_just_sent(look.now, look.gap)]


def _waiting(look: Look) -> tuple[ColumnElement[bool], ...]:
    return (
        t.outgoing.c.state.in_(WAITING),
        t.outgoing.c.contact.not_in(look.busy),
        t.contact.c.account == look.account,
        t.contact.c.state == "open",
        t.contact.c.valid_to.is_(None),
    )


def _of_this_row(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Is there such a row? Looked for by the one row that is asked about: OFFSET keeps PostgreSQL
    from joining it with all that was ever sent, which it does where it does not know how many
    rows there are (a new database) or took them for few."""
    return select(literal(1)).where(*where).offset(0).exists()


def _held_up(now: datetime) -> ColumnElement[bool]:
    """Does something before this row still wait, and is its time come or its first try over?"""
    before = t.outgoing.alias("before")
    return _of_this_row(
        before.c.contact == t.outgoing.c.contact,
        before.c.sequence < t.outgoing.c.sequence,
        before.c.state.in_(WAITING),
        (before.c.not_before <= now) | (before.c.attempts > 0),
    )


def _just_sent(now: datetime, gap: timedelta) -> ColumnElement[bool]:
    """Was another row of the same turn sent within the gap, and has not arrived yet? An earlier
    turn's has been answered. (Not in the future: the clock may have been set back.)"""
    sent, message = t.outgoing.alias("sent"), t.message.alias("sent_message")
    own = t.message.alias("own_message")
    return _of_this_row(
        sent.c.contact == t.outgoing.c.contact,
        sent.c.state == "sent",
        message.c.id == sent.c.message,
        own.c.id == t.outgoing.c.message,
        own.c.at == message.c.at,
        message.c.sent_at > now - gap,
        message.c.sent_at <= now,
    )


def _open(connection: Connection, keys: Keys, row: Any, now: datetime) -> Row | None:
    try:
        sealer = keys.person(row.wrapped_key, row.person)
        address = sealer.open(row.address, f"contact.address:{row.contact}")
        sealed = row.text and sealer.open(row.text, f"message.text:{row.message}")
        text = their_copies.filled(connection, sealer, sealed or "", now)
        text = resolve(connection, sealer, text)
    except Unreadable:
        log.error("message %s can't be opened and is not sent", row.message)
        settle(connection, Failed(row.message, code="unreadable"), now)
        return None
    if row.overtaken or not text.strip():
        this = t.outgoing.c.message == row.message
        connection.execute(update(t.outgoing).where(this).values(state="withdrawn"))
        return None
    return Row(row.contact, row.service, row.begun_at, _outgoing(row, address, text))


def _outgoing(row: Any, address: str, text: str) -> Outgoing:
    return Outgoing(
        message=row.message,
        account=row.account,
        address=address,
        text=text,
        buttons=tuple(Button(code, label) for code, label in row.buttons),
        attempt=row.attempts + 1,
        begun_at=row.begun_at if row.state == "begun" else None,
    )


def _times(event: Delivered | Failed, at: datetime) -> dict[str, Any]:
    if isinstance(event, Failed):
        return {"failed_at": at, "failed_code": event.code[: t.CODE]}
    sent = {"sent_at": func.coalesce(t.message.c.sent_at, at)}
    return sent if event.stage == "sent" else {**sent, "delivered_at": at}
