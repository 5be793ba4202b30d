"""Tells another case system by its web hook: somebody shared an intake, or it is gone.

At least once, and with an `id` that stays the same, so that it can be taken once. What is posted
names a reference and a time; words go along only where the settings say so (docs/exports.md).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import aiohttp
import msgspec
from sqlalchemy import Connection

from bot.backing_off import wait
from bot.clock import Clock
from bot.conversation.channel import Away
from store import outside
from store.outside import News
from store.session import Store

PULSE = 2.0  # seconds between looks
LONGEST_CALL = 10.0  # seconds
GIVE_UP_AFTER = timedelta(days=1)
HELD = timedelta(seconds=60)  # a try that a crash cut short is tried again after that
SIGNATURE = "X-Ownpace-Signature"
SHARED, ERASED = "intake.shared", "intake.erased"
EVENTS = {"partial": SHARED, "complete": SHARED, "erased": ERASED, "expired": ERASED}
EVENTS |= {"taken_back": "intake.taken_back"}
Content = Callable[[Connection, News], Any]  # the record as plain data, None where it is gone
log = logging.getLogger("ownpace.outside")


class Hook(NamedTuple):
    """Where to post, and what to sign with; `desk` is our own address."""

    url: str
    secret: str
    desk: str

    def __repr__(self) -> str:
        return "Hook(...)"


class TellingOutside:
    """The job. `content` is called in a transaction for what goes along, if anything does."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hook: Hook,
        content: Content | None = None,
        *,
        pulse: float = PULSE,
    ) -> None:
        self._store, self._clock, self._hook = store, clock, hook
        self._content, self._pulse = content, pulse

    async def run(self) -> None:
        """Tell until cancelled."""
        # A cookie or a proxy of somebody else's has no part in this.
        timeout = aiohttp.ClientTimeout(total=LONGEST_CALL)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
            while True:
                try:
                    await self.look(session)
                except Away:
                    log.warning("the database is away; the web hook waits")
                await asyncio.sleep(self._pulse)

    async def look(self, session: aiohttp.ClientSession) -> None:
        """Everything that is due, one after the other. Raises `Away`."""
        now = self._clock.now()
        for news in await self._store.read(partial(outside.due, now=now)):
            try:
                await self._tell(session, news)
            except Away:
                raise
            except Exception as error:
                # One that can't be put together keeps none of the others.
                await self._failed(news, type(error).__name__)

    async def _tell(self, session: aiohttp.ClientSession, news: News) -> None:
        now = self._clock.now()
        body = await self._store.write(partial(self._begin, news=news, now=now))
        if body is None:
            return  # erased since we looked
        if code := await self._post(session, body, now):
            await self._failed(news, code)
            return
        log.info("web hook: %s told", news.id)
        await self._store.write(partial(outside.told, id=news.id, now=self._clock.now()))

    async def _failed(self, news: News, code: str) -> None:
        """Again later, until a day is over."""
        now = self._clock.now()
        again = now + timedelta(seconds=wait(news.id, news.attempts + 1))
        given_up = now - news.made_at >= GIVE_UP_AFTER
        log.warning("web hook: %s %s (%s)", news.id, "given up" if given_up else "waits", code)
        failed = partial(outside.failed, id=news.id, code=code)
        await self._store.write(partial(failed, again_at=None if given_up else again))

    def _begin(self, connection: Connection, news: News, now: datetime) -> bytes | None:
        if not outside.begun(connection, news.id, now + HELD):
            return None
        told = _told(news, self._hook.desk)
        if self._content and EVENTS[news.what] == SHARED:
            told["intake"] = self._content(connection, news)
        return msgspec.json.encode(told)

    async def _post(self, session: aiohttp.ClientSession, body: bytes, now: datetime) -> str:
        """What went wrong, in a word or two; empty where it was taken."""
        headers = {"Content-Type": "application/json", SIGNATURE: signed(self._hook, body, now)}
        try:
            # A redirect would take what is signed for one place to another.
            async with session.post(
                self._hook.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return "" if 200 <= answer.status < 300 else f"http {answer.status}"
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return type(error).__name__


def signed(hook: Hook, body: bytes, now: datetime) -> str:
    """`t` is the time in seconds, `v1` the HMAC-SHA256 (hex) of `t`, a full stop and the body."""
    t = str(int(now.timestamp()))
    mac = hmac.new(hook.secret.encode(), t.encode() + b"." + body, "sha256")
    return f"t={t},v1={mac.hexdigest()}"


def _told(news: News, desk: str) -> dict[str, Any]:
    return {
        "id": news.id,
        "event": EVENTS[news.what],
        "reference": news.reference,
        "kind": news.what,
        "at": news.made_at,
        "due_at": news.due_at,
        "url": f"{desk}/desk/intake/{news.reference}",
    }
