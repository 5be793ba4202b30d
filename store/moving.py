"""A contact whose provider gave it another address."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select, update

from store import locks
from store import tables as t
from store.sealing import Keys


def move(connection: Connection, keys: Keys, contact: str, address: str) -> bool:
    """Give this contact another address, sealed and hashed as before. False where it can't be
    had: somebody else writes to us from there, or the contact is no longer in use."""
    locks.people(connection, contacts=[contact])
    live = t.contact.c.valid_to.is_(None)
    row = connection.execute(
        select(t.contact.c.account, t.person.c.wrapped_key)
        .join(t.person, t.person.c.id == t.contact.c.person)
        .where(t.contact.c.id == contact, live)
    ).one_or_none()
    if row is None or row.wrapped_key is None:
        return False
    hashed = keys.lookup(row.account, address)
    locks.people(connection, [hashed])
    here = (t.contact.c.account == row.account) & (t.contact.c.address_hash == hashed)
    if connection.scalar(select(exists().where(here, live, t.contact.c.id != contact))):
        return False
    sealed = keys.person(row.wrapped_key).seal(address, f"contact.address:{contact}")
    connection.execute(
        update(t.contact)
        .where(t.contact.c.id == contact)
        .values(address=sealed, address_hash=hashed)
    )
    return True
