"""The desk as an application, to be mounted at /desk. Each view names its own pages."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.conversation.flow import Flow
from desk import guard
from desk.kit import DESK, Clock, Desk, Routes, Service
from desk.pages import environment
from desk.safeguarding import PlainWords
from desk.streams import STREAMS, Streams
from desk.tries import Tries
from desk.views import (
    accounts,
    asked,
    concern,
    cover,
    decisions,
    duty,
    events,
    exports,
    files,
    holding,
    intake,
    leads,
    leaving,
    me,
    notes,
    outside,
    preview,
    reviews,
    safeguarding,
    search,
    sign_in,
    themes,
    transcript,
    waiting,
    words,
    writing,
)
from desk.writing import Way
from store.session import Store

THE_LIST = (waiting, asked, holding, search, cover, events)
RECORD = (
    intake,
    notes,
    decisions,
    concern,
    safeguarding,
    transcript,
    preview,
    words,
    writing,
    exports,
    leaving,
)
LEARNING = (reviews, leads, themes)
VIEWS = (*THE_LIST, *RECORD, *LEARNING, sign_in, me, accounts, duty, outside, files)
PAGES = tuple(page for view in VIEWS for page in view.PAGES)


def build(
    store: Store,
    flows: Mapping[str, Flow],
    services: Mapping[str, Service],
    clock: Clock,
    base_url: str,
    secure_cookies: bool,
    routes: Routes | None = None,
    way: Way | None = None,
    sentences: Mapping[str, str] | None = None,
    plain: PlainWords | None = None,
) -> web.Application:
    """The desk; mount it with `app.add_subapp("/desk", build(...))`.

    `base_url` is our public address (`https://intake.example.org`): a form must come from there.
    `secure_cookies` is True where that is https. `routes` tests the ways to workers; without a
    `way` nobody can be written to. `sentences` are those of a person's copy of their record,
    `plain` what a person is told of each stage of safeguarding.
    """
    app = web.Application(
        middlewares=[guard.headers, guard.errors, guard.access], client_max_size=guard.MOST_LONG
    )
    app[DESK] = Desk(
        store,
        flows,
        services,
        clock,
        base_url,
        secure_cookies,
        environment(),
        Tries(),
        routes,
        way,
        sentences or {},
        plain or PlainWords(),
    )
    app[STREAMS] = streams = Streams(store.bell)
    app.on_startup.append(streams.begin)
    app.on_shutdown.append(streams.end)
    permissions: dict[web.AbstractRoute, str] = {}
    quiet: set[web.AbstractRoute] = set()
    long: set[web.AbstractRoute] = set()
    several: dict[web.AbstractRoute, tuple[str, ...]] = {}
    for page in PAGES:
        route = app.router.add_route(page.method, page.path, page.handler)
        permissions[route], several[route] = page.permission, page.several
        if page.quiet:
            quiet.add(route)
        if page.long:
            long.add(route)
    app[guard.PERMISSIONS], app[guard.QUIET], app[guard.LONG] = permissions, quiet, long
    app[guard.SEVERAL] = several
    return app
