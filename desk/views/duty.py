"""Who is on duty: who is told that somebody waits, in which order, and whether it reaches them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, select

from desk import audit
from desk.kit import DESK, WORKER
from desk.pages import page
from desk.roles import CARING
from desk.routes import ANYONE, KEY, ONE_TIME, Page
from store import duty
from store import tables as t

HOME = "/desk/duty"
MAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{4,18}")
KINDS = ("email", "sms", "telegram")


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """Put somebody on the list, or change where they are reached."""
    service, form = await _service(request), await request.post()
    worker = str(form.get("worker", ""))
    email = str(form.get("email", "")).strip()
    phone = re.sub(r"[\s().-]", "", str(form.get("phone", "")))
    if worker not in await _workers(request, service):
        raise web.HTTPNotFound
    if not (email or phone):
        return await _page(request, 400, wrong="none")
    if (email and not MAIL.fullmatch(email)) or (phone and not PHONE.fullmatch(phone)):
        return await _page(request, 400, wrong="form")
    keys = request.app[DESK].store.keys

    def work(connection: Connection) -> None:
        duty.set_addresses(connection, keys, worker, email, phone)
        duty.add(connection, service, worker)

    return await _change(request, service, worker, "duty.add", work)


async def remove(request: web.Request) -> web.Response:
    service, worker = await _service(request), request.match_info["key"]
    return await _change(
        request, service, worker, "duty.remove", lambda c: duty.remove(c, service, worker)
    )


async def move_up(request: web.Request) -> web.Response:
    service, worker = await _service(request), request.match_info["key"]
    return await _change(
        request, service, worker, "duty.up", lambda c: duty.move_up(c, service, worker)
    )


async def test(request: web.Request) -> web.Response:
    """Send a test over one way; it counts once whoever gets it has opened the link in it."""
    service, worker = await _service(request), request.match_info["key"]
    kind = str((await request.post()).get("kind", ""))
    routes = request.app[DESK].routes
    if routes is None or kind not in KINDS:
        raise web.HTTPNotFound
    if worker not in await request.app[DESK].store.read(lambda c: duty.on_duty(c, service)):
        raise web.HTTPNotFound
    failed = await routes.send(service, worker, kind)
    return await _page(request, 502 if failed else 200, tested="failed" if failed else "sent")


# --- The link in a test: for whoever got it, signed in or not ------------------------------------


async def ask(request: web.Request) -> web.Response:
    """A button: programs that look at links before people do press none."""
    desk, token = request.app[DESK], request.match_info["token"]
    open_ = await desk.store.read(lambda c: duty.is_open(c, token, desk.clock.now()))
    return page(request, "reached.html", 200 if open_ else 404, state="ask" if open_ else "over")


async def answer(request: web.Request) -> web.Response:
    desk, token = request.app[DESK], request.match_info["token"]
    done = await desk.store.write(lambda c: duty.answer(c, token, desk.clock.now()))
    return page(request, "reached.html", 200 if done else 404, state="done" if done else "over")


# -------------------------------------------------------------------------------------------------


def _services(request: web.Request) -> Mapping[str, Any]:
    """The real services that this worker runs: an admin all, a lead their own."""
    desk, worker = request.app[DESK], request[WORKER]
    real = {id: one for id, one in desk.services.items() if not one.practice}
    return {i: s for i, s in real.items() if worker.role == "admin" or i in worker.services}


async def _service(request: web.Request) -> str:
    id = str((await request.post()).get("service", ""))
    if id not in _services(request):
        raise web.HTTPNotFound
    return id


async def _workers(request: web.Request, service: str) -> dict[str, str]:
    """Who can be on duty for this service: those who see its people."""
    w, m = t.worker.c, t.membership.c
    query = select(w.id, w.name).join(t.membership, m.worker == w.id).order_by(w.name)
    query = query.where(m.service == service, w.closed_at.is_(None), w.role.in_(CARING))
    rows = await request.app[DESK].store.read(lambda c: c.execute(query).all())
    return {row.id: row.name for row in rows}


async def _change(
    request: web.Request,
    service: str,
    worker: str,
    what: str,
    work: Callable[[Connection], object],
) -> web.Response:
    desk, by = request.app[DESK], request[WORKER]

    def change(connection: Connection) -> None:
        work(connection)
        now, about = desk.clock.now(), f"{service} {worker}"
        audit.note(connection, desk.store.keys, by.id, what, about, now)

    await desk.store.write(change)
    raise web.HTTPSeeOther(HOME)


async def _page(
    request: web.Request, status: int = 200, wrong: str = "", tested: str = ""
) -> web.Response:
    desk = request.app[DESK]
    services = [await _listed(request, id, one) for id, one in _services(request).items()]
    kinds = desk.routes.kinds if desk.routes else frozenset()
    values = {"services": services, "now": desk.clock.now(), "kinds": kinds}
    return page(request, "duty.html", status, wrong=wrong, tested=tested, **values)


async def _listed(request: web.Request, id: str, service: Any) -> dict[str, Any]:
    keys, now = request.app[DESK].store.keys, request.app[DESK].clock.now()

    def look(connection: Connection) -> tuple[list[str], list[duty.Route]]:
        return duty.on_duty(connection, id), duty.routes(connection, keys, id)

    order, routes = await request.app[DESK].store.read(look)
    names = await _workers(request, id)
    listed = [
        {"id": w, "name": names.get(w, "?"), "routes": [r for r in routes if r.worker == w]}
        for w in order
    ]
    reached = any(route.good(now) for route in routes)
    about = {"id": id, "name": service.name, "zone": service.hours.zone}
    return {**about, "listed": listed, "workers": names, "reached": reached}


PAGES = (
    Page("GET", "/duty", "accounts", show),
    Page("POST", "/duty", "accounts", add),
    Page("POST", f"/duty/{KEY}/remove", "accounts", remove),
    Page("POST", f"/duty/{KEY}/up", "accounts", move_up),
    Page("POST", f"/duty/{KEY}/test", "accounts", test),
    Page("GET", f"/reached/{ONE_TIME}", ANYONE, ask),
    Page("POST", f"/reached/{ONE_TIME}", ANYONE, answer),
)
