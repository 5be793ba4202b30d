"""Search: one intake by reference or by whole number. What is sought stands in no address."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from desk import changes, searching
from desk.kit import DESK, WORKER
from desk.looks import BY_A_SEARCH
from desk.pages import page
from desk.routes import Page


async def show(request: web.Request) -> web.Response:
    return page(request, "search.html", nothing=False)


async def search(request: web.Request) -> web.Response:
    """Opens what is found, noted as a look first. Nothing found and nothing shared with us are
    one answer, so that a number tells nobody whether somebody wrote."""
    desk, worker = request.app[DESK], request[WORKER]
    sought = str((await request.post()).get("sought", ""))
    services = desk.services_of(worker)
    head = await desk.store.read(
        lambda c: searching.find(c, desk.store.keys, services, sought),
    )
    if head is None:
        return page(request, "search.html", nothing=True)
    now = desk.clock.now(head.service)
    note = partial(changes.look, worker=worker.id, purpose=BY_A_SEARCH, now=now)
    await desk.store.write(lambda connection: note(connection, [head.id]))
    raise web.HTTPSeeOther(f"/desk/intake/{head.key}")


PAGES = (
    Page("GET", "/search", "read", show),
    Page("POST", "/search", "read", search),
)
