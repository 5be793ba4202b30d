"""One-time links into the desk, for whoever starts Ownpace: nobody is ever locked out.

While Ownpace runs, its process owns the database's log: what writes beside it does so briefly and
never moves that log into the file (SQLite before 3.51.3 can lose pages where two do).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.running import Down
from store import accounts, installation, locks, why
from store import tables as t
from store.ids import new_id
from store.session import PRAGMAS

FIRST, PRACTISES = "First worker", "Practice worker"
PRACTICE = "practice"  # the role of workers who see rehearsals and nobody else
T = TypeVar("T")


def link(connection: Connection, name: str, at: datetime, role: str = "caseworker") -> str:
    """The token of a link for the worker of this name, made with this role if there is none.

    Raises `Down` where that account was closed.
    """
    locks.one_at_a_time(connection, "workers")  # several processes may start at once
    w = t.worker.c
    row = connection.execute(select(w.id, w.closed_at).where(w.name == name)).one_or_none()
    if row and row.closed_at:
        raise Down("That account at the desk was closed. Give another name.")
    return accounts.new_link(connection, row.id if row else _add(connection, name, role, at), at)


def first_link(connection: Connection, at: datetime) -> str:
    """A link for the first worker who sees real people; a lead, if there is none yet."""
    locks.one_at_a_time(connection, "workers")
    w = t.worker.c
    query = select(w.name).where(w.closed_at.is_(None), w.role != PRACTICE)
    name = connection.scalar(query.order_by(w.created_at, w.id).limit(1))
    return link(connection, name or FIRST, at, "lead")


def practice_link(connection: Connection, at: datetime) -> str:
    """A link for the demo's worker, who sees rehearsals only, whatever else is in the database."""
    token = link(connection, PRACTISES, at, PRACTICE)
    # An older version made that account as one that sees everybody.
    connection.execute(update(t.worker).where(t.worker.c.name == PRACTISES).values(role=PRACTICE))
    return token


def address(base_url: str, token: str) -> str:
    """Where that token opens the desk; what stands after the mark is sent to nobody."""
    return f"{base_url}/desk/sign-in#{token}"


def beside(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work`, which writes a little, on a database that another process has open.

    Raises `Down` where it can't be used.
    """
    try:
        engine = create_engine(_file(url), hide_parameters=True, poolclass=NullPool)
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        with engine.begin() as connection:
            if not installation.is_ready(connection):
                raise Down("The Ownpace that runs here is of another version. End it first.")
            return work(connection)
    except (SQLAlchemyError, OSError) as error:
        raise Down(f"DATABASE_URL: {why.of(error, url)}") from None


def _set_up(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # as the store does
    for pragma in (*PRAGMAS, "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _file(url: str) -> str:
    """The database's address; one in memory belongs to its process alone."""
    try:
        inside = make_url(url).database in (None, "", ":memory:")
    except ArgumentError:
        inside = False
    if inside:
        raise Down("DATABASE_URL: that database lives in the memory of the process that serves.")
    return url


def _add(connection: Connection, name: str, role: str, at: datetime) -> str:
    id = new_id()
    connection.execute(insert(t.worker).values(id=id, name=name, role=role, created_at=at))
    if role != PRACTICE:
        accounts.join(connection, id)
    return id
