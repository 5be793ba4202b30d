"""The worlds of the services, each with whether a time may be told to people at this moment.

That hangs on whether a way to a worker was tested of late, which changes while we serve.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from bot.clock import Clock
from bot.conversation.channel import Away
from bot.conversation.model import World
from store import duty
from store.session import Store

PULSE = 5.0  # seconds; a test that was answered counts by then
log = logging.getLogger("ownpace.nudged")


class Nudged(Mapping[str, World]):
    """By service; practice is always as its settings say."""

    def __init__(self, worlds: Mapping[str, World], store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._now = dict(worlds)
        # Made once: what is cached for a world stays good.
        self._other = {id: _as(world, not world.service.nudged) for id, world in worlds.items()}

    def __getitem__(self, service: str) -> World:
        return self._now[service]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(PULSE)
            try:
                await self.refresh()
            except Away:
                log.warning("the database is away; what may be promised stays as it was")
            except Exception as error:
                log.error("whether workers are reached can't be read: %s", type(error).__name__)

    async def refresh(self) -> None:
        """Look now. Raises `Away`."""
        for id in [id for id, world in self._now.items() if not world.service.practice]:
            now = self._clock.now(id)
            look = partial(duty.is_reached, keys=self._store.keys, service=id, now=now)
            if await self._store.read(look) != self._now[id].service.nudged:
                self._now[id], self._other[id] = self._other[id], self._now[id]
                log.info("%s: a time is %s to people", id, "told" if self._told(id) else "not told")

    def _told(self, service: str) -> bool:
        return self._now[service].service.nudged


def _as(world: World, nudged: bool) -> World:
    return replace(world, service=replace(world.service, nudged=nudged))
