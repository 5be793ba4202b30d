"""Server-sent events: a page that is open hears that it should look again. No words in them."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from desk import guard, sessions
from desk.kit import DESK, WORKER
from desk.routes import Page
from desk.streams import STREAMS, Stream

BEAT = 25.0  # seconds between two signs of life
LOOK = 25.0  # seconds after which we look whether the session still lasts
APART = 1.0  # seconds between two messages: a flood of changes is one look again a second


async def stream(request: web.Request) -> web.StreamResponse:
    """Says "changed" until the session ends, the page closes or the server stops."""
    worker, streams = request[WORKER], request.app[STREAMS]
    services = frozenset(request.app[DESK].services_of(worker))
    page = streams.open(request, worker.id, services)
    if page is None:
        return web.Response(status=204)  # a browser does not ask again
    response = EventSourceResponse(ping_interval=BEAT)
    response.headers.update(guard.HEADERS)
    try:
        with contextlib.suppress(ConnectionError, TimeoutError):
            await response.prepare(request)
            async with response:
                await _tell(page, response)
    finally:
        streams.close(page)
    return response


async def _tell(page: Stream, response: EventSourceResponse) -> None:
    while not page.gone and not page.request.app[STREAMS].ended:
        news = await _news(page)
        if not await _signed_in(page.request):
            await response.send("changed")  # the page looks, and is led to the door
            return
        if news and not page.request.app[STREAMS].ended:
            await response.send("changed")
            await asyncio.sleep(APART)


async def _news(page: Stream) -> bool:
    """Wait for news, for a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK):
            await page.news.wait()
    news = page.news.is_set()
    page.news.clear()
    return news


async def _signed_in(request: web.Request) -> bool:
    """Does the session last? Looking is no use of it."""
    desk, token = request.app[DESK], sessions.token_of(request)
    now = desk.clock.now()
    found = await desk.store.read(lambda connection: sessions.find(connection, token, now))
    return found is not None and found[0].id == request[WORKER].id


PAGES = (Page("GET", "/events", "read", stream, quiet=True),)
