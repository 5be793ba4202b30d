"""A sender with two recording channels, and people to write to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update

from bot.conversation.channel import SMS
from bot.outbound import Sender
from bot.queueing import Waking, at_any_hour
from store import tables as t
from store.session import Store
from tests.recording import (
    SMS_ACCOUNT,
    TELEGRAM_ACCOUNT,
    NotingInbox,
    RecordingChannel,
    Someone,
    StillClock,
    meet,
    say,
)


class Post:
    """A post office: `sender`, its channels `telegram` and `sms`, and what came of it."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.inbox = store, StillClock(), NotingInbox(store)
        self.telegram = RecordingChannel()
        self.sms = RecordingChannel(SMS, has_log=True)
        self.sender = self.start()

    def start(self, call: float = 20.0, waking: Waking = at_any_hour) -> Sender:
        channels = {TELEGRAM_ACCOUNT: self.telegram, SMS_ACCOUNT: self.sms}
        more: dict[str, Any] = {"call": call, "away": 0.001, "waking": waking}
        self.sender = Sender(self.store, channels, self.inbox, self.clock, **more)
        return self.sender

    async def meet(self, address: str, account: str = TELEGRAM_ACCOUNT) -> Someone:
        return await self.store.write(lambda c: meet(c, self.store.keys, address, account))

    async def say(self, who: Someone, *texts: str, in_seconds: float = 0) -> str:
        at = self.clock.now() + timedelta(seconds=in_seconds)
        for text in texts:
            message = await self.store.write(partial(say, who=who, text=text, not_before=at))
        return message

    async def state(self, message: str) -> str:
        query = select(t.outgoing.c.state).where(t.outgoing.c.message == message)
        return str(await self.store.read(lambda c: c.scalar(query)))

    async def close_contact(self, who: Someone, state: str = "stopped") -> None:
        change = update(t.contact).where(t.contact.c.id == who.contact).values(state=state)
        await self.store.write(lambda c: c.execute(change) and None)


async def until(happened: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until `happened()` is true, at most so long."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
