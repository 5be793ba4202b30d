"""The list: who is waiting, and what a person asked for that can't wait."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from desk import changes, queries
from desk.freshness import answer, live
from desk.intake import address
from desk.kit import DESK, WORKER
from desk.pages import page
from desk.queries import Head
from desk.waiting_list import Waiting, card, read

ASKED = "asked for by the person"


async def to_list(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/desk/")


async def show(request: web.Request) -> web.Response:
    _, frame = await _frame(request)
    return page(request, "waiting.html", live=frame)


async def refresh(request: web.Request) -> web.Response:
    return answer(request, *await _frame(request))


async def _frame(request: web.Request) -> tuple[str, Markup]:
    desk = request.app[DESK]
    waiting: Waiting = await desk.store.read(lambda connection: read(connection, desk))
    return live(request, "/desk/now", "_waiting.html", waiting=waiting)


async def show_asked(request: web.Request) -> web.Response:
    """How to reach somebody who asked for it; noted as a look before it is shown."""
    desk, worker = request.app[DESK], request[WORKER]
    asked, head = await _asked(request)
    now = desk.clock.now(head.service)
    await desk.store.write(lambda c: changes.look(c, head.id, worker.id, ASKED, now))
    shown = await desk.store.read(lambda connection: card(connection, desk, head))
    number = "" if head.gone else address(desk.store.keys, head)
    return page(request, "asked.html", asked=asked, card=shown, number=number)


async def answer_asked(request: web.Request) -> web.Response:
    """A worker has seen to it: the line leaves the list."""
    desk = request.app[DESK]
    asked, head = await _asked(request)
    now = desk.clock.now(head.service)
    await desk.store.write(lambda connection: changes.answer_asked(connection, asked.id, now))
    raise web.HTTPSeeOther("/desk/")


async def _asked(request: web.Request) -> tuple[queries.Wish, Head]:
    desk, key = request.app[DESK], request.match_info["key"]
    asked = await desk.store.read(lambda connection: queries.wish(connection, key))
    head = (
        await desk.store.read(lambda connection: queries.find(connection, asked.conversation))
        if asked
        else None
    )
    if asked is None or head is None or head.service not in desk.services:
        raise web.HTTPNotFound
    return asked, head
