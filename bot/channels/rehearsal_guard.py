"""Who may talk to the rehearsal page, and reading what they say: this machine's own page only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.channels.web import from_this_machine, parse_json, read_body

MAX_BODY = 16 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _own_page(request: web.Request) -> bool:
    """Whether a post comes from our page, not from another one open in the same browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("Origin") == f"http://{request.headers['Host']}"


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not from_this_machine(request):
        raise web.HTTPForbidden(text="The rehearsal phone opens on this machine only.")
    if request.method not in ("GET", "HEAD") and not _own_page(request):
        raise web.HTTPForbidden(text="Posts come from the rehearsal page only.")
    return await handler(request)


async def read(request: web.Request) -> Mapping[str, object]:
    data = parse_json(await read_body(request, MAX_BODY))
    if not isinstance(data, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return data


def text(said: Mapping[str, object], name: str, limit: int = 80) -> str:
    """A field of words: not empty and not longer than `limit`."""
    value = said.get(name)
    # Not every database takes a zero inside a text.
    clean = value.replace("\0", "") if isinstance(value, str) else ""
    if not clean.strip() or len(clean) > limit:
        raise web.HTTPBadRequest(text=f"{name}: 1 to {limit} characters are needed")
    return clean


def flag(said: Mapping[str, object], name: str) -> bool:
    value = said.get(name)
    if not isinstance(value, bool):
        raise web.HTTPBadRequest(text=f"{name}: true or false is needed")
    return value
