"""What stands before every address: no stranger ever sees a trace of ours; is the process well?"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot import deadlines, metrics
from bot.conversation.channel import Away
from bot.trouble import where
from store import installation
from store.session import Store

OWN_PAGES = ("/desk", "/rehearse", "/copy/")
READY_SECONDS = 5.0
# Bytes of a body that aiohttp reads for a page. Only the outermost application's limit counts.
MOST_BODY = 64 * 1024
log = logging.getLogger("ownpace.web")


def before_all(public_host: str) -> list[Middleware]:
    """What every request passes, the outermost first."""
    return [deadlines.watch, counted, calm, only_our_names(public_host)]


@web.middleware
async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who is turned away is counted, by the place that they asked for."""
    try:
        answer = await handler(request)
    except web.HTTPException as refusal:
        _count(request, refusal.status)
        raise
    _count(request, answer.status)
    return answer


def _count(request: web.Request, status: int) -> None:
    if status >= 400:
        metrics.refused(request.path, status)


@web.middleware
async def calm(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What aiohttp can't parse is the asker's fault; what we did not expect is "try again"."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Away:
        pass
    except (ValueError, RecursionError, web.RequestPayloadError) as error:
        log.warning("a request could not be read: %s", where(error))
        raise web.HTTPBadRequest from None
    except Exception as error:
        log.error("a request failed: %s", where(error))
    raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})


def doors(rehearsed: bool) -> list[web.RouteDef]:
    """Where people land who type less than a whole address."""

    def to(place: str) -> Handler:
        async def go(request: web.Request) -> web.StreamResponse:
            raise web.HTTPFound(place)

        return go

    found = [web.get("/", to("/rehearse/" if rehearsed else "/desk/"))]
    return [*found, web.get("/rehearse", to("/rehearse/"))] if rehearsed else found


def only_our_names(public_host: str) -> Middleware:
    """Our pages open under our own name: a stranger's name that points here opens nothing."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(OWN_PAGES) and not _ours(request, public_host):
            raise web.HTTPMisdirectedRequest
        return await handler(request)

    return check


def _ours(request: web.Request, public_host: str) -> bool:
    try:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    except ValueError:
        return False
    if host in ("localhost", public_host):
        return True
    try:
        # An address of ours, whichever: it takes a name to point a stranger's page at us.
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def health(store: Store) -> list[web.RouteDef]:
    """`/healthz`: the process is up. `/readyz`: the database answers and its tables are ours."""

    async def healthz(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_SECONDS):
                ready = not store.troubled and await store.read(installation.is_ready)
        except (Away, TimeoutError):
            ready = False
        return web.Response(text="ok\n" if ready else "not ready\n", status=200 if ready else 503)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
