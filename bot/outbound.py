"""A message goes out: a queued row -> its channel, in order for each person, tried again.

A look at the queue begins what may go, in one transaction; each row then has a task of its own,
so that one person's trouble is never another's. No transaction is open during a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from bot.clock import Clock
from bot.conversation.channel import Away, Channel, Envelope, Receipt, SendError
from bot.conversation.model import Delivered, Failed
from store import outbox
from store.session import Store

AT_ONCE = 16  # calls at the same time on one account; a slow provider holds up no other
CALL = 20.0  # seconds that one call to a channel may take
GAP = 6.0  # seconds between two SMS to one person while there is no delivery news of the first
FIRST_WAIT, LAST_WAIT, LONGEST_WAIT = 5.0, 240.0, 300.0  # seconds, see `_wait`
GIVE_UP = timedelta(hours=4)  # GOV.UK Notify's limit for SMS
LOOK = 1.0  # seconds between looks at most: gaps end, a practice clock is put forward
AWAY = 1.0  # seconds before asking a database that is away again
LAST_CALLS = 5.0  # seconds that calls under way have to end when we stop
Busy = Mapping[str, Collection[str]]
T = TypeVar("T")
log = logging.getLogger("ownpace.outbound")


class Inbox(Protocol):
    """The way in wakes the sender, and hears from it what became of a message."""

    queued: asyncio.Event

    async def receive(self, envelope: Envelope) -> Receipt: ...


class Sender:
    """Sends what is queued for the accounts of `channels`. Times are in seconds."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        inbox: Inbox,
        clock: Clock,
        *,
        gap: float = GAP,
        call: float = CALL,
        away: float = AWAY,
    ) -> None:
        self._store, self._channels, self._inbox, self._clock = store, channels, inbox, clock
        self._gap, self._call, self._away = timedelta(seconds=gap), call, away
        self._looking = asyncio.Lock()
        # By account and contact; a row begun and not here was cut short.
        self._serving: dict[str, dict[str, asyncio.Task[None]]] = {name: {} for name in channels}

    async def run(self) -> None:
        """Send until cancelled; calls under way then have a few seconds to end."""
        try:
            while True:
                self._inbox.queued.clear()  # before the look: it may miss what is queued now
                pause = await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._inbox.queued.wait()
        finally:
            await self._end()

    async def sweep(self) -> int:
        """Send what may go now, one row a contact, and wait for it. How many rows there were."""
        started = await self._start()
        await asyncio.gather(*self._tasks())
        return started

    # --- Looking at the queue ------------------------------------------------------------------

    async def _look(self) -> float:
        """Start what may go. Seconds until the next look, should nothing wake us before."""
        try:
            await self._start()
            return await self._store.read(partial(self._pause, self._busy()))
        except Exception as error:  # `Away`, or one of ours: nothing may end the sending
            log.warning("the queue can't be looked at: %s", type(error).__name__)
            return self._away

    async def _start(self) -> int:
        async with self._looking:
            busy = self._busy()
            if not await self._store.read(partial(self._anything, busy)):
                return 0  # an idle look costs no write
            rows = await self._store.write(partial(self._begin, busy))
            for row in rows:
                serving = self._serving[row.out.account]
                serving[row.contact] = asyncio.create_task(self._serve(row))
            return len(rows)

    def _busy(self) -> Busy:
        return {account: frozenset(tasks) for account, tasks in self._serving.items()}

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for tasks in self._serving.values() for task in tasks.values()]

    def _looks(self, connection: Connection, busy: Busy) -> list[outbox.Look]:
        return [
            outbox.Look(
                account,
                self._clock.now(service),
                self._gap if self._channels[account].traits.segments else None,
                busy[account],
                AT_ONCE - len(busy[account]),
            )
            for account, service in outbox.services(connection, busy).items()
            if len(busy[account]) < AT_ONCE
        ]

    def _anything(self, busy: Busy, connection: Connection) -> bool:
        return any(outbox.is_due(connection, look) for look in self._looks(connection, busy))

    def _begin(self, busy: Busy, connection: Connection) -> list[outbox.Row]:
        begun = []
        for look in self._looks(connection, busy):
            rows = outbox.due(connection, self._store.keys, look)
            for row in rows:
                lease = timedelta(seconds=_wait(row.out.message, row.out.attempt))
                outbox.begin(connection, row.out.message, look.now, lease)
            begun += rows
        return begun

    def _pause(self, busy: Busy, connection: Connection) -> float:
        looks = self._looks(connection, busy)
        times = [(outbox.next_at(connection, look), look.now) for look in looks]
        return min([LOOK, *((at - now).total_seconds() for at, now in times if at)])

    # --- Serving one row -----------------------------------------------------------------------

    async def _serve(self, row: outbox.Row) -> None:
        try:
            reference = await self._hand_over(row)
            if reference is not None:
                await self._tell(row, Delivered(row.out.message, "sent", reference))
        except SendError as error:
            await self._trouble(row, error)
        except Exception as error:
            # The row stays begun, and is tried again when its lease is over.
            log.error("message %s: %s", row.out.message, type(error).__name__)
        finally:
            del self._serving[row.out.account][row.contact]
            self._inbox.queued.set()

    async def _hand_over(self, row: outbox.Row) -> str | None:
        """The provider's id of the message; None where it must not go any more."""
        channel = self._channels[row.out.account]
        if row.out.begun_at is not None:
            found = await self._find(channel, row)
            if found is not None:
                return found
            # That took a while, and they may have written STOP.
            may_go = partial(outbox.may_go, message=row.out.message)
            if not await self._patiently(lambda: self._store.read(may_go)):
                return None
        return await self._within(channel.send(row.out))

    async def _find(self, channel: Channel, row: outbox.Row) -> str | None:
        try:
            return await self._within(channel.find(row.out))
        except SendError as error:
            # Whatever kept us from looking: we still do not know.
            raise SendError("unclear", error.code, error.retry_after) from None

    async def _within(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._call):
                return await call
        except SendError:
            raise
        except Exception as error:
            # What is not known to be "not sent" may have been sent.
            raise SendError("unclear", type(error).__name__) from None

    async def _trouble(self, row: outbox.Row, error: SendError) -> None:
        now, message = self._clock.now(row.service), row.out.message
        tired = row.since is not None and now - row.since >= GIVE_UP
        ours = error.trouble in ("alarm", "refused")  # our settings, our words
        level = logging.ERROR if ours else logging.WARNING
        log.log(level, "message %s, try %d: %s", message, row.out.attempt, error)
        match error.trouble:
            case "stopped":
                await self._tell(row, Failed(message, "stopped", error.code))
            case "give_up":
                await self._tell(row, Failed(message, "unreachable", error.code))
            case trouble if tired or trouble == "refused":
                await self._tell(row, Failed(message, "failed", error.code))
            case _:
                await self._again(row, error, now)

    async def _again(self, row: outbox.Row, error: SendError, now: datetime) -> None:
        wait = max(_wait(row.out.message, row.out.attempt), error.retry_after)
        wait = LONGEST_WAIT if error.trouble == "alarm" else wait
        later = partial(
            outbox.postpone,
            message=row.out.message,
            until=now + timedelta(seconds=wait),
            # Once unclear, always unclear: a try that failed says nothing of those before it.
            unclear=error.trouble == "unclear" or row.out.begun_at is not None,
        )
        await self._patiently(lambda: self._store.write(later))

    async def _tell(self, row: outbox.Row, event: Delivered | Failed) -> None:
        """Report to the core. What it can't take is recorded all the same: never sent twice."""
        now = self._clock.now(row.service)
        try:
            await self._patiently(lambda: self._inbox.receive(Envelope(event, now)))
        except Exception as error:
            log.error("news of message %s: %s", row.out.message, type(error).__name__)
        left = partial(outbox.unsettled, message=row.out.message)
        if await self._patiently(lambda: self._store.read(left)):
            settle = partial(outbox.settle, event=event, at=now)
            await self._patiently(lambda: self._store.write(settle))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await work()
            except Away:
                await asyncio.sleep(self._away)

    async def _end(self) -> None:
        if tasks := self._tasks():
            _, late = await asyncio.wait(tasks, timeout=LAST_CALLS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _wait(message: str, attempt: int) -> float:
    """Seconds before the next try: doubled each time, plus up to a quarter. That jitter comes from
    the id, so that rows spread and tests repeat."""
    seconds = min(FIRST_WAIT * 2.0 ** min(attempt - 1, 10), LAST_WAIT)
    share: float = zlib.crc32(f"{message}{attempt}".encode()) / 2**32
    return seconds * (1 + share * (LONGEST_WAIT / LAST_WAIT - 1))
