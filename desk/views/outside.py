"""What another case system was to be told and was not: for leads and admins. No word of anybody."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy import Connection

from desk import audit
from desk.kit import DESK, WORKER, Service
from desk.pages import page
from desk.routes import KEY, Page
from store import outside

HOME = "/desk/outside"


async def show(request: web.Request) -> web.Response:
    desk, services = request.app[DESK], _services(request)
    lost = await desk.store.read(lambda c: outside.given_up(c, list(services)))
    return page(request, "outside.html", lost=lost, services=services, now=desk.clock.now())


async def again(request: web.Request) -> web.Response:
    """One more try, written down: somebody else's system may take it as new."""
    desk, worker, services = request.app[DESK], request[WORKER], list(_services(request))
    key = request.match_info["key"]

    def work(connection: Connection) -> bool:
        now = desk.clock.now()
        if not outside.try_again(connection, key, services, now):
            return False
        audit.note(connection, desk.store.keys, worker.id, "outside.again", key, now)
        return True

    if not await desk.store.write(work):
        raise web.HTTPNotFound
    raise web.HTTPSeeOther(HOME)


def _services(request: web.Request) -> Mapping[str, Service]:
    """The real services that this worker runs: an admin all, a lead their own."""
    desk, worker = request.app[DESK], request[WORKER]
    real = {id: one for id, one in desk.services.items() if not one.practice}
    return {i: s for i, s in real.items() if worker.role == "admin" or i in worker.services}


PAGES = (
    Page("GET", "/outside", "accounts", show),
    Page("POST", f"/outside/{KEY}/again", "accounts", again),
)
