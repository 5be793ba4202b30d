"""Who is told next that somebody waits, and when: the steps of a nudge, and the sending of it.

The first of the duty list is told at once in staffed hours, or at opening; half-way to the due time
the next, and so on, at most three times round. Once it is past due, the leads are told. It ends
when somebody opens the intake.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.backing_off import wait
from bot.clock import Clock
from bot.conversation.channel import Away, SendError
from bot.conversation.service import Service
from bot.reaching import SECONDS, Reaching, Words
from store import duty, nudges
from store.nudges import NOW, Open, Try
from store.session import Store

PULSE = 5.0  # seconds between looks
LEASE = timedelta(seconds=2 * SECONDS)  # no try takes longer
ROUNDS = 3
SHORTEST = timedelta(minutes=15)  # from one step to the next
NOBODY = timedelta(hours=1)  # until we look again whether there is somebody to tell
GIVE_UP = timedelta(hours=4)
# These wait for no opening: the person asked for somebody or for today, or a worker set "Now".
URGENT = ("today", NOW, "person", "under_18", "cue", "danger")
FOR_GOOD = ("give_up", "refused", "stopped")
log = logging.getLogger("ownpace.nudging")


@dataclass(frozen=True, slots=True)
class Step:
    """Tell these workers now (perhaps nobody), and look again then; None ends it."""

    workers: Sequence[str]
    next_at: datetime | None


def plan(
    nudge: Open, on_duty: Sequence[str], leads: Sequence[str], service: Service, now: datetime
) -> Step:
    """The next step of a nudge whose time it is. `on_duty` and `leads` can be reached."""
    hours = service.hours
    due = nudge.due_at or service.read_by(nudge.made_at)
    if not nudge.step and nudge.what not in URGENT and (opens := hours.next_open(now)) > now:
        return Step((), opens)
    if nudge.what == NOW:
        return _everybody(nudge, on_duty, leads, now)
    over = nudge.step >= ROUNDS * len(on_duty) or (nudge.step > 0 and now >= due)
    if not over:
        pause = max((due - now) / 2, SHORTEST)
        return Step((on_duty[nudge.step % len(on_duty)],), hours.next_open(now + pause))
    return Step(leads, None if leads else now + NOBODY)


def _everybody(nudge: Open, on_duty: Sequence[str], leads: Sequence[str], now: datetime) -> Step:
    """What has to be done now: the first on duty and the leads at once, a little later all."""
    first = tuple(dict.fromkeys([*on_duty[:1], *leads]))
    if not nudge.step:
        return Step(first, now + SHORTEST)
    return Step(tuple(dict.fromkeys([*on_duty, *leads])), None)


class Nudging:
    """Sends nudges for these services, by id. `words` makes the text from a reference."""

    def __init__(
        self,
        store: Store,
        reaching: Reaching,
        clock: Clock,
        services: Mapping[str, Service],
        words: Callable[[str], Words],
        pulse: float = PULSE,
    ) -> None:
        self._store, self._reaching, self._clock = store, reaching, clock
        self._services, self._words, self._pulse = services, words, pulse

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                await self.sweep()
            except Away:
                log.warning("the database is away; nudges wait")
            except Exception as error:
                log.error("nudging failed: %s", type(error).__name__)
            await asyncio.sleep(self._pulse)

    async def sweep(self) -> None:
        """Take the steps that it is time for, and try what is to be sent. Raises `Away`."""
        now = self._clock.now()
        if await self._store.read(lambda connection: nudges.anything(connection, now)):
            tries = await self._store.write(lambda connection: self._begin(connection, now))
            await asyncio.gather(*(self._try(*one) for one in tries))

    def _begin(self, connection: Connection, now: datetime) -> list[tuple[Try, str]]:
        nudges.settle(connection, now)
        for nudge in nudges.due(connection, now):
            if service := self._services.get(nudge.service):
                self._step(connection, nudge, service, now)
        tries = nudges.begin(connection, now, LEASE)
        known = duty.addresses(connection, self._store.keys, {one.worker for one in tries})
        return [(one, known[one.worker].get(one.route, "")) for one in tries]

    def _step(self, connection: Connection, nudge: Open, service: Service, now: datetime) -> None:
        on_duty = duty.on_duty(connection, nudge.service)
        leads = duty.leads(connection, nudge.service)
        known = duty.addresses(connection, self._store.keys, {*on_duty, *leads})
        ways = {w: [k for k in known[w] if k in self._reaching.kinds] for w in known}
        on_duty, leads = [w for w in on_duty if ways[w]], [w for w in leads if ways[w]]
        if not (on_duty or leads):
            log.warning("nudge %s: there is nobody to tell", nudge.id)
        step = plan(nudge, on_duty, leads, service, now)
        to = [(worker, kind) for worker in step.workers for kind in ways[worker]]
        nudges.advance(connection, nudge, to, now, step.next_at)

    async def _try(self, one: Try, address: str) -> None:
        try:
            await self._reaching.send(one.id, one.route, address, self._words(one.reference))
        except SendError as error:
            log.warning("nudge %s by %s, try %d: %s", one.id, one.route, one.attempt, error)
            await self._failed(one, error)
        else:
            now = self._clock.now()
            await self._store.write(lambda connection: nudges.sent(connection, one.id, now))

    async def _failed(self, one: Try, error: SendError) -> None:
        now = self._clock.now()
        tired = error.trouble in FOR_GOOD or now - one.at >= GIVE_UP
        pause = timedelta(seconds=max(wait(one.id, one.attempt), error.retry_after))
        code, again = error.code or error.trouble, None if tired else now + pause
        await self._store.write(lambda c: nudges.failed(c, one.id, code, again))
