"""Words were queued: a process that serves the web wakes those that send, by LISTEN and NOTIFY.

Rung after the commit and apart from it: PostgreSQL takes transactions that notify one at a time.
A ring that gets lost costs a second, no more: senders look at the queue by themselves too.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from sqlalchemy import Connection, text

from bot.conversation.channel import Away
from store.leases import PULSE, Beside

CHANNEL = "ownpace_queued"
APART = 0.05  # seconds between two rings: many commits wake the others once
_NOTIFY = text("SELECT pg_notify(:channel, :who)")
Read = Callable[[Callable[[Connection], None]], Awaitable[None]]
log = logging.getLogger("ownpace.store")


class Bell:
    """Rings in the other processes on this database, and hears them ring."""

    def __init__(self) -> None:
        self._rung, self._own = asyncio.Event(), secrets.token_hex(8)

    def ring(self) -> None:
        """There may be words to send. Costs nothing here; `run` passes it on."""
        self._rung.set()

    async def run(self, connect: Beside, read: Read, heard: Callable[[], None]) -> None:
        """Pass rings on, and call `heard` for those of others, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pass_on(read))
            both.create_task(self._listen(connect, heard))

    async def _pass_on(self, read: Read) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            try:
                await read(self._notify)
            except Away:
                log.info("the others were not woken: the database is away")
            await asyncio.sleep(APART)

    def _notify(self, connection: Connection) -> None:
        connection.execute(_NOTIFY, {"channel": CHANNEL, "who": self._own})
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
        async for note in connection.notifies():
            if note.payload != self._own:
                heard()
