"""The ways to a worker: e-mail, and a duty phone by the service's own SMS or Telegram.

It is no conversation: nothing of it stands in the queue of what goes to people, and what comes of
it is written down by whoever sends (`store.nudges`, `store.duty`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from bot.conversation.channel import Channel, Outgoing, SendError
from bot.mailing import Mail

SECONDS = 25.0  # the longest that one call may take


class Words(NamedTuple):
    """What a worker gets: the subject is for e-mail alone."""

    subject: str
    text: str


class Reaching:
    """`channels` are the real ones by account; the rehearsal phone reaches no worker."""

    def __init__(self, mail: Mail | None, channels: Mapping[str, Channel]) -> None:
        self._mail = mail
        self._channels = {c.traits.name: (account, c) for account, c in channels.items()}

    @property
    def kinds(self) -> frozenset[str]:
        """The ways that there are: email, sms, telegram."""
        return frozenset([*self._channels, *(["email"] if self._mail else [])])

    async def send(self, id: str, kind: str, address: str, words: Words) -> None:
        """Send this over that way; `id` is our id of it. Raises `SendError`."""
        if kind not in self.kinds:
            raise SendError("refused", "no such way")
        try:
            async with asyncio.timeout(SECONDS):
                await self._send(id, kind, address, words)
        except TimeoutError:
            raise SendError("unclear", "timeout") from None

    async def _send(self, id: str, kind: str, address: str, words: Words) -> None:
        if kind == "email" and self._mail:
            await self._mail.send(address, *words)
            return
        account, channel = self._channels[kind]
        await channel.send(Outgoing(id, account, address, words.text))
