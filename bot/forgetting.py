"""What is erased is deleted from the provider's log, too: all messages with that number.

Rows of `to_forget` wait until it is done, however long that takes; the doctor says when it is long.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot import metrics
from bot.backing_off import wait
from bot.clock import Clock
from bot.conversation.channel import Away, SendError
from bot.trouble import where
from store import at_providers, provider_logs
from store.provider_logs import Wanted
from store.session import Store
from store.tables import to_forget

PULSE = 20.0  # seconds between looks
AT_ONCE = 20  # people
log = logging.getLogger("ownpace.forgetting")


class Log(Protocol):
    """A provider's log of one account."""

    account: str

    async def of(self, address: str, until: datetime) -> list[str]: ...

    async def delete(self, sid: str) -> None: ...


class Forgetting:
    """Deletes from one account's log what is due."""

    def __init__(self, store: Store, provider: Log, clock: Clock, *, pulse: float = PULSE) -> None:
        self._store, self._log, self._clock, self._pulse = store, provider, clock, pulse

    async def run(self) -> None:
        """Delete until cancelled."""
        while True:
            try:
                await self.look()
            except Away:
                log.warning("the database is away; the provider's log waits")
            await asyncio.sleep(self._pulse)

    async def look(self) -> None:
        """Everything that is due, a person after the other. Raises `Away`."""
        account, now = self._log.account, self._clock.now()
        due = partial(provider_logs.due, keys=self._store.keys, account=account, now=now)
        for wanted in await self._store.read(partial(due, most=AT_ONCE)):
            try:
                await self._forget(wanted)
            except Away:
                raise
            except Exception as error:
                await self._again(wanted, error)

    async def _forget(self, wanted: Wanted) -> None:
        counted = metrics.FORGOTTEN.labels(metrics.kind(wanted.account), "deleted")
        for sid in await self._log.of(wanted.address, wanted.until):
            await self._log.delete(sid)
            counted.inc()
        await self._store.write(partial(at_providers.done, waits=to_forget, id=wanted.id))

    async def _again(self, wanted: Wanted, error: Exception) -> None:
        metrics.FORGOTTEN.labels(metrics.kind(wanted.account), "failed").inc()
        told = isinstance(error, SendError)
        code = str(error) if told else where(error)
        log.warning("deletion %s waits, try %d: %s", wanted.id, wanted.attempts + 1, code)
        again = self._clock.now() + timedelta(seconds=wait(wanted.id, wanted.attempts + 1))
        failed = partial(
            at_providers.failed, waits=to_forget, id=wanted.id, code=code, again_at=again
        )
        await self._store.write(failed)
