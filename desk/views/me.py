"""One's own account: a password, a second factor; and showing the second factor once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, select

from desk import passwords, second_factor, sessions
from desk.kit import DESK, WORKER
from desk.pages import page
from desk.routes import Page
from desk.step_up import stepped_up
from desk.throttle import Tries
from store import accounts
from store import tables as t

HOME = "/desk/me"
Work = Callable[[Connection], object]


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def set_password(request: web.Request) -> web.Response:
    """A new password. Whoever has one gives it first; whoever came by a link came from us."""
    desk, worker, form = request.app[DESK], request[WORKER], await request.post()
    new, present = str(form.get("new", "")), str(form.get("present", ""))
    stored = await desk.store.read(lambda c: _row(c, worker.id).password_hash)
    if stored and worker.how == "password" and not await passwords.fits(stored, present):
        return await _page(request, 403, wrong="present")
    if passwords.too_weak(new, worker.name):
        return await _page(request, 400, wrong="weak")
    hashed = await passwords.hashed(new)

    def work(connection: Connection) -> None:
        accounts.set_password(connection, worker.id, hashed)

    return await _anew(request, work)


async def begin_second_factor(request: web.Request) -> web.Response:
    """A new secret, shown until a first code of it is given. One that counts already is changed
    only by whoever has just shown it."""
    desk, worker = request.app[DESK], request[WORKER]
    if worker.totp_last and not stepped_up(worker, desk.clock.now()):
        raise web.HTTPSeeOther("/desk/step-up?then=%2Fdesk%2Fme")
    secret = second_factor.new_secret()
    await desk.store.write(
        lambda c: accounts.begin_second_factor(c, desk.store.keys, worker.id, secret)
    )
    raise web.HTTPSeeOther(HOME)


async def picture(request: web.Request) -> web.Response:
    """The QR code of a second factor that is being set up; afterwards nobody sees it again."""
    secret = await _new_secret(request)
    if not secret:
        raise web.HTTPNotFound
    svg = second_factor.picture(secret, request[WORKER].name)
    return web.Response(text=svg, content_type="image/svg+xml")


async def confirm(request: web.Request) -> web.Response:
    """A first code: from now on the second factor counts."""
    desk, worker, secret = request.app[DESK], request[WORKER], await _new_secret(request)
    code, now = str((await request.post()).get("code", "")), desk.clock.now()
    step = second_factor.step_of(secret, code, now) if secret else None
    if step is None:
        return await _page(request, 403, wrong="code")
    good = step
    return await _anew(request, lambda c: accounts.use_step(c, worker.id, good))


async def ask(request: web.Request) -> web.Response:
    if not request[WORKER].totp_last:
        raise web.HTTPSeeOther(HOME)
    return page(request, "step_up.html", then=_then(request), wrong=False)


async def answer(request: web.Request) -> web.Response:
    """The second factor once more; then on to where they wanted to go."""
    desk, worker, now = request.app[DESK], request[WORKER], request.app[DESK].clock.now()
    code, token = str((await request.post()).get("code", "")), sessions.token_of(request)
    tries = Tries(desk.store.keys, f"step {worker.id}", "")
    if wait := await desk.store.read(lambda c: tries.wait(c, now, known=True)):
        return _wait(request, wait)

    def work(connection: Connection) -> bool:
        row = _row(connection, worker.id)
        secret = accounts.second_factor(desk.store.keys, worker.id, row.totp)
        step = second_factor.step_of(secret, code, now) if secret else None
        if step is None or not accounts.use_step(connection, worker.id, step):
            tries.wrong(connection, now)
            return False
        sessions.step_up(connection, token, now)
        return True

    if not await desk.store.write(work):
        return page(request, "step_up.html", 403, then=_then(request), wrong=True)
    raise web.HTTPSeeOther(_then(request))


def _wait(request: web.Request, seconds: int) -> web.Response:
    response = page(request, "step_up.html", 429, then=_then(request), wrong=True)
    response.headers["Retry-After"] = str(seconds)
    return response


def _then(request: web.Request) -> str:
    """A path of the desk and nothing else: no other site is ever named."""
    then = request.query.get("then", "")
    plain = then.startswith("/desk/") and "\\" not in then and "//" not in then
    return then if plain and then.isprintable() else "/desk/"


async def _anew(request: web.Request, work: Work) -> web.Response:
    """Change the account; its other sessions end, and this one goes on under a new token."""
    desk, worker, now = request.app[DESK], request[WORKER], request.app[DESK].clock.now()

    def change(connection: Connection) -> str:
        work(connection)
        accounts.end_sessions(connection, worker.id, now)
        return sessions.begin(connection, worker.id, now, how=worker.how)

    response = web.Response(status=303, headers={"Location": HOME})
    sessions.set_cookie(response, await desk.store.write(change), desk.secure_cookies)
    return response


async def _page(request: web.Request, status: int = 200, wrong: str = "") -> web.Response:
    desk, worker = request.app[DESK], request[WORKER]
    row = await desk.store.read(lambda c: _row(c, worker.id))
    secret = await _new_secret(request)
    values = {
        "has_password": bool(row.password_hash),
        "asks_present": bool(row.password_hash) and worker.how == "password",
        "secret": second_factor.spelled(secret) if secret else "",
        "shortest": passwords.SHORTEST,
        "services": [one.name for one in desk.services_of(worker).values()],
    }
    return page(request, "me.html", status, wrong=wrong, **values)


async def _new_secret(request: web.Request) -> str:
    """The secret that is being set up; empty once its first code was given."""
    desk, worker = request.app[DESK], request[WORKER]
    row = await desk.store.read(lambda c: _row(c, worker.id))
    return "" if row.totp_last else accounts.second_factor(desk.store.keys, worker.id, row.totp)


def _row(connection: Connection, worker: str) -> Any:
    w = t.worker.c
    query = select(w.password_hash, w.totp, w.totp_last).where(w.id == worker)
    return connection.execute(query).one()


PAGES = (
    Page("GET", "/me", "self", show),
    Page("POST", "/me/password", "self", set_password),
    Page("POST", "/me/second-factor", "self", begin_second_factor),
    Page("GET", "/me/second-factor.svg", "self", picture),
    Page("POST", "/me/second-factor/confirm", "self", confirm),
    Page("GET", "/step-up", "self", ask),
    Page("POST", "/step-up", "self", answer),
)
