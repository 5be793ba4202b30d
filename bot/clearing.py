"""What is to be removed from a chat, or a provider's log, message by message: done here.

Rows of `to_clear` wait until it is done, or until the provider lets nobody do it any more (on
Telegram 48 hours after a message was written). To ask twice does no harm, so whatever stops us in
between, it is asked again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot import metrics
from bot.backing_off import wait
from bot.clock import Clock
from bot.conversation.channel import Account, Away, SendError
from bot.trouble import where
from store import at_providers, clearing
from store.clearing import Wanted
from store.session import Store
from store.tables import to_clear

PULSE = 5.0  # seconds between looks: somebody may stand beside the phone
AT_ONCE = 20  # rows
log = logging.getLogger("ownpace.clearing")


class Provider(Protocol):
    """Where one account's messages stand."""

    async def clear(self, address: str, refs: Sequence[str]) -> None:
        """Remove these messages of a chat; one that is not there is no fault. Raises `SendError`;
        `refused`: one of them may not be removed, and none may have been."""


class Clearing:
    """Removes what is due from the chats of one account, by the clock of its service."""

    def __init__(
        self,
        store: Store,
        account: Account,
        provider: Provider,
        clock: Clock,
        *,
        pulse: float = PULSE,
    ) -> None:
        self._store, self._account, self._provider = store, account.id, provider
        self._now, self._pulse = partial(clock.now, account.service), pulse
        self._kind = metrics.kind(account.id)
        self._asked_to_wait: datetime | None = None

    async def run(self) -> None:
        """Remove until cancelled."""
        while True:
            try:
                await self.look()
            except Away:
                log.warning("the database is away; what is to be removed waits")
            await asyncio.sleep(self._pulse)

    async def look(self) -> None:
        """Everything that is due, a chat after the other; what can't be removed any more is given
        up. Raises `Away`."""
        now = self._now()
        if self._asked_to_wait and now < self._asked_to_wait:
            return
        self._asked_to_wait = None
        ended = partial(clearing.drop_ended, account=self._account, now=now)
        if await self._store.read(partial(clearing.any_ended, account=self._account, now=now)):
            self._count("too_late", await self._store.write(ended))
        due = partial(clearing.due, keys=self._store.keys, account=self._account, now=now)
        for wanted in await self._store.read(partial(due, most=AT_ONCE)):
            if self._asked_to_wait:
                return
            await self._one(wanted, now)

    async def _one(self, wanted: Wanted, now: datetime) -> None:
        refs = [ref.id for ref in wanted.refs if ref.until is None or now < ref.until]
        self._count("too_late", len(wanted.refs) - len(refs))
        try:
            await self._clear(wanted.address, refs)
        except SendError as error:
            if error.trouble != "give_up":  # no such chat any more
                await self._again(wanted, str(error), error.retry_after)
                return
        except Exception as error:
            await self._again(wanted, where(error), 0.0)
            return
        await self._store.write(partial(at_providers.done, waits=to_clear, id=wanted.id))

    async def _clear(self, address: str, refs: Sequence[str]) -> None:
        """All of these; where one is refused, all but that."""
        if not refs:
            return
        try:
            await self._provider.clear(address, refs)
        except SendError as error:
            if error.trouble != "refused":
                raise
            if len(refs) == 1:
                self._count("refused", 1)
                return
            half = len(refs) // 2
            await self._clear(address, refs[:half])
            await self._clear(address, refs[half:])
        else:
            self._count("removed", len(refs))

    async def _again(self, wanted: Wanted, code: str, asked: float) -> None:
        self._count("failed", 1)
        log.warning("removal %s waits, try %d: %s", wanted.id, wanted.attempts + 1, code)
        pause = max(wait(wanted.id, wanted.attempts + 1), asked)
        again = self._now() + timedelta(seconds=pause)
        if asked:  # it is the whole account that should be quiet
            self._asked_to_wait = self._now() + timedelta(seconds=asked)
        failed = partial(
            at_providers.failed, waits=to_clear, id=wanted.id, code=code, again_at=again
        )
        await self._store.write(failed)

    def _count(self, outcome: str, many: int) -> None:
        metrics.CLEARED.labels(self._kind, outcome).inc(many)
