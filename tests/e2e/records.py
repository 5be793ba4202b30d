"""What a house has stored, in SQLite or PostgreSQL, looked at from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cached_property

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from store import engines, keyring
from store.sealing import Keys
from store.session import Store

SECRET = "a master key for the end-to-end tests, and only for them"
TINY = 0.02  # seconds
MAY_GO = "outgoing.state IN ('new', 'begun') AND contact.state = 'open'"
TO_SAY = f"FROM outgoing JOIN contact ON contact.id = outgoing.contact WHERE {MAY_GO}"


class Records:
    """The database at `url`. Counting is possible while the product runs on it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def keys(self) -> Keys:
        """Its keys, as the database knows them, once there is one."""
        keys = Keys(SECRET.encode())
        with suppress(SQLAlchemyError), self._looking.connect() as connection:
            keyring.learn(connection, keys)
        return keys

    def open(self) -> Opened:
        """The store, opened with its key."""
        return Opened(Store.open(self.url, self.keys))

    def count(self, rows: str) -> int:
        """How many rows there are. `rows` is what follows a count in SQL."""
        return int(str(self.look(f"SELECT count(*) {rows}")[0][0]))

    def look(self, query: str) -> list[tuple[object, ...]]:
        """What this query finds."""
        with self._looking.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def change(self, statement: str) -> None:
        """Change what is stored. While the product does not run."""
        engine = create_engine(engines.address(self.url), poolclass=NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def in_order(self) -> dict[str, list[str]]:
        """The messages queued for each contact, by id, in the order that they are to go."""
        found: dict[str, list[str]] = {}
        order = "SELECT contact, message FROM outgoing ORDER BY contact, sequence"
        for contact, message in self.look(order):
            found.setdefault(str(contact), []).append(str(message))
        return found

    def sound(self) -> None:
        """The database finds no fault in its own pages."""
        if self.is_sqlite:
            assert self.look("PRAGMA integrity_check") == [("ok",)]
            assert self.look("PRAGMA foreign_key_check") == []

    @cached_property
    def _looking(self) -> Engine:
        path = self.url.removeprefix("sqlite:///")
        url = f"sqlite:///file:{path}?mode=ro&uri=true" if self.is_sqlite else self.url
        return create_engine(engines.address(url), poolclass=NullPool)


class Opened:
    """A store that closes itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close_sync()


async def until(
    probe: Callable[[], bool | Awaitable[bool]],
    within: float,
    tell: Callable[[], str],
    pause: float = TINY,
) -> None:
    """Until `probe` is true, asked again after each `pause`; after `within` seconds it fails with
    what `tell` says."""
    try:
        async with asyncio.timeout(within):
            while True:
                found = probe()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(pause)
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s:\n{tell()}") from None
