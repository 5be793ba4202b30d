"""Something was stored: a process wakes the senders and the desks of the others, by LISTEN and
NOTIFY, and the desks of its own.

Rung after the commit and apart from it: PostgreSQL takes transactions that notify one at a time.
A ring that gets lost costs a second, no more: senders look at the queue by themselves too, and
desks every half a minute.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from bot.conversation.channel import Away
from store.leases import PULSE, Beside

CHANNEL = "ownpace_queued"
APART = 0.05  # seconds between two rings: many commits wake the others once
_NOTIFY = text("SELECT pg_notify(:channel, :who)")
MOST = 7000  # bytes of a ring; PostgreSQL takes 8000
Whose = frozenset[str]  # the services concerned; empty: perhaps any
Read = Callable[[Callable[[Connection], None]], Awaitable[None]]
log = logging.getLogger("ownpace.store")


class Bell:
    """Rings in the other processes on this database, and hears them ring."""

    def __init__(self) -> None:
        self._rung, self._own = asyncio.Event(), secrets.token_hex(8)
        self._whose: Whose | None = None  # of the rings that `run` has still to pass on
        self.desks: set[Callable[[Whose], None]] = set()

    def ring(self, whose: Whose = frozenset()) -> None:
        """There may be words to send, or news for desks. `run` tells the other processes."""
        both = whose and (self._whose is None or self._whose)
        self._whose = whose | (self._whose or frozenset()) if both else frozenset()
        self._rung.set()
        self._tell(whose)

    def _tell(self, whose: Whose) -> None:
        for desk in tuple(self.desks):
            desk(whose)

    async def run(self, connect: Beside, read: Read, heard: Callable[[], None]) -> None:
        """Pass rings on, and call `heard` for those of others, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pass_on(read))
            both.create_task(self._listen(connect, heard))

    async def _pass_on(self, read: Read) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            whose, self._whose = self._whose or frozenset(), None
            try:
                await read(partial(self._notify, whose=whose))
            except Away:
                log.info("the others were not woken: the database is away")
            await asyncio.sleep(APART)

    def _notify(self, connection: Connection, whose: Whose) -> None:
        words = " ".join([self._own, *sorted(whose)])
        said = words if len(words.encode()) <= MOST else self._own
        connection.execute(_NOTIFY, {"channel": CHANNEL, "who": said})
        connection.commit()

    async def _listen(self, connect: Beside, heard: Callable[[], None]) -> None:
        while True:
            try:
                async with await connect() as connection:
                    await self._hear(connection, heard)
            except psycopg.Error as error:
                log.warning("other processes are not heard: %s", type(error).__name__)
            await asyncio.sleep(PULSE)

    async def _hear(
        self, connection: psycopg.AsyncConnection[Any], heard: Callable[[], None]
    ) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        heard()  # what was rung for while nobody listened
        self._tell(frozenset())
        async for note in connection.notifies():
            who, *whose = note.payload.split()
            if who != self._own:
                heard()
                self._tell(frozenset(whose))
