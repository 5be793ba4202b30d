"""A job that only one of several processes may do: whoever holds its lease does it.

On PostgreSQL a lease is an advisory lock of a session of its own. It ends with its process, however
that ends, and another takes over within some seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from store.locks import NAMES, number

PULSE = 1.0  # seconds between two tries to have it, or two looks whether we have it still
Beside = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]  # a connection of its own
Job = Callable[[], Awaitable[None]]
log = logging.getLogger("ownpace.store")


async def alone(connect: Beside, name: str, job: Job) -> None:
    """Do `job` while this process holds the lease `name`, and no other does; wait for it first.

    Where the lease is lost, with its connection, the job is cancelled and begins anew once we have
    it again. Returns, or raises, what the job does.
    """
    while True:
        try:
            async with await connect() as connection:
                await _take(connection, name)
                log.info("%s: done by this process", name)
                return await _while_held(connection, job)
        except psycopg.Error as error:
            log.warning("%s: the lease can't be held (%s)", name, type(error).__name__)
        await asyncio.sleep(PULSE)


async def _take(connection: psycopg.AsyncConnection[Any], name: str) -> None:
    # Asked again and again: a statement that waits for long keeps the server from tidying up.
    while True:
        lock = (NAMES, number(name))
        found = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        if (await found.fetchone() or (False,))[0]:
            return
        await asyncio.sleep(PULSE)


async def _while_held(connection: psycopg.AsyncConnection[Any], job: Job) -> None:
    work = asyncio.ensure_future(job())
    try:
        while not work.done():
            await asyncio.wait((work,), timeout=PULSE)
            await connection.execute("SELECT 1")
    finally:
        work.cancel()
        await asyncio.wait((work,))
    return work.result()
