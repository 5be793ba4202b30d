"""Who works here: for those who run accounts. Every change is written into the audit."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import Connection, select

from desk import audit, queries
from desk.kit import DESK, WORKER, Desk, Worker
from desk.pages import page
from desk.roles import MAY, PRACTISING
from desk.routes import KEY, Page
from store import accounts
from store import tables as t

LONGEST_NAME = 120


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """A new account, and the link that lets its owner in."""
    desk, worker, form = request.app[DESK], request[WORKER], await request.post()
    name, role = " ".join(str(form.get("name", "")).split()), str(form.get("role", ""))
    given = [str(one) for one in form.getall("service", [])]
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return await _page(request, 400, wrong="name")
    if role not in _roles(worker) or not set(given) <= set(_services(desk, worker)):
        raise web.HTTPForbidden
    services = given or list(_services(desk, worker))
    now = desk.clock.now()

    def work(connection: Connection) -> str | None:
        if connection.scalar(select(t.worker.c.id).where(t.worker.c.name == name)):
            return None
        id = accounts.add_worker(connection, name, role, now, services)
        audit.note(connection, desk.store.keys, worker.id, "account.add", f"{id} {role}", now)
        return accounts.new_link(connection, id, now)

    link = await desk.store.write(work)
    return _link(request, name, link) if link else await _page(request, 409, wrong="taken")


async def renew(request: web.Request) -> web.Response:
    """A new link: for whoever lost phone or password. Both are taken away."""
    desk, worker, other = request.app[DESK], request[WORKER], await _other(request)
    now = desk.clock.now()

    def work(connection: Connection) -> str:
        accounts.reset(connection, other.id, now)
        audit.note(connection, desk.store.keys, worker.id, "account.link", other.id, now)
        return accounts.new_link(connection, other.id, now)

    return _link(request, other.name, await desk.store.write(work))


async def close(request: web.Request) -> web.Response:
    """Close an account: its sessions end at once. One's own stays, so that somebody is left."""
    desk, worker, other = request.app[DESK], request[WORKER], await _other(request)
    if other.id == worker.id:
        raise web.HTTPConflict
    now = desk.clock.now()

    def work(connection: Connection) -> None:
        accounts.close_worker(connection, other.id, now)
        audit.note(connection, desk.store.keys, worker.id, "account.close", other.id, now)

    await desk.store.write(work)
    raise web.HTTPSeeOther("/desk/accounts")


def _services(desk: Desk, worker: Worker) -> Sequence[str]:
    """The services that this worker may give to others: an admin all, a lead their own."""
    real = [id for id, service in desk.services.items() if not service.practice]
    return real if worker.role == "admin" else [id for id in real if id in worker.services]


def _roles(worker: Worker) -> Sequence[str]:
    """The roles that they may give: a lead none that runs all accounts."""
    return [r for r in MAY if r != PRACTISING and (worker.role == "admin" or r != "admin")]


async def _others(request: web.Request) -> list[queries.AnyRow]:
    """The accounts that this worker runs: all, or those with a service in common."""
    desk, worker = request.app[DESK], request[WORKER]
    w, m = t.worker.c, t.membership.c
    query = select(w.id, w.name, w.role, w.closed_at, w.totp_last, w.password_hash)
    query = query.where(w.role != PRACTISING).order_by(w.closed_at.is_not(None), w.name)
    if worker.role != "admin":
        shared = select(m.worker).where(m.service.in_(worker.services))
        query = query.where(w.id.in_(shared), w.role != "admin")
    return list(await desk.store.read(lambda connection: connection.execute(query).all()))


async def _other(request: web.Request) -> queries.AnyRow:
    key = request.match_info["key"]
    found = [row for row in await _others(request) if row.id == key and not row.closed_at]
    if not found:
        raise web.HTTPNotFound
    return found[0]


async def _page(request: web.Request, status: int = 200, wrong: str = "") -> web.Response:
    desk, worker = request.app[DESK], request[WORKER]
    services = {id: desk.services[id].name for id in _services(desk, worker)}
    values = {"others": await _others(request), "roles": _roles(worker), "services": services}
    return page(request, "accounts.html", status, wrong=wrong, **values)


def _link(request: web.Request, name: str, token: str) -> web.Response:
    """Shown once; what stands after the mark is sent to nobody and is in no log."""
    address = f"{request.app[DESK].base_url}/desk/sign-in#{token}"
    return page(request, "account_link.html", owner=name, address=address)


PAGES = (
    Page("GET", "/accounts", "accounts", show),
    Page("POST", "/accounts", "accounts", add, several=("service",)),
    Page("POST", f"/accounts/{KEY}/link", "accounts", renew),
    Page("POST", f"/accounts/{KEY}/close", "accounts", close),
)
