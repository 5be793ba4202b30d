"""Whoever answers us has read us: their words wait until ours on their way are recorded.

A provider has a message before we have noted that it has; somebody quick (or a button) may have
answered by then. Only then does an OK meet an explanation that counts as sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.conversation.channel import Envelope, Receipt
from bot.conversation.model import Wrote

BRIEF = 0.5  # seconds; a provider that keeps us waiting longer has not handed it over yet


class Inbox(Protocol):
    """The one way in."""

    async def receive(self, envelope: Envelope) -> Receipt: ...


class InOrder:
    """The way in for channels. `recorded` waits for what is being sent to an address."""

    def __init__(self, inbox: Inbox, recorded: Callable[[str, str], Awaitable[None]]) -> None:
        self._inbox, self._recorded = inbox, recorded

    async def receive(self, envelope: Envelope) -> Receipt:
        """As the inbox, at most `BRIEF` later."""
        if isinstance(envelope.event, Wrote) and envelope.address:
            try:
                async with asyncio.timeout(BRIEF):
                    await self._recorded(envelope.account, envelope.address)
            except TimeoutError:
                pass
        return await self._inbox.receive(envelope)
