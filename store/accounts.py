"""Who may use the desk: workers, and the one-time links that let them in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, null, select, update

from store import tables as t
from store.ids import new_id
from store.sealing import Keys, token_hash

ROLES = ("caseworker", "lead", "admin")
LINK_LASTS = timedelta(minutes=30)
_TOTP = "worker.totp:{}"


def add_worker(
    connection: Connection, name: str, role: str, at: datetime, services: Sequence[str] = ()
) -> str:
    """A desk account; returns its id. It sees the people of `services`; with none named, those of
    every real one that there is. Raises `ValueError` for an unknown role or a name taken."""
    if role not in ROLES:
        raise ValueError(f"the role is one of {', '.join(ROLES)}")
    if worker_named(connection, name):
        raise ValueError("somebody at the desk has this name already")
    id = new_id()
    connection.execute(insert(t.worker).values(id=id, name=name, role=role, created_at=at))
    join(connection, id, services)
    return id


def join(connection: Connection, worker: str, services: Sequence[str] = ()) -> None:
    """From now on this worker sees the people of these services, or of every real one."""
    real = select(t.service.c.id).where(t.service.c.practice.is_(False))
    rows = [{"worker": worker, "service": id} for id in services or connection.scalars(real)]
    if rows:
        connection.execute(insert(t.membership), rows)


def worker_named(connection: Connection, name: str) -> str | None:
    """The id of the worker with this name, None where there is none (or none any more)."""
    here = (t.worker.c.name == name) & t.worker.c.closed_at.is_(None)
    return connection.scalar(select(t.worker.c.id).where(here))


def close_worker(connection: Connection, worker: str, at: datetime) -> None:
    """Close an account: its sessions end at once and its links open nothing."""
    link = t.sign_in_link.c
    connection.execute(update(t.worker).where(t.worker.c.id == worker).values(closed_at=at))
    end_sessions(connection, worker, at)
    unused = (link.worker == worker) & link.used_at.is_(None)
    connection.execute(update(t.sign_in_link).where(unused).values(used_at=at))


def new_link(connection: Connection, worker: str, at: datetime) -> str:
    """The token of a link that lets this worker in, once, within half an hour."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "worker": worker, "expires_at": at + LINK_LASTS}
    connection.execute(insert(t.sign_in_link).values(row))
    return token


def set_password(connection: Connection, worker: str, hashed: str) -> None:
    """From now on this (hashed) password opens the account."""
    connection.execute(update(t.worker).where(t.worker.c.id == worker).values(password_hash=hashed))


def begin_second_factor(connection: Connection, keys: Keys, worker: str, secret: str) -> None:
    """Keep the secret of a second factor that counts once a first code of it was given."""
    sealed = keys.master.seal(secret, _TOTP.format(worker))
    changed = update(t.worker).where(t.worker.c.id == worker)
    connection.execute(changed.values(totp=sealed, totp_last=0))


def second_factor(keys: Keys, worker: str, sealed: bytes | None) -> str:
    """The secret of a second factor; empty where there is none. Raises `Unreadable`."""
    return keys.master.open(sealed, _TOTP.format(worker)) if sealed else ""


def use_step(connection: Connection, worker: str, step: int) -> bool:
    """Note that a code of this time step was used; False where it or a later one was before."""
    w = t.worker.c
    used = update(t.worker).where(w.id == worker, w.totp_last < step).values(totp_last=step)
    return connection.execute(used).rowcount == 1


def reset(connection: Connection, worker: str, at: datetime) -> None:
    """Take password and second factor away, and end all sessions: a new link lets them in."""
    changed = update(t.worker).where(t.worker.c.id == worker)
    connection.execute(changed.values(password_hash="", totp=null(), totp_last=0))
    end_sessions(connection, worker, at)
    connection.execute(delete(t.device).where(t.device.c.worker == worker))


def end_sessions(connection: Connection, worker: str, at: datetime, but: bytes = b"") -> None:
    """End this worker's sessions, all or all but one."""
    s = t.session.c
    theirs = (s.worker == worker) & s.ended_at.is_(None) & (s.token_hash != but)
    connection.execute(update(t.session).where(theirs).values(ended_at=at))
