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
from sqlalchemy import Connection, insert, select

from store.sealing import Keys, Unreadable
from store.tables import about

_CANARY = "canary"


class Refused(Exception):
    """This version, or this master key, can't work with the database; the message says why."""


def config(connection: Connection) -> Config:
    """Alembic's settings for a connection that is already inside a transaction."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: Connection) -> None:
    """Bring the tables to this version. Raises `Refused` where a newer version made them."""
    settings = config(connection)
    present = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(settings)
    if present == scripts.get_current_head():
        return
    try:
        if present is not None:
            scripts.get_revision(present)
    except CommandError:
        raise Refused(
            f"the database was made by a newer version of Ownpace (its tables are at {present}):"
            " install that version, or go back to the copy made before the upgrade"
        ) from None
    command.upgrade(settings, "head")


def try_key(connection: Connection, keys: Keys) -> None:
    """Open the canary, or leave one in a new database. Raises `Refused` with a wrong key."""
    sealed = connection.scalar(select(about.c.value).where(about.c.key == _CANARY))
    if sealed is None:
        value = keys.master.seal(_CANARY, f"about.value:{_CANARY}")
        connection.execute(insert(about).values(key=_CANARY, value=value))
        return
    try:
        keys.master.open(sealed, f"about.value:{_CANARY}")
    except Unreadable:
        raise Refused(
            "OWNPACE_SECRET_KEY is not the key that this database was sealed with:"
            " without that key nothing in it can be read"
        ) from None
