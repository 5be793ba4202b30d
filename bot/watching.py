"""`/metrics`: what was counted, and what the database knows at this moment.

For a program on this machine, or for whoever bears the token; none of it is about a person.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import SecretStr

from bot.channels.web import from_this_machine
from bot.clock import Clock
from bot.conversation.channel import TRAITS, Away
from bot.metrics import REGISTRY
from store import duty, figures
from store.figures import Figures, Waiting
from store.session import Store

LOOK_SECONDS = 5.0


def _gauge(name: str, what: str, *labels: str) -> Gauge:
    return Gauge(f"ownpace_{name}", what, labels, registry=REGISTRY)


UP = _gauge("database_up", "1 where the database answered this very request")
QUEUE = _gauge("queue", "Messages that could go now and wait", "channel")
QUEUE_AGE = _gauge("queue_oldest_seconds", "How long the oldest of them waits", "channel")
UNREAD = _gauge("handovers_unread", "Hand-overs that nobody has picked up")
UNREAD_AGE = _gauge("handovers_unread_oldest_seconds", "How long the oldest of them waits")
ASIDE = _gauge("set_aside", "What was set aside and not looked at", "kind")
NUDGES = _gauge("nudges_waiting", "Nudges to workers that nobody has answered")
NUDGES_FAILED = _gauge("nudges_failed", "Sendings of these that failed, to be tried again or not")
UNTESTED = _gauge("routes_untested", "Ways to workers on duty that were not tested in 7 days")


def page(store: Store, clock: Clock, token: SecretStr | None) -> Handler:
    """`/metrics`: for a program on this machine, or for whoever bears the token."""

    async def show(request: web.Request) -> web.StreamResponse:
        if not (from_this_machine(request) or _bears(request, token)):
            raise web.HTTPForbidden
        page = await _written(look, clock.now())
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def look() -> Figures:
        async with asyncio.timeout(LOOK_SECONDS):
            now = clock.now()
            UNTESTED.set(await store.read(partial(duty.all_untested, keys=store.keys, now=now)))
            return await store.read(partial(figures.read, now=now))

    return show


def _bears(request: web.Request, token: SecretStr | None) -> bool:
    given = request.headers.getall("Authorization", [])
    if token is None or len(given) != 1:
        return False
    right = f"Bearer {token.get_secret_value()}".encode()
    return hmac.compare_digest(given[0].encode("utf-8", "replace"), right)


async def _written(look: Callable[[], Awaitable[Figures]], now: datetime) -> bytes:
    """Everything, as Prometheus reads it. `look` reads the database, where it answers."""
    found = None
    with suppress(Away, TimeoutError):
        found = await look()
    UP.set(found is not None)
    if found:
        _show(found, now)
    return generate_latest(REGISTRY)


def _show(found: Figures, now: datetime) -> None:
    for channel in TRAITS:
        waiting = found.queue.get(channel, Waiting())
        QUEUE.labels(channel).set(waiting.count)
        QUEUE_AGE.labels(channel).set(_age(waiting, now))
    UNREAD.set(found.unread.count)
    UNREAD_AGE.set(_age(found.unread, now))
    NUDGES.set(found.nudges.waiting)
    NUDGES_FAILED.set(found.nudges.failed)
    ASIDE.clear()
    for what, waiting in found.parked.items():
        ASIDE.labels(what).set(waiting.count)


def _age(waiting: Waiting, now: datetime) -> float:
    return max(0.0, (now - waiting.since).total_seconds()) if waiting.since else 0.0
