"""Whose turn it is, where several processes write to one PostgreSQL: advisory locks.

They last until the transaction ends. On SQLite, whose writer is alone, they are nothing. See
docs/decisions/0012.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, Integer, bindparam, func, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY

from store import tables as t

# A space of its own (two numbers instead of one), so that no name is ever somebody's address.
NAMES = 0x0B_AC
_PEOPLE = text("SELECT pg_advisory_xact_lock(k) FROM unnest(:keys) AS k").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)
_NAME = select(func.pg_advisory_xact_lock(NAMES, bindparam("name", type_=Integer)))
_HASHES = union(
    select(t.contact.c.address_hash)
    .join(t.conversation, t.conversation.c.contact == t.contact.c.id)
    .where(t.conversation.c.id.in_(bindparam("conversations", expanding=True))),
    select(t.contact.c.address_hash)
    .join(t.conversation, t.conversation.c.contact == t.contact.c.id)
    .join(t.message, t.message.c.conversation == t.conversation.c.id)
    .where(t.message.c.id.in_(bindparam("messages", expanding=True))),
    select(t.contact.c.address_hash).where(
        t.contact.c.id.in_(bindparam("contacts", expanding=True))
    ),
)


def people(
    connection: Connection,
    hashes: Iterable[bytes] = (),
    conversations: Iterable[str] = (),
    messages: Iterable[str] = (),
    contacts: Iterable[str] = (),
) -> None:
    """Nobody else changes these people until we commit: known by the keyed hash of an address
    (a first message has no row yet), or by a conversation, a message or a contact of theirs.

    Everybody at once and always in the same order, so that no two wait for each other.
    """
    if not is_shared(connection):
        return
    found = set(hashes)
    known = {
        "conversations": list(conversations),
        "messages": list(messages),
        "contacts": list(contacts),
    }
    if any(known.values()):
        found |= set(connection.scalars(_HASHES, known))
    keys = sorted({int.from_bytes(hash[:8], "big", signed=True) for hash in found})
    if keys:
        connection.execute(_PEOPLE, {"keys": keys})


def one_at_a_time(connection: Connection, name: str, patiently: bool = False) -> None:
    """Only one process at a time does this until it commits; `patiently` waits without end."""
    if not is_shared(connection):
        return
    if patiently:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    connection.execute(_NAME, {"name": number(name)})


def number(name: str) -> int:
    """A name as PostgreSQL's locks have it: 32 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)


def is_shared(connection: Connection) -> bool:
    """May other processes write at the same time?"""
    return connection.dialect.name == "postgresql"
