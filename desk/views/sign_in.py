"""In by name, password and second factor, or by a link that works once; out at once.

The link's token stands after `#`, which browsers send to nobody: it is in no log. A small script
moves it into the form; without scripts one pastes it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from desk import sessions
from desk.entering import Knock, by_password
from desk.kit import DESK, Desk
from desk.pages import page
from desk.routes import ANYONE, SIGNED_IN, Page

LOOPBACK = ("127.0.0.1", "::1")


async def show(request: web.Request) -> web.Response:
    return page(request, "sign_in.html", failed="")


async def enter(request: web.Request) -> web.Response:
    """A session that this browser had ends: no token lives through sign-in."""
    form = await request.post()
    return await (_by_link(request) if "token" in form else _by_password(request))


async def _by_password(request: web.Request) -> web.Response:
    desk, now = request.app[DESK], request.app[DESK].clock.now()
    form = await request.post()
    name, password, code = (str(form.get(field, "")) for field in ("name", "password", "code"))
    device = sessions.device_of(request)
    knock = Knock(name.strip()[:120], password, code, device, _address(request))
    answer = await by_password(desk, knock, sessions.token_of(request), now)
    if not answer.token:
        return _wrong(request, answer.wait, "password")
    response = _inside(desk, answer.token)
    if not device:
        mark = partial(sessions.know, worker=answer.worker, now=now)
        sessions.set_device(response, await desk.store.write(mark), desk.secure_cookies)
    return response


async def _by_link(request: web.Request) -> web.Response:
    """Use the link up."""
    desk, now = request.app[DESK], request.app[DESK].clock.now()
    link, old = str((await request.post()).get("token", "")), sessions.token_of(request)
    # A whole link may have been pasted instead of the part after the mark.
    link = link.rpartition("#")[2].strip()
    token = None
    # Looked at before anything is written: a stranger's tries must not keep the writer busy.
    if await desk.store.read(lambda connection: sessions.opens(connection, link, now)):
        token = await desk.store.write(lambda connection: _enter(connection, link, old, now))
    if token is None:
        return _wrong(request, desk.tries.wrong(_address(request), now), "link")
    return _inside(desk, token)


def _inside(desk: Desk, token: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": "/desk/"})
    sessions.set_cookie(response, token, desk.secure_cookies)
    return response


def _wrong(request: web.Request, wait: int, how: str) -> web.Response:
    response = page(request, "sign_in.html", status=429 if wait else 403, failed=how)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _address(request: web.Request) -> str:
    """Where it comes from. A proxy on this machine says it last; what stands before that may be
    the stranger's own words."""
    remote = request.remote or ""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    forwarded = forwarded.rpartition(",")[2].strip()
    return forwarded[:45] if remote in LOOPBACK and forwarded else remote


def _enter(connection: Connection, link: str, old: str, now: datetime) -> str | None:
    worker = sessions.use_link(connection, link, now)
    if worker is None:
        return None
    if old:
        sessions.end(connection, old, now)
    return sessions.begin(connection, worker, now)


async def leave(request: web.Request) -> web.Response:
    desk, now, token = request.app[DESK], request.app[DESK].clock.now(), sessions.token_of(request)
    await desk.store.write(lambda connection: sessions.end(connection, token, now))
    response = web.Response(status=303, headers={"Location": "/desk/signed-out"})
    # Not "cookies": that would end the cookies of everything else at this domain.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    sessions.drop_cookie(response, desk.secure_cookies)
    return response


async def left(request: web.Request) -> web.Response:
    return page(request, "signed_out.html")


PAGES = (
    Page("GET", "/sign-in", ANYONE, show),
    Page("POST", "/sign-in", ANYONE, enter),
    Page("POST", "/sign-out", SIGNED_IN, leave),
    Page("GET", "/signed-out", ANYONE, left),
)
