"""The list: who is waiting, and what people asked for."""

from __future__ import annotations

from functools import partial

from aiohttp import web
from markupsafe import Markup

from desk import exposure
from desk.changes import IN_THE_LIST, LIST_AGAIN, look, looked
from desk.choosing import Chosen
from desk.freshness import answer, live
from desk.kit import DESK, WORKER, Desk, Worker
from desk.pages import page
from desk.routes import SIGNED_IN, Page
from desk.waiting_list import Part, read


async def to_list(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/desk/")


async def home(request: web.Request) -> web.Response:
    """The list; for those who never read an intake, what they do instead."""
    worker = request[WORKER]
    if worker.half_way:
        raise web.HTTPSeeOther("/desk/me")
    if not worker.may("read"):
        raise web.HTTPSeeOther("/desk/accounts") if worker.may("accounts") else web.HTTPForbidden
    return await show(request)


async def show(request: web.Request) -> web.Response:
    _, frame = await _frame(request)
    desk, worker = request.app[DESK], request[WORKER]
    about = (worker.id, list(desk.services_of(worker)), desk.flows.values(), desk.clock.now())
    heavy = await desk.store.read(lambda connection: exposure.is_heavy(connection, *about))
    return page(request, "waiting.html", live=frame, heavy=heavy)


async def refresh(request: web.Request) -> web.Response:
    return answer(request, *await _frame(request))


async def _frame(request: web.Request) -> tuple[str, Markup]:
    desk, worker = request.app[DESK], request[WORKER]
    chosen = Chosen.read(request.query)
    parts = await desk.store.read(lambda connection: read(connection, desk, worker, chosen))
    for part in parts:
        await _note_looks(desk, worker, part)
    source = f"/desk/now{chosen.written}"
    return live(request, source, "_waiting.html", parts=parts, chosen=chosen)


async def _note_looks(desk: Desk, worker: Worker, part: Part) -> None:
    """Who saw a name in the list: once a worker a day, and before it is shown."""
    ids = [card.head.id for card in part.named]
    if not ids:
        return
    now = part.named[0].now
    seen = partial(looked, worker=worker.id, purpose=IN_THE_LIST, since=now - LIST_AGAIN)
    if await desk.store.read(lambda connection: seen(connection, ids)) < set(ids):
        note = partial(look, worker=worker.id, purpose=IN_THE_LIST, now=now, again=LIST_AGAIN)
        await desk.store.write(lambda connection: note(connection, ids))


PAGES = (
    Page("GET", "", "read", to_list),
    Page("GET", "/", SIGNED_IN, home),
    Page("GET", "/now", "read", refresh, quiet=True),
)
