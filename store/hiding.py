"""Gone at once, erased a little later: somebody else may hold the phone that asked for it.

What a person had erased belongs to a fresh person from that moment, as if it were erased: no view
can open a word of it. Rows of `hidden` alone say whose words they are. Until their time comes a
worker can bring them back, or whoever gives the code word (`store.second_thoughts`); then their key
is destroyed. See docs/decisions/0025.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, null, select, update

from bot.conversation.model import Conversation
from store import clearing, erased, legal_hold, locks, outside, provider_logs, returning, rights
from store import tables as t
from store.packing import unpack
from store.rights import Gone
from store.sealing import Keys, Sealer, Unreadable

OPTION = "ownpace_delete_hold"  # of the connection: how long, by service
NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden conversation: whose words it holds, since when, and when they are erased."""

    conversation: str
    person: str
    at: datetime
    until: datetime | None


def forget_all(
    connection: Connection, keys: Keys, conversation: str, service: str, at: datetime
) -> None:
    """The person of this conversation asks for everything to be erased: it is gone at once, and
    erased when the service's time for second thoughts is over, if it has one."""
    person = _person(connection, conversation)
    hold = connection.get_execution_options().get(OPTION, {}).get(service, NO_TIME)
    # What is hidden already keeps its own time: it moves on unopened with what comes now.
    kept = legal_hold.is_held(connection, person.id, at) or holds_hidden(connection, person.id)
    if hold or kept:
        hide(connection, keys, conversation, at, at + hold)
    else:
        rights.erase(connection, keys, conversation, at)


def holds_hidden(connection: Connection, person: str) -> bool:
    """Does something hidden go by the name of this person, who is the fresh one of it?"""
    theirs = select(t.conversation.c.id).where(t.conversation.c.person == person)
    return bool(connection.scalar(select(exists().where(t.hidden.c.conversation.in_(theirs)))))


def hide(
    connection: Connection, keys: Keys, conversation: str, at: datetime, until: datetime
) -> None:
    """All that the person of this conversation gave us is gone from every view, and due to be
    erased. Their contacts then belong to a fresh person, as after `rights.erase`."""
    locks.people(connection, conversations=[conversation])
    old = _person(connection, conversation)
    if old.wrapped_key is None:
        return
    fresh, wrapped = rights.fresh_person(connection, keys, old.service, at)
    before, after = keys.person(old.wrapped_key, old.id), keys.person(wrapped)
    clearing.person(connection, keys, old.id, at)  # in a day it may be too late for it
    rights.move_contacts(connection, before, after, old.id, fresh, at)
    rows = _theirs(connection, old.id)
    going = [row for row in rows if row.closed_at is None]
    if going:
        connection.execute(insert(t.hidden), [_row(row, old.id, at) for row in going])
    ids = [row.id for row in going]
    _quiet(connection, ids, at)
    for row in rows:
        rights.empty(connection, after, row.id, fresh)
    this = t.conversation.c.id.in_(ids)
    connection.execute(update(t.conversation).where(this).values(closed_at=at, delete_on=until))
    hashes = rights.addresses_of(connection, [fresh])
    erased.note(connection, until=until, hidden=[old.id], addresses=hashes)


def finish(
    connection: Connection, keys: Keys, person: str, at: datetime, why: Gone = "erased"
) -> None:
    """The time of what is hidden of this person is over: erase it, and destroy their key."""
    locks.people(connection, conversations=_named(connection, person))
    rows = _hidden(connection, person)
    if not rows:
        return  # it came back meanwhile
    erased.note(connection, people=[person])
    for row in rows:
        sealer = keys.person(row.wrapped_key, row.fresh)
        until = row.at + provider_logs.OUR_LAST_WORDS
        provider_logs.ask(connection, keys, row, sealer, until, at)
        rights.blank(connection, sealer, [row.conversation], at, why)
    connection.execute(delete(t.hidden).where(t.hidden.c.person == person))
    wrapped = connection.scalar(select(t.person.c.wrapped_key).where(t.person.c.id == person))
    keys.forget(wrapped or b"")
    rights.destroy_key(connection, person, at)


def bring_back(
    connection: Connection, keys: Keys, person: str, at: datetime, claimed: bool = False
) -> str:
    """Everything is as it was before they had it erased; the latest of their conversations. Empty
    where there is nothing to bring back any more.

    Their contact is theirs again, unless somebody has agreed to begin anew from it since: then it
    stays with whoever that is, and theirs is one that nothing reaches. `claimed`: whoever writes
    from it now showed that they are this person, and what they wrote since is theirs.
    """
    locks.people(connection, conversations=_named(connection, person))
    rows = _hidden(connection, person)
    wrapped = connection.scalar(select(t.person.c.wrapped_key).where(t.person.c.id == person))
    if not rows or wrapped is None:
        return ""
    sealer, ids = keys.person(wrapped, person), [row.conversation for row in rows]
    for contact in {row.contact for row in rows}:
        mine = [row.conversation for row in rows if row.contact == contact]
        returning.contact(connection, keys, contact, person, sealer, mine, at, claimed)
    for row in rows:
        returning.conversation(connection, row, person, sealer, keys.person(row.wrapped_key))
    outside.handed(connection, [row.conversation for row in rows if row.kind])
    connection.execute(delete(t.hidden).where(t.hidden.c.person == person))
    erased.note(connection, brought_back=[person], claimed=[person] if claimed else ())
    latest: str = max(ids)
    return latest


