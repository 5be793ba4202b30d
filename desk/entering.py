"""In by name, password and a code of the second factor. Whatever is wrong, the answer is the same,
and takes as long: a name that is nobody's is tried against a password of nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from desk import passwords, second_factor, sessions
from desk.kit import Desk
from desk.throttle import Tries
from store import accounts
from store import tables as t
from store.sealing import token_hash


@dataclass(frozen=True, slots=True)
class Knock:
    """What somebody gave at the door; `device` is the token of a browser that we know."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    device: str = field(repr=False)
    whence: str


class Answer(NamedTuple):
    """A session's token, or seconds to wait, or neither: it did not fit. `worker` came in."""

    token: str = ""
    wait: int = 0
    worker: str = ""


class _Known(NamedTuple):
    id: str
    password_hash: str
    totp: bytes | None
    totp_last: int


async def by_password(desk: Desk, knock: Knock, old: str, now: datetime) -> Answer:
    """Try to come in; a session that this browser had (`old`) ends."""

    def look(connection: Connection) -> tuple[_Known | None, bool]:
        known = _worker(connection, knock.name)
        return known, bool(known and _is_device(connection, known.id, knock.device))

    known, at_home = await desk.store.read(look)
    who = f"device {knock.device}" if at_home else f"name {knock.name.casefold()}"
    tries = Tries(desk.store.keys, who, knock.whence)
    if wait := await desk.store.read(lambda connection: tries.wait(connection, now, at_home)):
        return Answer(wait=wait)
    right = await passwords.fits(known.password_hash if known else "", knock.password)

    def enter(connection: Connection) -> Answer:
        if not (known and right and _code_fits(connection, desk, known, knock.code, now)):
            tries.wrong(connection, now)
            return Answer()
        if old:
            sessions.end(connection, old, now)
        token = sessions.begin(connection, known.id, now, how="password")
        return Answer(token=token, worker=known.id)

    return await desk.store.write(enter)


def _code_fits(connection: Connection, desk: Desk, known: _Known, code: str, now: datetime) -> bool:
    """Is the code of now, for the first time? Without a second factor none is asked: what such a
    session opens is the page that sets one up."""
    if known.totp is None or not known.totp_last:
        return True
    secret = accounts.second_factor(desk.store.keys, known.id, known.totp)
    step = second_factor.step_of(secret, code, now)
    return step is not None and accounts.use_step(connection, known.id, step)


def _worker(connection: Connection, name: str) -> _Known | None:
    w = t.worker.c
    row = connection.execute(
        select(w.id, w.password_hash, w.totp, w.totp_last).where(
            w.name == name, w.closed_at.is_(None), w.password_hash != ""
        )
    ).one_or_none()
    return _Known(*row) if row else None


def _is_device(connection: Connection, worker: str, token: str) -> bool:
    d = t.device.c
    mine = select(d.worker).where(d.token_hash == token_hash(token), d.worker == worker)
    return bool(token) and connection.scalar(mine) is not None
