"""Who may use the desk: workers, and the one-time links that let them in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from store import tables as t
from store.ids import new_id
from store.sealing import token_hash

ROLES = ("caseworker", "lead", "admin")
LINK_LASTS = timedelta(minutes=30)


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
    session, link = t.session.c, t.sign_in_link.c
    connection.execute(update(t.worker).where(t.worker.c.id == worker).values(closed_at=at))
    open_ones = (session.worker == worker) & session.ended_at.is_(None)
    connection.execute(update(t.session).where(open_ones).values(ended_at=at))
    unused = (link.worker == worker) & link.used_at.is_(None)
    connection.execute(update(t.sign_in_link).where(unused).values(used_at=at))


def new_link(connection: Connection, worker: str, at: datetime) -> str:
    """The token of a link that lets this worker in, once, within half an hour."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "worker": worker, "expires_at": at + LINK_LASTS}
    connection.execute(insert(t.sign_in_link).values(row))
    return token
