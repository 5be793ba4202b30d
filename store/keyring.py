"""The master keys that a database knows, and the secrets that stand in it for good.

`canary` is sealed under the present key: its first byte is that key's number. `canary.<n>` are
those of before, as long as something may still be sealed under them: while there is one, a
rotation goes on (`store.rotation`). `standing` holds `store.sealing.Standing`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from store.sealing import KEY_BYTES, Keys, Master, Standing
from store.tables import about

CANARY, STANDING = "canary", "standing"
WRONG = (
    "OWNPACE_SECRET_KEY is not the key that this database was sealed with:"
    " without that key nothing in it can be read"
)
NEWER = (
    "the key of this database was changed, and OWNPACE_SECRET_KEY is one of before: give the new"
    " one there, and this one as OWNPACE_SECRET_KEY_OLD"
)
OLDER = (
    "the change of the master key is not done: give the key of before as OWNPACE_SECRET_KEY_OLD,"
    " and run ownpace keys rotate"
)


class Refused(Exception):
    """This version, or this master key, can't work with the database; the message says why."""


def learn(connection: Connection, keys: Keys) -> bool:
    """Give the keys their numbers in this database; False where it has none yet (`make`).

    Raises `Refused` where the present key, or one that is still needed, was not given.
    """
    rows = _rows(connection)
    canary = rows.get(CANARY)
    if canary is None:
        return False
    canaries = [(name, sealed) for name, sealed in rows.items() if name != STANDING]
    found = {sealed[0]: _opener(keys, name, sealed) for name, sealed in canaries}
    present = found[canary[0]]
    if present is None:
        raise Refused(NEWER if any(found.values()) else WRONG)
    known = {number: master for number, master in found.items() if master}
    if len(known) < len(found):
        raise Refused(OLDER)
    keys.settle(canary[0], known, _standing(present, rows.get(STANDING)))
    return True


def make(connection: Connection, keys: Keys) -> None:
    """Leave what `learn` reads in a database that lacks some of it."""
    rows = _rows(connection)
    if CANARY not in rows:
        random = Standing(os.urandom(KEY_BYTES), os.urandom(KEY_BYTES))
        keys.settle(keys.number, {keys.number: keys.given[0]}, random)
    for name, value in sealed(keys).items():
        if name not in rows:
            connection.execute(insert(about).values(key=name, value=value))


def sealed(keys: Keys) -> dict[str, bytes]:
    """The canary and the standing secrets under the present key."""
    told = json.dumps({name: secret.hex() for name, secret in keys.standing._asdict().items()})
    words = {CANARY: CANARY, STANDING: told}
    return {name: keys.master.seal(text, place(name)) for name, text in words.items()}


def place(name: str) -> str:
    """What this row of `about` is sealed for; a canary stays what it was when it got a number."""
    return f"about.value:{name.partition('.')[0]}"


def _rows(connection: Connection) -> Mapping[str, bytes]:
    found = connection.execute(select(about.c.key, about.c.value))
    wanted = (CANARY, STANDING)
    return {row.key: row.value for row in found if row.key.partition(".")[0] in wanted}


def _opener(keys: Keys, name: str, sealed: bytes) -> Master | None:
    return next((m for m in keys.given if m.opens(sealed, place(name)) is not None), None)


def _standing(present: Master, sealed: bytes | None) -> Standing:
    if sealed is None:
        return present.standing
    opened = present.opens(sealed, place(STANDING))
    if opened is None:
        raise Refused(WRONG)
    told = json.loads(opened)
    return Standing(*(bytes.fromhex(told[name]) for name in Standing._fields))
