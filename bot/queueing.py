"""A look at the queue: what may go now is begun, in one transaction; and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.backing_off import wait
from bot.clock import Clock
from bot.conversation.channel import Channel
from bot.conversation.model import Conversation
from store import late, locks, outbox
from store.sealing import Keys

AT_ONCE = 16  # calls at the same time on one account; a slow provider holds up no other
LOOK = 1.0  # seconds between looks at most: gaps end, a practice clock is put forward
# Seconds until another process takes a row that this one began: longer than a look-up and two
# calls of 20 (`outbound.CALL`), or it would go out a second time while the first is under way.
ELSEWHERE = 65.0
Busy = Mapping[str, Collection[str]]  # by account, the contacts that something is being sent to
# (service, conversation, time): when we may next write to this person unasked.
Waking = Callable[[str, Conversation, datetime], datetime]


def at_any_hour(service: str, conversation: Conversation, at: datetime) -> datetime:
    """Nobody is asleep."""
    return at


class Queue:
    """What waits for these accounts. With segments, `gap` stands between two messages."""

    def __init__(
        self,
        keys: Keys,
        channels: Mapping[str, Channel],
        clock: Clock,
        gap: timedelta,
        waking: Waking,
    ) -> None:
        self._keys, self._channels, self._clock = keys, channels, clock
        self._gap, self._waking = gap, waking

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

    def anything(self, busy: Busy, connection: Connection) -> bool:
        """Is there anything that may go now?"""
        return any(outbox.is_due(connection, look) for look in self._looks(connection, busy))

    def begin(self, busy: Busy, connection: Connection) -> list[outbox.Row]:
        """Begin what may go now; to be committed before anything is called."""
        begun = []
        for look in self._looks(connection, busy):
            rows = self._fitting(connection, look)
            for row in rows:
                lease = wait(row.out.message, row.out.attempt)
                lease = max(lease, ELSEWHERE) if locks.is_shared(connection) else lease
                until = timedelta(seconds=lease)
                outbox.begin(connection, row.out.message, look.now, until)
            begun += rows
        return begun

    def _fitting(self, connection: Connection, look: outbox.Look) -> list[outbox.Row]:
        rows = outbox.due(connection, self._keys, look)
        if not rows:
            return []
        service = rows[0].service
        log = self._channels[look.account].traits.log

        def waking(conversation: Conversation) -> datetime:
            return self._waking(service, conversation, look.now)

        return late.fitting(connection, self._keys, rows, look.now, waking, log=log)

    def pause(self, busy: Busy, connection: Connection) -> float:
        """Seconds until the next look, should nothing wake us before."""
        looks = self._looks(connection, busy)
        times = [(outbox.next_at(connection, look), look.now) for look in looks]
        return min([LOOK, *((at - now).total_seconds() for at, now in times if at)])
