"""A new master key takes the place of the present one while everything goes on being used.

What is sealed under a master key bears that key's number, so each row says whether it is done: a
rotation that was cut short goes on where it was, and at every moment each row opens with one of
the two keys. People's words are not touched: it is their keys that are wrapped anew.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, cast, delete, func, insert, select
from sqlalchemy import update as change

from store import keyring, locks
from store import tables as t
from store.sealing import Keys, Unreadable

BATCH = 500  # rows of one transaction: others wait to write meanwhile
MOST = 255  # keys that a database can have had
log = logging.getLogger("ownpace.rotation")


class NoNewKey(Exception):
    """There is nothing to rotate to: the newest key is the present one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A column that is sealed under the master key, row by row."""

    table: Table
    column: Column[Any]
    key: Column[Any]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    def anew(self, keys: Keys, sealed: bytes, id: object) -> bytes:
        """The same under the present key. Raises `Unreadable`."""
        if self.column is t.person.c.wrapped_key:
            return keys.rewrapped(sealed, str(id))
        place = f"{self.name}:{id}"
        return keys.master.seal(keys.master.open(sealed, place), place)


KINDS = (
    Kind(t.person, t.person.c.wrapped_key, t.person.c.id),
    Kind(t.parked, t.parked.c.content, t.parked.c.id),
    Kind(t.to_forget, t.to_forget.c.address, t.to_forget.c.id),
    Kind(t.to_clear, t.to_clear.c.content, t.to_clear.c.id),
    *(Kind(t.worker, t.worker.c[name], t.worker.c.id) for name in ("totp", "email", "phone")),
    Kind(t.audit, t.audit.c.why, t.audit.c.number),
    Kind(t.review, t.review.c.learnt, t.review.c.id),
)


@dataclass(frozen=True, slots=True)
class Done:
    """What one batch did; `last` is None where there was nothing more."""

    last: object | None
    sealed: int = 0
    lost: int = 0


def begin(connection: Connection, keys: Keys) -> bool:
    """Make the newest key that was given the present one; False where it is so already, and a
    rotation to it goes on. Raises `NoNewKey`, `keyring.Refused`."""
    locks.one_at_a_time(connection, "keys", patiently=True)
    keyring.learn(connection, keys)
    if keys.present is keys.given[0]:
        if not goes_on(connection) and not any(left(connection, keys).values()):
            raise NoNewKey
        return False
    a, before = t.about.c, keys.number
    old = connection.scalar(select(a.value).where(a.key == keyring.CANARY))
    number = max(before, *_numbers(connection)) + 1
    if number > MOST:
        raise keyring.Refused("this database has had 255 keys: it can take no more")
    known = keys.numbered | {number: keys.given[0]}
    keys.settle(number, known, keys.standing)
    connection.execute(insert(t.about).values(key=f"{keyring.CANARY}.{before}", value=old))
    for name, sealed in keyring.sealed(keys).items():
        connection.execute(change(t.about).where(a.key == name).values(value=sealed))
    return True


def batch(connection: Connection, keys: Keys, kind: Kind, after: object | None) -> Done:
    """Seal the next rows of a kind anew, those after this id."""
    query = select(kind.key, kind.column).where(_not_present(keys, kind))
    query = query.where(kind.key > after) if after is not None else query
    rows = connection.execute(query.order_by(kind.key).limit(BATCH)).all()
    sealed = lost = 0
    for id, value in rows:
        try:
            new = kind.anew(keys, value, id)
        except Unreadable:
            lost += 1
            continue
        # Only if it is as it was: a key that was destroyed meanwhile stays destroyed.
        this = change(kind.table).where(kind.key == id, kind.column == value)
        sealed += connection.execute(this.values({kind.column.name: new})).rowcount
    return Done(rows[-1][0] if rows else None, sealed, lost)


def left(connection: Connection, keys: Keys) -> dict[str, int]:
    """How many rows are still sealed under a key of before, by what they are."""
    return {kind.name: _count(connection, keys, kind) for kind in KINDS}


def goes_on(connection: Connection) -> bool:
    """Was a rotation begun and not ended?"""
    return bool(_numbers(connection) - {0})


def end(connection: Connection) -> None:
    """Nothing needs a key of before any more."""
    a = t.about.c
    connection.execute(delete(t.about).where(a.key.like(f"{keyring.CANARY}.%")))


def _numbers(connection: Connection) -> set[int]:
    names = connection.scalars(select(t.about.c.key).where(t.about.c.key.like("canary.%")))
    return {0, *(int(name.partition(".")[2]) for name in names)}


def _count(connection: Connection, keys: Keys, kind: Kind) -> int:
    query = select(func.count()).select_from(kind.table).where(_not_present(keys, kind))
    return connection.scalar(query) or 0


def _not_present(keys: Keys, kind: Kind) -> Any:
    number = cast(func.substr(kind.column, 1, 1), LargeBinary)
    return kind.column.is_not(None) & (number != keys.number.to_bytes())
