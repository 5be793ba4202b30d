"""What falls due: timers become events, what is past its date is erased, empty contacts go.

A timer is deleted by the batch that takes its `Due`, in the same transaction: whatever stops us
in between, it comes due once. Each service has its own clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from bot.clock import Clock
from bot.conversation.channel import Away, Envelope, Receipt
from bot.conversation.model import Due
from store import clearing, handovers, looking_back, nudges, retention, their_copies
from store.ids import new_id
from store.session import Store

PULSE = 5.0  # seconds between looks for due timers
CLEARING = 45.0  # seconds between rounds of erasing: with a pulse, well within a minute
EMPTY_FOR = timedelta(days=1)  # that long, a last confirmation can still be sent
SEEN_FOR = timedelta(days=367)  # unless said otherwise
PARKED_FOR = timedelta(days=30)  # that long, somebody can look into what we failed at
log = logging.getLogger("ownpace.housekeeping")

Look = Callable[[Connection], list[str]]
Work = Callable[[str], Callable[[Connection], None]]


class Inbox(Protocol):
    """Where timers that came due are taken to."""

    async def receive(self, envelope: Envelope) -> Receipt: ...


class Housekeeper:
    """Keeps house for these services, by id. Ids of what was taken are known for `seen_for`: longer
    than its words are kept, so that no copy of them comes in again. After a STOP at one of the
    `hardest` questions somebody looks back (`store.looking_back`). `clears`: after how long a chat
    on a phone that others read is cleared, by service."""

    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        clock: Clock,
        worlds: Collection[str],
        *,
        pulse: float = PULSE,
        seen_for: timedelta = SEEN_FOR,
        hardest: Collection[str] = (),
        clears: Mapping[str, timedelta] | None = None,
    ) -> None:
        self._store, self._inbox, self._clock = store, inbox, clock
        self._services, self._pulse, self._seen_for = list(worlds), pulse, seen_for
        self._hardest, self._clears = hardest, clears or {}
        self._ringing = asyncio.Lock()

    async def run(self) -> None:
        """Keep house until cancelled."""
        clear_at, loop = 0.0, asyncio.get_running_loop()
        while True:
            clearing = loop.time() >= clear_at
            clear_at = loop.time() + CLEARING if clearing else clear_at
            try:
                await (self.sweep() if clearing else self.ring())
            except Away:
                log.warning("the database is away; housekeeping waits")
            except Exception as error:
                log.error("housekeeping failed: %s", type(error).__name__)
            await asyncio.sleep(self._pulse)

    async def sweep(self) -> None:
        """Everything once: timers first, so that nobody's last turn is lost to erasing."""
        await self.ring()
        for service in self._services:
            await self._erase(service)
            await self._empty(service)
            await self._look_back(service)
            await self._clear_old(service)
            now = self._clock.now(service)
            await self._store.write(partial(_end_copies, service=service, now=now))
        before = self._clock.now() - PARKED_FOR
        await self._store.write(partial(retention.clear_parked, before=before))
        before = self._clock.now() - self._seen_for
        await self._store.write(partial(retention.forget_seen, before=before))
        # Also for what a person had erased in a conversation since the last time.
        await self._store.checkpoint()

    async def ring(self) -> None:
        """Every timer that came due becomes an event, once. Raises `Away`."""
        async with self._ringing:
            for service in self._services:
                now = self._clock.now(service)
                look = partial(retention.due_timers, service=service, now=now)
                due = await self._store.read(look)
                # All at once: they share commits.
                await asyncio.gather(
                    *(
                        _one(self._inbox.receive(Envelope(Due(name), now, conversation=id)), id)
                        for id, name in due
                    )
                )

    async def _erase(self, service: str) -> None:
        """Conversations past their date."""
        now, keys = self._clock.now(service), self._store.keys
        await self._each(
            partial(retention.expired, service=service, now=now),
            lambda id: partial(retention.expire, keys=keys, conversation=id, now=now),
        )

    async def _empty(self, service: str) -> None:
        now, keys = self._clock.now(service), self._store.keys
        await self._each(
            partial(retention.empty_contacts, service=service, before=now - EMPTY_FOR),
            lambda id: partial(retention.remove_contact, keys=keys, contact=id, now=now),
        )

    async def _clear_old(self, service: str) -> None:
        """Chats on phones that others may read: what is old there is to be removed."""
        now, keys, after = self._clock.now(service), self._store.keys, self._clears.get(service)
        if not after:
            return
        await self._each(
            partial(clearing.old_chats, service=service, now=now),
            lambda id: partial(clearing.older, keys=keys, conversation=id, after=after, at=now),
        )

    async def _look_back(self, service: str) -> None:
        """What went wrong, or nearly, is there to be looked back at."""
        now, hard = self._clock.now(service), self._hardest
        due = partial(looking_back.open_due, service=service, hard=hard, now=now)
        await self._store.write(due)

    async def _each(self, look: Look, work: Work) -> None:
        """All that `look` finds, some at a time, a transaction each: others may write in between.
        What could not be done is left for the next round."""
        tried: set[str] = set()
        while found := [id for id in await self._store.read(look) if id not in tried]:
            for id in found:
                await _one(self._store.write(work(id)), id)
            tried.update(found)


def _end_copies(connection: Connection, service: str, now: datetime) -> None:
    """Copies by chat that ended by themselves. Who wanted one and never opened the link has none: a
    worker is asked for it."""
    about = {"what": "copy", "at": now, "message": None, "voice": None, "due_at": None}
    unopened = their_copies.clear(connection, service, now)
    handovers.ask(connection, [{"id": new_id(), "conversation": id, **about} for id in unopened])
    nudges.make(connection, [nudges.Needed(id, service, "copy", now) for id in unopened])


async def _one(work: Awaitable[object], id: str) -> None:
    """One of many: its trouble is logged and keeps none of the others."""
    try:
        await work
    except Away:
        raise
    except Exception as error:
        log.error("housekeeping of %s failed: %s", id, type(error).__name__)
