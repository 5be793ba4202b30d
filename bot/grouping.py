"""Many envelopes, one commit: what arrives while a commit is under way shares the next one.

A quiet service gets groups of one, so that nothing waits for company.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.conversation.channel import Envelope, Receipt

AT_ONCE = 128
Take = Callable[[Sequence[Envelope]], Awaitable[Sequence[Receipt | Exception]]]
Waiting = tuple[Envelope, "asyncio.Future[Receipt]"]


class Grouping:
    """Hands groups of envelopes to `take`, one group after the other, in order of arrival."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._waiting: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def add(self, envelope: Envelope) -> Receipt:
        """Returns, or raises, what `take` did for the group that this envelope went with."""
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((envelope, receipt))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._take_all())
        return await receipt

    async def _take_all(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                receipts = await self._take([envelope for envelope, _ in group])
            except Exception as error:
                # Whoever waited behind these has waited long enough for the database.
                group += self._waiting
                self._waiting.clear()
                for _, receipt in group:
                    if not receipt.done():
                        receipt.set_exception(error)
            else:
                for (_, receipt), answer in zip(group, receipts, strict=True):
                    if receipt.done():
                        continue  # the provider has hung up
                    if isinstance(answer, Exception):
                        receipt.set_exception(answer)
                    else:
                        receipt.set_result(answer)
