"""Making the tables, and bringing an older database up to date (Alembic, run from here).

A new revision, after a change of `store/tables.py`: see the head of `env.py`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from store import keyring
from store.keyring import Refused as Refused
from store.sealing import Keys

PATIENCE = "10s"  # PostgreSQL's own way of writing it


def config(connection: Connection) -> Config:
    """Alembic's settings for a connection that is already inside a transaction."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def revision(connection: Connection) -> str | None:
    """The revision that the tables are at; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision of this version's tables."""
    return ScriptDirectory(__path__[0]).get_current_head()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables to this version. Raises `Refused` where a newer version made them."""
    settings = config(connection)
    present = revision(connection)
    if present == head():
        return
    for named in filter(None, (present, to)):
        check_known(named)
    wait_briefly(connection)
    command.upgrade(settings, to)


def older(connection: Connection) -> str | None:
    """The revision of tables that have to change. Raises `Refused` where a newer version made
    them."""
    present = revision(connection)
    if present is None or present == head():
        return None
    check_known(present)
    return present


def wait_briefly(connection: Connection) -> None:
    """Until the commit, give up on a lock after `PATIENCE`: a backup that runs holds the tables,
    and whoever waits behind it to change them holds up all the others."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))


def check_known(named: str) -> None:
    """Raises `Refused` for a revision that only a newer version can know."""
    try:
        ScriptDirectory(__path__[0]).get_revision(named)
    except CommandError:
        raise Refused(
            f"the database was made by a newer version of Ownpace (its tables are at {named}):"
            " install that version, or go back to the copy made before the upgrade"
        ) from None


def try_key(connection: Connection, keys: Keys) -> None:
    """Learn the keys' numbers, or leave them in a new database. Raises `Refused` with a wrong
    key, or where one that is still needed is missing."""
    keyring.learn(connection, keys)
    keyring.make(connection, keys)
