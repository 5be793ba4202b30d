"""What is past its date: timers that came due, conversations to erase, contacts left empty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, or_, select, update

from store import hiding, legal_hold, locks
from store import tables as t
from store.rights import blank, destroy_key, erase
from store.sealing import Keys

# What still stands: a conversation that goes on, or an ended one that has not been erased.
_STANDS = or_(t.conversation.c.closed_at.is_(None), t.conversation.c.delete_on.is_not(None))

_EMPTY = and_(
    t.contact.c.valid_to.is_(None),
    ~exists().where(
        or_(
            t.conversation.c.contact == t.contact.c.id,
            t.conversation.c.person == t.contact.c.person,
        ),
        _STANDS,
    ),
    ~exists().where(
        t.outgoing.c.contact == t.contact.c.id, t.outgoing.c.state.in_(("new", "begun"))
    ),
)


def due_timers(
    connection: Connection, service: str, now: datetime, limit: int = 200
) -> list[tuple[str, str]]:
    """Timers that came due, longest first: the conversation and the timer's name."""
    rows = connection.execute(
        select(t.timer.c.conversation, t.timer.c.name)
        .join(t.conversation, t.conversation.c.id == t.timer.c.conversation)
        .where(t.conversation.c.service == service, t.timer.c.due_at <= now)
        .where(t.conversation.c.closed_at.is_(None))
        .order_by(t.timer.c.due_at, t.timer.c.conversation)
        .limit(limit)
    )
    return [(row.conversation, row.name) for row in rows]


def expired(connection: Connection, service: str, now: datetime, limit: int = 50) -> list[str]:
    """Conversations to be erased by now."""
    return list(
        connection.scalars(
            select(t.conversation.c.id)
            .where(t.conversation.c.service == service, t.conversation.c.delete_on <= now)
            .where(~legal_hold.holds(t.conversation.c.id, t.conversation.c.person, now))
            .order_by(t.conversation.c.delete_on)
            .limit(limit)
        )
    )


def expire(connection: Connection, keys: Keys, conversation: str, now: datetime) -> None:
    """Erase a conversation that is past its date. The same person's later ones stay readable."""
    locks.people(connection, conversations=[conversation])
    row = connection.execute(
        select(t.person.c.id, t.person.c.wrapped_key, t.conversation.c.delete_on)
        .join(t.conversation, t.conversation.c.person == t.person.c.id)
        .where(t.conversation.c.id == conversation)
    ).one()
    if row.delete_on is None or row.delete_on > now:
        return  # they wrote again between the look and now, or it is done
    hidden = hiding.of_conversation(connection, conversation)
    if legal_hold.is_held(connection, hidden.person if hidden else row.id, now):
        return
    if hidden:
        hiding.finish(connection, keys, hidden.person, now)
        return
    others = exists().where(
        t.conversation.c.person == row.id, t.conversation.c.id != conversation, _STANDS
    )
    if connection.scalar(select(others)):
        blank(connection, keys.person(row.wrapped_key, row.id), [conversation], now, "expired")
    else:
        erase(connection, keys, conversation, now, "expired")


def empty_contacts(
    connection: Connection, service: str, before: datetime, limit: int = 50
) -> list[str]:
    """Contacts with nothing left and nothing to be sent, of people we keep since `before`."""
    return list(
        connection.scalars(
            select(t.contact.c.id)
            .join(t.person, t.person.c.id == t.contact.c.person)
            .where(t.person.c.service == service, t.person.c.created_at <= before, _EMPTY)
            .limit(limit)
        )
    )


def clear_parked(connection: Connection, before: datetime) -> None:
    """Erase what was set aside by then, be it anybody's or nobody's."""
    connection.execute(delete(t.parked).where(t.parked.c.at <= before))


def forget_seen(connection: Connection, before: datetime) -> None:
    """Forget the ids of what was taken by then: its words are long gone too."""
    connection.execute(delete(t.seen).where(t.seen.c.at <= before))


def remove_contact(connection: Connection, keys: Keys, contact: str, now: datetime) -> None:
    """Forget an empty contact's address. Its bare row stays while a conversation's row does.

    It may have come back to life since it was found empty: then nothing happens.
    """
    locks.people(connection, contacts=[contact])
    this = t.contact.c.id == contact
    person = connection.scalar(select(t.contact.c.person).where(this, _EMPTY))
    if person is None:
        return
    of_contact = t.conversation.c.contact == contact
    conversation = connection.scalar(select(t.conversation.c.id).where(of_contact).limit(1))
    if conversation is not None:
        # Once more: the last confirmation, and the key that sealed the address.
        erase(connection, keys, conversation, now)
        gone = update(t.contact).where(this)
        connection.execute(gone.values(address=b"", address_hash=b"", valid_to=now))
        return
    connection.execute(delete(t.contact).where(this))
    if not connection.scalar(select(exists().where(t.contact.c.person == person))):
        destroy_key(connection, person, now)
