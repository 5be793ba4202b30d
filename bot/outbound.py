"""A message goes out: a queued row -> its channel, in order for each person, tried again.

A look at the queue begins what may go, in one transaction; each row then has a task of its own,
so that one person's trouble is never another's. No transaction is open during a call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from bot import metrics
from bot.backing_off import LONGEST_WAIT, wait
from bot.clock import Clock
from bot.conversation.channel import Away, Channel, Envelope, Outgoing, Receipt, SendError
from bot.conversation.model import Delivered, Failed
from bot.queueing import Busy, Queue, Waking, at_any_hour
from store import late, moving, outbox
from store.session import Store

CALL = 20.0  # seconds that one call to a channel may take
GAP = 6.0  # seconds between two SMS to one person while there is no delivery news of the first
GIVE_UP = timedelta(hours=4)  # GOV.UK Notify's limit for SMS
AWAY = 1.0  # seconds before asking a database that is away again
LAST_CALLS = 5.0  # seconds that calls under way have to end when we stop
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
        waking: Waking = at_any_hour,
    ) -> None:
        self._store, self._channels, self._inbox, self._clock = store, channels, inbox, clock
        self._call, self._away = call, away
        self._queue = Queue(store.keys, channels, clock, timedelta(seconds=gap), waking)
        self._looking = asyncio.Lock()
        # By account and contact; a row begun and not here was cut short.
        self._serving: dict[str, dict[str, asyncio.Task[None]]] = {name: {} for name in channels}
        self._calls: dict[tuple[str, str], asyncio.Task[None]] = {}  # by account and address

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

    async def recorded(self, account: str, address: str) -> None:
        """Until what is being sent to this address at this moment is sent, and noted."""
        if task := self._calls.get((account, address)):
            await asyncio.wait([task])

    async def again(self, event: Delivered | Failed, ref: str, seconds: float | None) -> bool:
        """Is this news of what was sent as `ref` dealt with here? It is where the message goes out
        once more, `seconds` from now, or where that was done before. Raises `Away`."""
        if under_way := [t for t in self._tasks() if t.get_name() == event.message]:
            await asyncio.wait(under_way)  # its sending is not recorded yet
        arrived = isinstance(event, Delivered) and event.stage == "delivered"
        old = partial(late.is_old_news, event=event, ref=ref)
        if not arrived and await self._store.read(old):
            return True
        if not isinstance(event, Failed) or seconds is None:
            return False
        until = self._clock.now() + timedelta(seconds=seconds)
        more = partial(late.once_more, event=event, ref=ref, until=until)
        return await self._store.write(more)

    # --- Looking at the queue ------------------------------------------------------------------

    async def _look(self) -> float:
        """Start what may go. Seconds until the next look, should nothing wake us before."""
        try:
            await self._start()
            return await self._store.read(partial(self._queue.pause, self._busy()))
        except Exception as error:  # `Away`, or one of ours: nothing may end the sending
            log.warning("the queue can't be looked at: %s", type(error).__name__)
            return self._away

    async def _start(self) -> int:
        # To its end, also where we are stopped meanwhile: what is begun has to be tried.
        return await asyncio.shield(asyncio.create_task(self._begin()))

    async def _begin(self) -> int:
        async with self._looking:
            busy = self._busy()
            if not await self._store.read(partial(self._queue.anything, busy)):
                return 0  # an idle look costs no write
            rows = await self._store.write(partial(self._queue.begin, busy))
            for row in rows:
                serving = self._serving[row.out.account]
                task = asyncio.create_task(self._serve(row), name=row.out.message)
                serving[row.contact] = task
                self._calls[row.out.account, row.out.address] = task
            return len(rows)

    def _busy(self) -> Busy:
        return {account: frozenset(tasks) for account, tasks in self._serving.items()}

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for tasks in self._serving.values() for task in tasks.values()]

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
            self._calls.pop((row.out.account, row.out.address), None)
            self._inbox.queued.set()

    @metrics.sent
    async def _hand_over(self, row: outbox.Row) -> str | None:
        """The provider's id of the message; None where it must not go any more."""
        channel = self._channels[row.out.account]
        if row.out.begun_at is not None:
            found = await self._find(channel, row)
            if found is not None or not await self._still_goes(row):
                return found
        try:
            return await self._within(channel.send(row.out))
        except SendError as error:
            if error.trouble != "moved":
                raise
            return await self._within(channel.send(await self._moved(row, error)))

    async def _still_goes(self, row: outbox.Row) -> bool:
        """The look took a while, and they may have written STOP; or it is late, and waits now."""
        message, attempt = row.out.message, row.out.attempt
        if row.waits is not None:
            anew = partial(outbox.queue_anew, message=message, attempt=attempt, until=row.waits)
            await self._patiently(lambda: self._store.write(anew))
        may_go = partial(outbox.may_go, message=message, attempt=attempt)
        return await self._patiently(lambda: self._store.read(may_go))

    async def _moved(self, row: outbox.Row, error: SendError) -> Outgoing:
        """The same words to the contact's new address."""
        keys, contact, address = self._store.keys, row.contact, error.address
        move = partial(moving.move, keys=keys, contact=contact, address=address)
        if not await self._patiently(lambda: self._store.write(move)):
            raise SendError("give_up", error.code) from None
        return replace(row.out, address=address)

    @metrics.looked_up
    async def _find(self, channel: Channel, row: outbox.Row) -> str | None:
        try:
            found = await self._within(channel.find(row.out))
        except SendError as error:
            # Whatever kept us from looking: we still do not know.
            raise SendError("unclear", error.code, error.retry_after) from None
        another = partial(late.is_another, message=row.out.message, ref=found or "")
        known: bool = await self._patiently(lambda: self._store.read(another))
        return None if known else found

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
            case "give_up" | "moved":
                await self._tell(row, Failed(message, "unreachable", error.code))
            case trouble if tired or trouble == "refused":
                await self._tell(row, Failed(message, "failed", error.code))
            case _:
                await self._again(row, error, now)

    async def _again(self, row: outbox.Row, error: SendError, now: datetime) -> None:
        pause = max(wait(row.out.message, row.out.attempt), error.retry_after)
        pause = max(pause, LONGEST_WAIT) if error.trouble == "alarm" else pause
        later = partial(
            outbox.postpone,
            message=row.out.message,
            attempt=row.out.attempt,
            until=now + timedelta(seconds=pause),
            # Once unclear, always unclear: a try that failed says nothing of those before it.
            unclear=error.trouble == "unclear" or row.out.begun_at is not None,
        )
        await self._patiently(lambda: self._store.write(later))
        if error.trouble == "unclear":
            # Whoever answers it has read it.
            tried = Envelope(Delivered(row.out.message, "tried"), now)
            await self._patiently(lambda: self._inbox.receive(tried))

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
        async with self._looking:
            tasks = self._tasks()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=LAST_CALLS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
