"""The desk as an application, to be mounted at /desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.conversation.flow import Flow
from desk import guard
from desk.kit import DESK, Clock, Desk, Service
from desk.pages import environment
from desk.tries import Tries
from desk.views import files, intake, sign_in, waiting
from store.session import Store

KEY = "{key:[0-9A-Za-z-]{1,40}}"


class Page(NamedTuple):
    """One page: who may open it, and whether opening it counts as using the session."""

    method: str
    path: str
    permission: str
    handler: Handler
    quiet: bool = False


PAGES = (
    Page("GET", "", "read", waiting.to_list),
    Page("GET", "/", "read", waiting.show),
    Page("GET", "/now", "read", waiting.refresh, quiet=True),
    Page("POST", f"/asked/{KEY}", "take", waiting.answer_asked),
    Page("GET", f"/asked/{KEY}", "read", waiting.show_asked),
    Page("GET", f"/intake/{KEY}", "read", intake.show),
    Page("GET", f"/intake/{KEY}/now", "read", intake.refresh, quiet=True),
    Page("POST", f"/intake/{KEY}/pick-up", "take", intake.pick_up),
    Page("GET", "/sign-in", guard.ANYONE, sign_in.show),
    Page("POST", "/sign-in", guard.ANYONE, sign_in.enter),
    Page("POST", "/sign-out", "read", sign_in.leave),
    Page("GET", "/signed-out", guard.ANYONE, sign_in.left),
    Page("GET", "/static/{name:[a-z0-9./_-]{1,60}}", guard.ANYONE, files.show),
)


def build(
    store: Store,
    flows: Mapping[str, Flow],
    services: Mapping[str, Service],
    clock: Clock,
    base_url: str,
    secure_cookies: bool,
) -> web.Application:
    """The desk; mount it with `app.add_subapp("/desk", build(...))`.

    `base_url` is our public address (`https://intake.example.org`): a form must come from there.
    `secure_cookies` is True where that is https.
    """
    app = web.Application(
        middlewares=[guard.headers, guard.errors, guard.access], client_max_size=guard.MOST_BODY
    )
    app[DESK] = Desk(
        store, flows, services, clock, base_url, secure_cookies, environment(), Tries()
    )
    permissions: dict[web.AbstractRoute, str] = {}
    quiet: set[web.AbstractRoute] = set()
    for page in PAGES:
        route = app.router.add_route(page.method, page.path, page.handler)
        permissions[route] = page.permission
        if page.quiet:
            quiet.add(route)
    app[guard.PERMISSIONS], app[guard.QUIET] = permissions, quiet
    return app
