"""What people wrote while we were away: read back from the provider's log, and taken once.

After every start, after every outage, and every few minutes: a web hook that never reached us
leaves no other trace. The same provider ids refuse what was taken by web hook. A mark in the
database says how far the log was read, by the provider's own clock.

Order: until the log was read after a start or an outage, new words wait for it, a moment at most
(the provider waits for our answer). If the log can't be read in that moment, new words are taken
first; what the log brings later keeps its own order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot import metrics
from bot.backing_off import wait
from bot.channels.sms_log import Written
from bot.clock import Clock
from bot.conversation.channel import Away, Envelope, Receipt, SendError
from bot.conversation.model import Wrote
from bot.trouble import where
from store import marks
from store.session import Store

EVERY = 240.0  # seconds between readings while all is well
OVERLAP = timedelta(minutes=10)  # read again at each: the log may lag, and clocks differ
FIRST, AFTERWARDS = 3.0, 0.5  # seconds that new words wait for older ones: at a start, later
AWAY_AT_MOST = 30.0  # seconds between tries while it is the database that is away
# What is as new is left to its web hook, which may be under way, unless we were away.
UNDER_WAY = timedelta(seconds=30)
AT_ONCE = 100  # messages; those of one person keep their order among them
log = logging.getLogger("ownpace.catching_up")


class Log(Protocol):
    """A provider's log of what came in to one account."""

    account: str

    async def since(self, since: datetime) -> list[Written]: ...

    async def whole(self, written: Written) -> Envelope: ...


class Inbox(Protocol):
    """The one way in."""

    async def receive(self, envelope: Envelope) -> Receipt: ...


class CatchingUp:
    """Reads one account's log back. `run` must be running where web hooks come to `receive`.

    `keep` is how long ids of what was taken are known at least; nothing older is read. `gone`
    gives when addresses (by keyed hash, hex) were erased last: after a backup is put back, the
    log must not bring those people back.
    """

    def __init__(
        self,
        store: Store,
        provider: Log,
        inbox: Inbox,
        clock: Clock,
        *,
        keep: timedelta,
        gone: Callable[[], Mapping[str, datetime]] = dict,
        first: float = FIRST,
        every: float = EVERY,
    ) -> None:
        self._store, self._log, self._inbox, self._clock = store, provider, inbox, clock
        self._keep, self._gone, self._began = keep, gone, clock.now()
        self._patience, self._every = first, every
        self._wake, self._level = asyncio.Event(), asyncio.Event()
        self._away = self._well = False  # well: no hook was lost since the log was read
        self._tries = 0

    async def receive(self, envelope: Envelope) -> Receipt:
        """As the inbox, for web hooks; what is older and still in the log goes first."""
        if isinstance(envelope.event, Wrote) and not self._level.is_set():
            await self._older_first()
        try:
            return await self._inbox.receive(envelope)
        except Away:
            # These words are now in the log only.
            self._away, self._well = True, False
            self._level.clear()
            self._wake.set()
            raise

    async def _older_first(self) -> None:
        if self._away:
            self._wake.set()  # it may be back
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._level.wait()

    async def run(self) -> None:
        """Read the log until cancelled: at once, after outages, every few minutes."""
        while True:
            self._wake.clear()
            pause = await self._try()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _try(self) -> float:
        """Read the log once. Seconds until the next time."""
        try:
            await self.once()
        except Exception as error:
            self._tries += 1
            self._away, self._well = isinstance(error, Away), False
            if not self._away:
                self._go_on()  # whoever writes now can't wait for that
            what = str(error) if isinstance(error, Away | SendError) else where(error)
            log.warning("the log of what came in can't be read, try %d: %s", self._tries, what)
            asked = error.retry_after if isinstance(error, SendError) else 0.0
            pause = max(wait(self._log.account, self._tries), asked)
            return min(pause, AWAY_AT_MOST) if self._away else pause
        if self._tries:
            log.warning("the log of what came in is read again, after %d tries", self._tries)
        self._tries, self._away, self._well = 0, False, True
        self._go_on()
        return self._every

    def _go_on(self) -> None:
        self._patience = AFTERWARDS
        self._level.set()

    async def once(self) -> int:
        """Read the log from a little before the mark; how many messages were taken from it.

        The very first reading only sets the mark: what was written before we were there is not
        for us. Raises `Away`, `SendError`.
        """
        account, now = self._log.account, self._clock.now()
        mark = await self._store.read(partial(marks.read_to, account=account))
        if mark is None:
            # Ahead by the overlap, which must not reach back to before.
            await self._put(now.replace(microsecond=0) + OVERLAP)
            return 0
        found = await self._log.since(max(mark - OVERLAP, now - self._keep))
        if self._well:
            found = [written for written in found if written.at <= now - UNDER_WAY]
        missed = await self._missed(found)
        for start in range(0, len(missed), AT_ONCE):
            await self._take(missed[start : start + AT_ONCE])
        newest = max((written.at for written in found), default=mark)
        if newest > mark:
            await self._put(newest)
        metrics.read_back(account, len(missed))
        if missed:
            log.warning("messages that no web hook brought: %d, taken from the log", len(missed))
        return len(missed)

    async def _put(self, mark: datetime) -> None:
        put = partial(marks.put, account=self._log.account, mark=mark)
        await self._store.write(put)

    async def _missed(self, found: Sequence[Written]) -> list[Written]:
        """What was never taken, nor written by somebody who had it all erased since."""
        account, keys, gone = self._log.account, self._store.keys, self._gone()
        copies = [(account, written.sid) for written in found]
        unseen = await self._store.read(partial(marks.unseen, keys=keys, copies=copies))

        def is_erased(written: Written) -> bool:
            erased_at = gone.get(keys.lookup(account, written.address).hex())
            return erased_at is not None and written.at <= erased_at

        return [w for w in found if (account, w.sid) in unseen and not is_erased(w)]

    async def _take(self, missed: Sequence[Written]) -> None:
        """Take these, in order for each person: they share commits as web hooks do."""
        envelopes = [await self._log.whole(written) for written in missed]
        taken = await asyncio.gather(
            *(self._inbox.receive(envelope) for envelope in envelopes), return_exceptions=True
        )
        for error in taken:
            if isinstance(error, BaseException):
                raise error
