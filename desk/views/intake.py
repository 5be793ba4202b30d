"""One intake: noted who looks, then shown."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import Connection

from desk import changes, holding, queries
from desk.freshness import answer, live
from desk.intake import Intake, read
from desk.kit import DESK, WORKER, Desk
from desk.pages import page
from desk.queries import Head
from desk.routes import KEY, Page

READING = "reading a hand-over"
REHEARSING = "watching a rehearsal"


async def show(request: web.Request) -> web.Response:
    """Somebody opens it: what the person was promised is kept now."""
    head, desk = await _head(request), request.app[DESK]
    if head.reference and not head.gone:
        now = desk.clock.now(head.service)
        await desk.store.write(lambda connection: changes.keep_promise(connection, head.id, now))
    return await _page(request, head)


async def refresh(request: web.Request) -> web.Response:
    """The same, for a page that is open already. One left open reads nothing for anybody."""
    try:
        head = await _head(request)
    except web.HTTPNotFound:
        # It was taken back: the open page must not go on showing it.
        here = request.path.removesuffix("/now")
        raise web.HTTPNotFound(headers={"HX-Redirect": here}) from None
    mark, frame = _frame(request, head, await _values(request, head))
    return answer(request, mark, frame)


async def pick_up(request: web.Request) -> web.Response:
    """Take it on; one worker wins, and another who was a moment later is told who has it."""
    head, desk, worker = await _head(request), request.app[DESK], request[WORKER]
    if head.reference is None or head.gone:
        raise web.HTTPNotFound
    now = desk.clock.now(head.service)
    mine = await desk.store.write(lambda c: holding.pick_up(c, head.id, worker.id, now))
    if mine:
        raise web.HTTPSeeOther(f"/desk/intake/{head.key}")
    return await _page(request, await _head(request), status=409, late=True)


async def _head(request: web.Request) -> Head:
    """The intake of this address. One that was not shared is not there, except in practice."""
    desk, key = request.app[DESK], request.match_info["key"]
    services = desk.services_of(request[WORKER])
    head = await desk.store.read(lambda c: queries.find(c, key, list(services)))
    if head is None or not (head.reference or services[head.service].practice):
        raise web.HTTPNotFound
    if head.gone and not head.reference:
        raise web.HTTPNotFound
    return head


async def _page(
    request: web.Request, head: Head, status: int = 200, late: bool = False
) -> web.Response:
    values = await _values(request, head)
    _, frame = _frame(request, head, values)
    return page(request, "intake.html", status, late=late, live=frame, **values)


def _frame(request: web.Request, head: Head, values: dict[str, Any]) -> tuple[str, Markup]:
    name = "_intake.html" if values["intake"] else "_erased.html"
    return live(request, f"/desk/intake/{head.key}/now", name, **values)


async def _values(request: web.Request, head: Head) -> dict[str, Any]:
    """What the templates need. The look is stored before a word is opened."""
    desk, service = request.app[DESK], request.app[DESK].services[head.service]
    now, worker = desk.clock.now(head.service), request[WORKER]
    intake = None
    if not head.gone:
        await _note_look(desk, head, worker.id, now)
        intake = await _read(desk, head)
        head = intake.head
    zone = service.hours.zone
    return {"head": head, "intake": intake, "service": service, "zone": zone, "now": now}


async def _note_look(desk: Desk, head: Head, worker: str, now: datetime) -> None:
    purpose = READING if head.reference else REHEARSING
    since = now - changes.LOOK_AGAIN
    known = partial(changes.looked, worker=worker, purpose=purpose, since=since)
    if not await desk.store.read(lambda connection: known(connection, [head.id])):
        note = partial(changes.look, worker=worker, purpose=purpose, now=now)
        await desk.store.write(lambda connection: note(connection, [head.id]))


async def _read(desk: Desk, head: Head) -> Intake:
    def work(connection: Connection) -> Intake:
        # Perhaps it was picked up by now, or taken back.
        present = queries.find(connection, head.key, [head.service])
        if present is None:
            raise web.HTTPNotFound
        return read(connection, desk.store.keys, desk.flows, present)

    return await desk.store.read(work)


PAGES = (
    Page("GET", f"/intake/{KEY}", "read", show),
    Page("GET", f"/intake/{KEY}/now", "read", refresh, quiet=True),
    Page("POST", f"/intake/{KEY}/pick-up", "take", pick_up),
)
