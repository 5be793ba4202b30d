"""All the parts of one running process, in one place. `bot.app` makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from bot import way_in
from bot.clock import Clock
from bot.conversation.channel import Channel
from bot.housekeeping import Housekeeper
from bot.inbound import Inbox
from bot.outbound import Sender
from bot.plans import Plan
from bot.running import Job
from store.session import Store


@dataclass(slots=True)
class House:
    """All the parts. `jobs` go on while the process lives; `web` is the table of routes."""

    plan: Plan
    base_url: str
    store: Store
    clock: Clock
    inbox: Inbox
    housekeeper: Housekeeper
    web: web.Application
    channels: dict[str, Channel] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    sender: Sender = field(init=False)

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()


async def one_time_link(house: House, made: Callable[..., str]) -> str:
    """An address that signs a worker in, once, within half an hour; `made` makes its token."""
    token = await house.store.write(partial(made, at=house.clock.now()))
    return way_in.address(house.base_url, token)
