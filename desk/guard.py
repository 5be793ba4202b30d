"""What stands before every page: headers, errors that stay calm, who it is, and whether they may.

A page is refused unless `PERMISSIONS` names its route: forgetting one locks it, not opens it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from desk import sessions
from desk.kit import DESK, WORKER, Desk, Worker
from desk.pages import page
from desk.routes import ANYONE, SIGNED_IN

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MOST_BODY = 64 * 1024
# Ten fields of ten thousand letters that take twelve bytes each: too many words are told on the
# form, with the words still in it, and not by a refusal that loses them.
MOST_LONG = 1280 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_FIELDS = frozenset({"csrf", "once", "seen", "decision"})
FORM = "application/x-www-form-urlencoded"
PERMISSIONS = web.AppKey("PERMISSIONS", dict[web.AbstractRoute, str])
QUIET = web.AppKey("QUIET", set[web.AbstractRoute])
LONG = web.AppKey("LONG", set[web.AbstractRoute])
SEVERAL = web.AppKey("SEVERAL", dict[web.AbstractRoute, tuple[str, ...]])
log = logging.getLogger("ownpace.desk")


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Our headers on everything, pages and refusals and files alike."""
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        answer.headers.update(HEADERS)
        raise
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refusal is a page with a way on. What we did not expect is "try again", not a trace."""
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        # About somebody who was erased meanwhile nothing is to be copied.
        typed = [] if answer.status == web.HTTPNotFound.status_code else await _typed(request)
        response = page(request, "refused.html", answer.status, typed=typed)
        kept = ("Allow", "HX-Redirect")
        response.headers.update({n: answer.headers[n] for n in kept if n in answer.headers})
        return response
    except Exception as error:
        # The database may be away for a moment. No words of the error: they may quote a row.
        log.error("desk: %s in %s", type(error).__name__, _place(error))
        response = page(request, "refused.html", 503, typed=await _typed(request))
        response.headers["Retry-After"] = "5"
        return response


@web.middleware
async def access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who it is, whether the request comes from a page of ours, whether they may."""
    desk, route = request.app[DESK], request.match_info.route
    if request.match_info.http_exception is not None:
        return await handler(request)  # no such page, for anybody
    permission = request.app[PERMISSIONS].get(route, "")
    unsafe = request.method not in SAFE_METHODS
    if unsafe and not from_our_page(request, desk.base_url):
        raise web.HTTPForbidden
    if permission == ANYONE:
        await _read_form(request)
        return await handler(request)
    worker = await _worker(request, desk, quiet=route in request.app[QUIET])
    if worker is None:
        raise _sign_in_first(request, unsafe)
    request[WORKER] = worker
    if worker.half_way and permission not in (SIGNED_IN, "self"):
        raise web.HTTPForbidden if unsafe else web.HTTPSeeOther("/desk/me")
    if permission != SIGNED_IN and not worker.may(permission):
        raise web.HTTPForbidden
    if unsafe and not _carries_token(await _read_form(request), worker):
        raise web.HTTPForbidden
    try:
        return await handler(request)
    finally:
        if unsafe:
            desk.store.bell.ring()  # what a worker does, colleagues see at once


def from_our_page(request: web.Request, base_url: str) -> bool:
    """Was this sent by a page of our own? Browsers say so by themselves since 2023.

    `Origin` decides only where `Sec-Fetch-Site` is missing; it is "null" there when the page has
    `Referrer-Policy: no-referrer`, and then the answer is no.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(base_url)
    return request.headers.get("Origin") == f"{origin.scheme}://{origin.netloc}"


async def _read_form(request: web.Request) -> Mapping[str, str]:
    """The form of an unsafe request, as text; aiohttp keeps it for the page."""
    if request.method in SAFE_METHODS:
        return {}
    if request.content_type != FORM:
        raise web.HTTPUnsupportedMediaType
    most = MOST_LONG if request.match_info.route in request.app[LONG] else MOST_BODY
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    try:
        form = await request.post()
    except (ValueError, LookupError):  # bad percent codes, an unknown charset, bad UTF-8
        raise web.HTTPBadRequest from None
    if _twice(request, [name for name, _ in (*form.items(), *request.query.items())]):
        raise web.HTTPBadRequest
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _twice(request: web.Request, names: Sequence[str]) -> bool:
    """Does a field come twice that comes once? One part of a program takes the first, another the
    last."""
    several = request.app[SEVERAL].get(request.match_info.route, ())
    once = [name for name in names if name not in several]
    return len(once) != len(set(once))


async def _typed(request: web.Request) -> list[str]:
    """What was written into a long form that is refused: whoever sent it gets it back."""
    if request.match_info.route not in request.app[LONG]:
        return []
    base_url = request.app[DESK].base_url
    try:
        form = await _read_form(request) if from_our_page(request, base_url) else {}
    except web.HTTPException:
        return []
    return [words for name, words in form.items() if name not in OUR_FIELDS and words.strip()]


def _carries_token(form: Mapping[str, str], worker: Worker) -> bool:
    given = form.get("csrf", "").encode("utf-8", "replace")
    return hmac.compare_digest(given, worker.csrf.encode())


async def _worker(request: web.Request, desk: Desk, quiet: bool) -> Worker | None:
    """Whose session the request carries. A page that refreshes itself (`quiet`) is no use of it:
    a desk left open ends like any other."""
    token, now = sessions.token_of(request), desk.clock.now()
    if not token:
        return None
    found = await desk.store.read(lambda connection: sessions.find(connection, token, now))
    if found is None:
        return None
    worker, used_at = found
    if not quiet and now - used_at > sessions.TOUCH:
        await desk.store.write(lambda connection: sessions.touch(connection, token, now))
    return worker


def _sign_in_first(request: web.Request, unsafe: bool) -> web.HTTPException:
    if request.headers.get("HX-Request"):
        return web.HTTPForbidden(headers={"HX-Redirect": "/desk/sign-in"})
    return web.HTTPForbidden() if unsafe else web.HTTPSeeOther("/desk/sign-in")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
