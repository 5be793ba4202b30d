"""A product of few words for the tests of Telegram's ways in: it keeps what it is given."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_arrivals import webhook
from bot.conversation.channel import Away, Envelope, Receipt
from bot.conversation.model import Wrote
from tests.emulators.telegram import Telegram

SECRET = "loopback_secret-1"


class House:
    """Has a webhook, `receive` and `park`. `away` is how many times more the store is away;
    while `open` is not set, everything waits; `breaks` is raised for each update if set."""

    def __init__(self, tg: Telegram, answer_seconds: float = 4.0) -> None:
        self.tg = tg
        self.channel = TelegramChannel("telegram:1", tg.token, tg.base, seconds=0.5)
        self.envelopes: list[Envelope] = []
        self.parked: list[str] = []
        self.seen: set[str] = set()
        self.away = 0
        self.breaks: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        app = web.Application()
        handler = webhook(self.channel, SECRET, self.receive, self.park, answer_seconds)
        app.router.add_post("/channels/telegram", handler)
        self._server = TestServer(app)

    async def __aenter__(self) -> House:
        await self._server.start_server()
        return self

    async def __aexit__(self, *trouble: object) -> None:
        await self.channel.close()
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/channels/telegram"))

    @property
    def texts(self) -> list[str]:
        return [e.event.text for e in self.envelopes if isinstance(e.event, Wrote)]

    async def receive(self, envelope: Envelope) -> Receipt:
        await self.open.wait()
        if self.away:
            self.away -= 1
            raise Away("database")
        if self.breaks:
            raise self.breaks
        if envelope.provider_id in self.seen:
            return Receipt(stored=False)
        self.seen.add(envelope.provider_id)
        self.envelopes.append(envelope)
        self.tg.stir()
        return Receipt(stored=True)

    async def park(self, account: str, content: str) -> None:
        assert account == "telegram:1"
        content.encode()
        if self.away:
            self.away -= 1
            raise Away("database")
        self.parked.append(content)
        self.tg.stir()

    async def got(self, count: int) -> None:
        """So many updates are received or parked."""
        await self.tg.until(lambda: len(self.envelopes) + len(self.parked) >= count)

    async def post(self, body: bytes | dict[str, Any]) -> int:
        return (await self.tg.post(body)).status
