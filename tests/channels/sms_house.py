"""Our SMS routes behind a made-up public address, with the emulator of Twilio at both ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.countries import EVERYWHERE, Countries
from bot.channels.sms import SmsChannel
from bot.channels.sms_hooks import routes
from bot.conversation.channel import SMS, Account, Away, Envelope, Outgoing, Receipt
from tests.emulators.twilio import ACCOUNT, NUMBER, TOKEN, Twilio

PUBLIC = "https://ownpace.example"
PERSON = "+447700900001"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OURS = Account(f"sms:{NUMBER}", "service", SMS)
TROUBLE = "Something is wrong here & not with you. <999> is there."


@dataclass
class Heard:
    """The way in: keeps each envelope once, as the inbox does. `away`: the store is."""

    envelopes: list[Envelope] = field(default_factory=list)
    away: bool = False

    async def __call__(self, envelope: Envelope) -> Receipt:
        if self.away:
            raise Away
        known = any(e.provider_id == envelope.provider_id for e in self.envelopes)
        if envelope.provider_id and known:
            return Receipt(stored=False)
        self.envelopes.append(envelope)
        return Receipt(stored=True)


@dataclass
class House:
    twilio: Twilio
    channel: SmsChannel
    heard: Heard
    address: str
    seconds: list[float]

    @property
    def events(self) -> list[object]:
        return [envelope.event for envelope in self.heard.envelopes]


@asynccontextmanager
async def sms_house(
    sender: str = NUMBER, seconds: float = 5.0, countries: Countries = EVERYWHERE
) -> AsyncIterator[House]:
    heard, clock = Heard(), [0.0]
    async with Twilio(sender) as twilio:
        channel = channel_to(twilio, seconds, countries=countries)
        app = web.Application()
        app.add_routes(routes(channel, heard, lambda: NOW, TROUBLE, lambda: clock[0]))
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        address = str(server.make_url("")).rstrip("/")
        twilio.reach(PUBLIC, address)
        yield House(twilio, channel, heard, address, clock)
        await channel.close()
        await twilio.settled()
        await server.close()


def channel_to(
    twilio: Twilio,
    seconds: float = 5.0,
    tokens: tuple[str, ...] = (TOKEN,),
    countries: Countries = EVERYWHERE,
) -> SmsChannel:
    return SmsChannel(
        account=OURS,
        account_sid=ACCOUNT,
        auth_tokens=tokens,
        sender=twilio.sender,
        public_url=f"{PUBLIC}/",
        api_base=twilio.base_url,
        seconds=seconds,
        countries=countries,
    )


def outgoing(text: str = "Hello. This is a computer.", address: str = PERSON) -> Outgoing:
    return Outgoing("0123abc", OURS.id, address, text, begun_at=datetime.now(UTC))