def of_conversation(connection: Connection, conversation: str) -> Hidden | None:
    """What is hidden under this conversation's name; None where it is not, or is erased."""
    return next(iter(_found(connection, t.hidden.c.conversation == conversation)), None)


def states_of_contact(
    connection: Connection, keys: Keys, contact: str, now: datetime
) -> dict[str, Conversation]:
    """The conversations that were erased from this contact and are not due yet, as each was, the
    latest first. One that can't be read is left out: its place in the doctor tells of it."""
    h, c = t.hidden.c, t.conversation.c
    query = (
        select(h.conversation, h.person, h.state, t.person.c.wrapped_key)
        .join(t.person, t.person.c.id == h.person)
        .join(t.conversation, c.id == h.conversation)
        .where(c.contact == contact, c.delete_on > now)
        .order_by(h.at.desc(), h.conversation.desc())
    )
    found: dict[str, Conversation] = {}
    for row in connection.execute(query):
        with suppress(Unreadable):
            sealer = keys.person(row.wrapped_key, row.person)
            found[row.conversation] = _state(sealer, row.conversation, row.state)
    return found


def is_hidden(connection: Connection, person: str) -> bool:
    """Is there something of this person that can be brought back?"""
    return bool(connection.scalar(select(exists().where(t.hidden.c.person == person))))


# --- The parts -----------------------------------------------------------------------------------


def _person(connection: Connection, conversation: str) -> Any:
    """Raises `NoResultFound` for an unknown conversation."""
    return connection.execute(
        select(t.person)
        .join(t.conversation, t.conversation.c.person == t.person.c.id)
        .where(t.conversation.c.id == conversation)
    ).one()


def _theirs(connection: Connection, person: str) -> Sequence[Any]:
    c, h = t.conversation.c, t.handover.c
    query = select(c.id, c.state, c.standing, c.delete_on, c.closed_at, h.kind, h.due_at)
    query = query.outerjoin(t.handover, h.conversation == c.id)
    return connection.execute(query.where(c.person == person)).all()


def _row(row: Any, person: str, at: datetime) -> dict[str, Any]:
    kept = ("state", "standing", "delete_on", "kind", "due_at")
    return {"conversation": row.id, "person": person, "at": at} | {n: getattr(row, n) for n in kept}


def _quiet(connection: Connection, conversations: Sequence[str], at: datetime) -> None:
    """Nothing of these is sent, promised, or before a worker any more."""
    outside.gone(connection, conversations, "erased", at)
    messages = select(t.message.c.id).where(t.message.c.conversation.in_(conversations))
    rights.withdraw(connection, messages)
    # Timers of what is closed do not ring; they are there again if it comes back.
    for table in (t.parked, t.their_copy):
        connection.execute(delete(table).where(table.c.conversation.in_(conversations)))
    rights.drop_promises(connection, conversations, at)
    connection.execute(
        update(t.handover)
        .where(t.handover.c.conversation.in_(conversations))
        .values(kind="erased", due_at=null())
    )


def _hidden(connection: Connection, person: str) -> Sequence[Any]:
    """Rows of `hidden`, each with its contact and with the fresh person that it belongs to now."""
    h, c, k = t.hidden.c, t.conversation.c, t.contact.c
    query = (
        select(*h, c.contact, c.person.label("fresh"), t.person.c.wrapped_key)
        .add_columns(k.account, k.address, k.id.label("address_of"))
        .join(t.conversation, c.id == h.conversation)
        .join(t.contact, k.id == c.contact)
        .join(t.person, t.person.c.id == c.person)
    )
    return connection.execute(query.where(h.person == person)).all()


def _named(connection: Connection, person: str) -> list[str]:
    found = select(t.hidden.c.conversation).where(t.hidden.c.person == person)
    return list(connection.scalars(found))


def _found(connection: Connection, which: Any) -> list[Hidden]:
    h, c = t.hidden.c, t.conversation.c
    query = select(h.conversation, h.person, h.at, c.delete_on.label("until"))
    query = query.join(t.conversation, c.id == h.conversation).where(which)
    return [Hidden(*row) for row in connection.execute(query)]


def _state(sealer: Sealer, conversation: str, sealed: bytes) -> Conversation:
    return unpack(sealer.open(sealed, f"conversation.state:{conversation}"))
