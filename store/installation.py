"""What the settings bring with them: services, accounts, flows; and is the database ready?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, exists, insert, select, update

from bot.conversation.channel import Account
from store import locks, migrations
from store import tables as t
from store.sealing import Keys


def furnish(
    connection: Connection, services: Iterable[tuple[str, bool]], accounts: Iterable[Account]
) -> None:
    """Make the rows of these services (id, is it practice?) and accounts that have none yet."""
    locks.one_at_a_time(connection, "furnish")
    for id, practice in services:
        _once(connection, t.service, id=id, practice=practice)
    for account in accounts:
        row = {"service": account.service, "channel": account.traits.name}
        _once(connection, t.account, id=account.id, **row)


def keep_flow(connection: Connection, flow: str, fingerprint: str, text: str, at: datetime) -> None:
    """Keep the text of a flow from its first use on: agreements name it by its fingerprint."""
    known = select(exists().where(t.flow_version.c.fingerprint == fingerprint))
    if not connection.scalar(known):
        row = {"fingerprint": fingerprint, "flow": flow, "first_used_at": at, "text": text}
        connection.execute(insert(t.flow_version).values(row))


def ahead(connection: Connection) -> dict[str, timedelta]:
    """How far the clock of each practice service was put forward."""
    rows = connection.execute(select(t.service.c.id, t.service.c.ahead).where(t.service.c.practice))
    return {row.id: timedelta(seconds=row.ahead) for row in rows}


def put_forward(connection: Connection, service: str, span: timedelta) -> None:
    """Put a practice service's clock forward, for good."""
    practice = (t.service.c.id == service) & t.service.c.practice
    seconds = t.service.c.ahead + int(span.total_seconds())
    connection.execute(update(t.service).where(practice).values(ahead=seconds))


def is_known(connection: Connection, keys: Keys, account: str, address: str) -> bool:
    """Has this address ever written to this account?"""
    c = t.contact.c
    known = exists().where(c.account == account, c.address_hash == keys.lookup(account, address))
    return bool(connection.scalar(select(known)))


def is_ready(connection: Connection) -> bool:
    """Are the tables those of this version?"""
    return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head() -> str | None:
    folder = ScriptDirectory(migrations.__path__[0])
    return folder.get_current_head()


def _once(connection: Connection, table: Table, id: str, **row: object) -> None:
    if not connection.scalar(select(exists().where(table.c.id == id))):
        connection.execute(insert(table).values(id=id, **row))
