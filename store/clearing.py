"""What is to be removed at the provider, message by message: from a chat on Telegram, which lets a
message go for 48 hours, and from Twilio's log.

A row of `to_clear` is about one chat: its address and the provider's ids of some messages, sealed.
Asking moves the ids there from the messages' own rows. So each is asked for once, and nothing leads
from here to what was written. Only where a store was told of such accounts (`OPTION`), and somebody
(`bot.clearing`) who works it off. See docs/decisions/0030.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    union_all,
    update,
)

from store import locks
from store import tables as t
from store.ids import new_id
from store.sealing import Keys, MasterSealer, Unreadable

OPTION = "ownpace_clears"  # of the connection: how long a message can be removed, by account
AT_ONCE = 100  # messages of a row: the most that Telegram's deleteMessages takes
_PLACE = "to_clear.content:{}"
_EVER = datetime.min.replace(tzinfo=UTC)


Which = Select[Any] | Sequence[str]  # ids of messages


class Ref(NamedTuple):
    """The provider's id of a message, and until when it can be removed (None: whenever)."""

    id: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Some messages of one chat that are to be removed."""

    id: str
    account: str
    address: str = field(repr=False)
    refs: tuple[Ref, ...]
    attempts: int


# --- Asking for it -------------------------------------------------------------------------------


def chats(connection: Connection, keys: Keys, contacts: Iterable[str], at: datetime) -> None:
    """Have removed whatever can be in the chats of these contacts, theirs and ours."""
    for contact in _contacts(connection, t.contact.c.id.in_(list(contacts))):
        if lasts := _lasting(connection).get(contact.account):
            _ask(connection, keys, contact, _found(connection, contact.id, at - lasts), at)


def person(connection: Connection, keys: Keys, person: str, at: datetime) -> None:
    """As `chats`, for all contacts of this person."""
    theirs = select(t.contact.c.id).where(t.contact.c.person == person)
    chats(connection, keys, connection.scalars(theirs).all(), at)


def messages(
    connection: Connection,
    keys: Keys,
    conversation: str,
    which: Which,
    at: datetime,
    chats: bool = True,
) -> None:
    """Have these messages of one conversation removed, from a log, and from `chats` too."""
    c = t.conversation.c
    whose = t.contact.c.id == select(c.contact).where(c.id == conversation).scalar_subquery()
    for contact in _contacts(connection, whose):
        if _lasting(connection)[contact.account] and not chats:
            continue
        found = _found(connection, contact.id, _since(connection, contact, at), which=which)
        _ask(connection, keys, contact, found, at)


def older(
    connection: Connection, keys: Keys, conversation: str, after: timedelta, at: datetime
) -> None:
    """Have removed what is older than this in the chat of a conversation, and note when there is
    more of it."""
    locks.people(connection, conversations=[conversation])
    this, left = t.conversation.c.id == conversation, []
    contact = connection.scalar(select(t.conversation.c.contact).where(this))
    for row in _contacts(connection, t.contact.c.id == contact):
        found = _found(connection, row.id, _since(connection, row, at))
        _ask(connection, keys, row, [one for one in found if one.at <= at - after], at)
        left += [one.at + after for one in found if one.at > at - after]
    values = {"clear_at": min(left) if left else null()}
    connection.execute(update(t.conversation).where(this).values(values))


def old_chats(connection: Connection, service: str, now: datetime, limit: int = 50) -> list[str]:
    """Conversations with something in their chat that is due to be removed for its age."""
    c = t.conversation.c
    due = select(c.id).where(c.service == service, c.clear_at <= now)
    return list(connection.scalars(due.order_by(c.clear_at, c.id).limit(limit)))


# --- Working it off ------------------------------------------------------------------------------


def due(connection: Connection, keys: Keys, account: str, now: datetime, most: int) -> list[Wanted]:
    """What is to be removed now, the oldest first; what can't be opened is left, and told of."""
    c = t.to_clear.c
    query = select(t.to_clear).where(c.account == account, c.next_at <= now)
    found = []
    for row in connection.execute(query.order_by(c.next_at, c.id).limit(most)):
        try:
            content = json.loads(keys.master.open(row.content, _PLACE.format(row.id)))
        except Unreadable:
            continue
        refs = tuple(Ref(id, _time(until)) for id, until in content["refs"])
        found.append(Wanted(row.id, row.account, content["address"], refs, row.attempts))
    return found


