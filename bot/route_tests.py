"""Testing the ways to workers: a link goes out, and whoever gets it opens it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.conversation.channel import SendError
from bot.reaching import Reaching, Words
from store import duty
from store.session import Store

log = logging.getLogger("ownpace.nudging")


class Tests:
    """Sends tests. `words` makes the text from the token of its link."""

    def __init__(
        self,
        store: Store,
        reaching: Reaching,
        now: Callable[[], datetime],
        words: Callable[[str], Words],
    ) -> None:
        self._store, self._reaching, self._now, self._words = store, reaching, now, words

    @property
    def kinds(self) -> frozenset[str]:
        """The ways that there are: email, sms, telegram."""
        return self._reaching.kinds

    async def send(self, service: str, worker: str, kind: str) -> str:
        """Send one; returns a code where it could not be sent. Raises `Away`."""
        now, keys = self._now(), self._store.keys
        known = await self._store.read(lambda c: duty.addresses(c, keys, [worker]))
        address = known.get(worker, {}).get(kind, "")
        id, token = await self._store.write(
            lambda c: duty.begin_test(c, service, worker, kind, now)
        )
        try:
            await self._reaching.send(id, kind, address, self._words(token))
        except SendError as error:
            log.warning("route test %s by %s: %s", id, kind, error)
            code = error.code or error.trouble
            await self._store.write(lambda c: duty.test_failed(c, id, code))
            return code
        return ""
