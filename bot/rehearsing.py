"""The rehearsal: made-up phones on the practice service, whose clock can be put forward."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial

from aiohttp import web

from bot import worlds
from bot.channels import rehearsal_page
from bot.channels.rehearsal import RehearsalChannel
from bot.clock import Clock
from bot.conversation import segments
from bot.conversation.channel import Account
from bot.conversation.service import Service
from bot.housekeeping import Housekeeper
from bot.inbound import Inbox
from store import installation
from store.session import Store

TRAVEL = 0.4  # seconds that a message is on its way: one sees it arrive


class Rehearsal:
    """The phones of these accounts, which all belong to one practice service."""

    def __init__(
        self,
        service: Service,
        accounts: Iterable[Account],
        store: Store,
        inbox: Inbox,
        clock: Clock,
        housekeeper: Housekeeper,
    ) -> None:
        self._service, self._store, self._inbox = service, store, inbox
        self._clock, self._housekeeper = clock, housekeeper
        self.channels = {account.id: self._channel(account) for account in accounts}

    def page(self, desk_link: Callable[[], Awaitable[str]]) -> web.Application:
        """The application to mount at `/rehearse`. `desk_link` gives an address of the desk."""
        return rehearsal_page.build(
            list(self.channels.values()),
            put_forward=self._put_forward,
            desk_link=desk_link,
            languages=worlds.own_names(self._service.languages),
            service=self._service.text_name,
            zone=self._service.hours.zone.key,
        )

    def _channel(self, account: Account) -> RehearsalChannel:
        return RehearsalChannel(
            account.traits,
            self._inbox.receive,
            partial(self._clock.now, self._service.id),
            parts=_parts if account.traits.segments else None,
            taken=partial(self._taken, account.id),
            travel=TRAVEL,
        )

    async def _taken(self, account: str, address: str) -> bool:
        keys = self._store.keys
        known = partial(installation.is_known, keys=keys, account=account, address=address)
        return await self._store.read(known)

    async def _put_forward(self, span: timedelta) -> None:
        """Time passes: what falls due happens, and is sent."""
        save = partial(installation.put_forward, service=self._service.id, span=span)
        await self._store.write(save)
        self._clock.put_forward(self._service.id, span)
        await self._housekeeper.sweep()
        self._inbox.queued.set()


def _parts(text: str) -> int:
    return segments.count(text).parts