def any_ended(connection: Connection, account: str, now: datetime) -> bool:
    """Is there something that can't be removed any more?"""
    return bool(connection.scalar(select(exists().where(_ended(account, now)))))


def drop_ended(connection: Connection, account: str, now: datetime) -> int:
    """Give that up; how many rows there were."""
    return connection.execute(delete(t.to_clear).where(_ended(account, now))).rowcount


def _ended(account: str, now: datetime) -> ColumnElement[bool]:
    return (t.to_clear.c.account == account) & (t.to_clear.c.ends_at <= now)


def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many rows wait, and since when the first of them does."""
    query = select(func.count(), func.min(t.to_clear.c.made_at)).select_from(t.to_clear)
    row = connection.execute(query).one()
    return row[0], row[1]


# --- The parts -----------------------------------------------------------------------------------


def _lasting(connection: Connection) -> Mapping[str, timedelta | None]:
    """For how long a message can be removed, by account."""
    lasting: Mapping[str, timedelta | None] = connection.get_execution_options().get(OPTION, {})
    return lasting


def _since(connection: Connection, contact: Any, at: datetime) -> datetime:
    lasts = _lasting(connection)[contact.account]
    return at - lasts if lasts else _EVER


def _contacts(connection: Connection, which: ColumnElement[bool]) -> Sequence[Any]:
    """Contacts in use of which a provider lets us remove messages."""
    k = t.contact.c
    query = select(k.id, k.account, k.address, k.person, t.person.c.wrapped_key)
    query = query.join(t.person, t.person.c.id == k.person)
    query = query.where(which, k.account.in_(_lasting(connection)), k.address != b"")
    return connection.execute(query).all()


def _found(
    connection: Connection, contact: str, since: datetime, which: Which | None = None
) -> Sequence[Any]:
    """Messages of this contact after `since` that a provider has an id of, the oldest first."""
    m, o = t.message.c, t.outgoing.c
    theirs = select(m.id, m.ref.label("ref"), m.at.label("at")).join(t.conversation)
    theirs = theirs.where(t.conversation.c.contact == contact, m.ref.is_not(None), m.at > since)
    ours = select(m.id, o.provider_ref, m.sent_at).join(t.outgoing, o.message == m.id)
    ours = ours.where(o.contact == contact, o.provider_ref != "", m.sent_at > since)
    if which is not None:
        theirs, ours = theirs.where(m.id.in_(which)), ours.where(m.id.in_(which))
    both = union_all(theirs, ours).subquery()
    return connection.execute(select(both).order_by(both.c.at, both.c.id)).all()


def _ask(
    connection: Connection, keys: Keys, contact: Any, found: Sequence[Any], at: datetime
) -> None:
    try:
        sealer = keys.person(contact.wrapped_key, contact.person)
        address = sealer.open(contact.address, f"contact.address:{contact.id}")
    except Unreadable:
        return
    lasts = _lasting(connection)[contact.account]
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        refs = [Ref(one.ref, one.at + lasts if lasts else None) for one in some]
        row = _row(keys.master, contact.account, address, refs)
        connection.execute(insert(t.to_clear).values(**row, made_at=at, next_at=at))
        _let_go(connection, [one.id for one in some])


def _row(sealer: MasterSealer, account: str, address: str, refs: Sequence[Ref]) -> dict[str, Any]:
    id = new_id()
    told = [(ref.id, ref.until.isoformat() if ref.until else "") for ref in refs]
    content = sealer.seal(json.dumps({"address": address, "refs": told}), _PLACE.format(id))
    ends = max((ref.until for ref in refs if ref.until), default=None)
    return {"id": id, "account": account, "content": content, "ends_at": ends, "attempts": 0}


def _let_go(connection: Connection, ids: Collection[str]) -> None:
    """The messages do not name them any more."""
    connection.execute(update(t.message).where(t.message.c.id.in_(ids)).values(ref=null()))
    ours = update(t.outgoing).where(t.outgoing.c.message.in_(ids), t.outgoing.c.provider_ref != "")
    connection.execute(ours.values(provider_ref=""))


def _time(until: str) -> datetime | None:
    return datetime.fromisoformat(until) if until else None
