"""Telegram as a way in: the webhook, and polling where there is no public address."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import random
import re
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime

from aiohttp import web
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.channels.telegram import TelegramChannel, wait_asked
from bot.channels.telegram_updates import Reading, read
from bot.channels.web import read_body
from bot.conversation.channel import Away, Receive

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # what setWebhook allows
LIMIT = 256 * 1024  # bytes
ANSWER_SECONDS = 4.0  # Telegram hears within five seconds that the database is away
RETRY_AFTER = "5"  # seconds
LONGEST_WAIT = 60.0  # seconds

Park = Callable[[str, str], Awaitable[None]]  # (account, what could not be read)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)


def webhook(
    channel: TelegramChannel,
    secret: str,
    receive: Receive,
    park: Park,
    seconds: float = ANSWER_SECONDS,
) -> Handler:
    """The handler of POST /channels/telegram.

    403 without the right secret; 413 over the limit; 503 where nothing can be stored within
    `seconds`; for all else 200, since an error would hold up that person's words for a day.
    Raises ValueError for a secret that setWebhook would refuse.
    """
    if not SECRET.fullmatch(secret):
        raise ValueError("the webhook secret is 1 to 256 of A-Z a-z 0-9 _ -")
    taker = _Taker(channel, receive, park)

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _knows(request, secret):
            return web.Response(status=403)
        body = await _body(request)
        try:
            await _within(seconds, taker.take_raw(body))
        except Away:
            return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})
        return web.Response()

    return handle


async def poll(
    channel: TelegramChannel, receive: Receive, park: Park, *, wait: float = 1.0, hold: int = 25
) -> None:
    """Fetch updates until cancelled, each kept by Telegram until it is received or parked.

    `wait` is the first pause after trouble, `hold` the time Telegram may wait for something to
    tell; both in seconds.
    """
    taker, patience = _Taker(channel, receive, park), _Patience(wait)
    await _insist(channel.delete_webhook, patience)
    offset = 0
    while True:
        try:
            updates = await channel.updates(offset, hold)
        except TelegramError as error:
            await patience.after(error)
            continue
        known = [number for update in updates if (number := _update_id(update)) is not None]
        for update in updates:
            await _take_surely(taker, update, patience)
        # With none left Telegram holds nothing back; ids may start anywhere after a quiet week.
        offset = known[-1] + 1 if known else 0
        if updates and not known:
            await patience.after(None)
        else:
            patience.over()


async def announce(channel: TelegramChannel, url: str, secret: str, *, wait: float = 1.0) -> None:
    """Set the webhook, however long it takes to reach Telegram."""
    await _insist(lambda: channel.set_webhook(url, secret), _Patience(wait))


class _Taker:
    """Hands updates over: what can be read to `receive`, what can't to `park`."""

    def __init__(self, channel: TelegramChannel, receive: Receive, park: Park) -> None:
        self._channel = channel
        self._receive = receive
        self._park = park

    async def take_raw(self, body: bytes) -> None:
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            # RecursionError: very deep nesting; it is not a ValueError in Python 3.11.
            await self._set_aside(body.decode("utf-8", "backslashreplace"))
        else:
            await self.take(update, body.decode("utf-8", "backslashreplace"))

    async def take(self, update: object, raw: str) -> None:
        """Returns when the update is received or parked; raises `Away` when it is neither."""
        try:
            await self._act(read(update, self._channel.account, datetime.now(UTC)))
        except Away:
            raise
        except Exception as error:
            # Whatever is wrong with this one, the ones behind it must not wait for it.
            logger.warning("telegram: an update was set aside (%s)", type(error).__name__)
            await self._set_aside(raw)

    async def _act(self, reading: Reading) -> None:
        if reading.press:
            self._channel.answer(reading.press)
        if reading.leave is not None:
            self._channel.leave(reading.leave)
        if reading.envelope:
            await self._receive(reading.envelope)
            if reading.press:
                self._channel.unbutton(reading.press)

    async def _set_aside(self, raw: str) -> None:
        try:
            await self._park(self._channel.account, raw)
        except Exception as error:
            # Nothing holds it now but Telegram, so Telegram has to keep it.
            raise Away(type(error).__name__) from None


class _Patience:
    """Pauses that grow while a trouble lasts; the log says so once at its begin and its end."""

    def __init__(self, first: float) -> None:
        self._first = first
        self._times = 0

    async def after(self, error: Exception | None) -> None:
        if not self._times:
            what = "another poller or a webhook" if isinstance(error, Conflict) else ""
            logger.warning("telegram: waiting (%s) %s", type(error).__name__, what)
        pause = min(self._first * 2**self._times, LONGEST_WAIT)
        self._times = min(self._times + 1, 10)
        asked = wait_asked(error) if isinstance(error, RetryAfter) else 0.0
        await asyncio.sleep(max(pause * random.uniform(0.75, 1.25), asked))  # noqa: S311

    def over(self) -> None:
        if self._times:
            logger.warning("telegram: going on")
        self._times = 0


async def _insist(call: Callable[[], Coroutine[None, None, None]], patience: _Patience) -> None:
    while True:
        try:
            await call()
        except TelegramError as error:
            await patience.after(error)
        else:
            return patience.over()


async def _take_surely(taker: _Taker, update: object, patience: _Patience) -> None:
    while True:
        try:
            return await taker.take(update, json.dumps(update))
        except Away as error:
            await patience.after(error)


async def _within(seconds: float, work: Coroutine[None, None, None]) -> None:
    """Wait for the work, but only so long; then raise `Away` and let it come to its end.

    What it had begun may still be stored: then the repeated update is known as a copy.
    """
    task = asyncio.create_task(work)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(task)
    except TimeoutError:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise Away("too slow") from None


async def _body(request: web.Request) -> bytes:
    try:
        return await read_body(request, LIMIT)
    except web.HTTPBadRequest:
        return b"(a body that could not be unpacked)"


def _knows(request: web.Request, secret: str) -> bool:
    given = request.headers.getall(SECRET_HEADER, [])
    right = secret.encode()
    return len(given) == 1 and hmac.compare_digest(given[0].encode("utf-8", "replace"), right)


def _update_id(update: object) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int else None
