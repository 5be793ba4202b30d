"""`/copy/<token>`: the page behind the link that a person asked for by chat.

A look at it shows a button and opens nothing, so that messengers that look at links don't spend
it. The button shows the copy, once. What is behind any other token, or one that was spent or has
ended, is the same for all.
"""

from __future__ import annotations

from functools import partial

from aiohttp import web
from babel import negotiate_locale
from jinja2 import Environment
from sqlalchemy import Connection

from bot.clock import Clock
from bot.giving_copies import PATH, Copies
from desk.copying import rendering
from desk.copying.saying import Say
from store import locks, their_copies
from store.session import Store

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    # The page brings its own style; nothing else is loaded, run, or put into a frame.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
}
DOOR = "copy_door.html"


class CopyPages:
    """The two pages behind a link."""

    def __init__(self, store: Store, clock: Clock, copies: Copies, pages: Environment) -> None:
        self._store, self._clock, self._copies, self._pages = store, clock, copies, pages

    def routes(self) -> list[web.RouteDef]:
        path = f"{PATH}{{token}}"
        return [web.get(path, self._door), web.post(path, self._show)]

    async def _door(self, request: web.Request) -> web.Response:
        """A button, in the language of the person; it opens nothing."""
        token = request.match_info["token"]
        found = await self._store.read(partial(self._linked, token=token))
        return self._shut(request) if found is None else self._page(self._door_in(found.language))

    async def _show(self, request: web.Request) -> web.Response:
        """The copy, to the first who asks. Writing goes one by one: nobody without a link waits
        there, nor has others wait."""
        token = request.match_info["token"]
        if await self._store.read(partial(self._linked, token=token)) is None:
            return self._shut(request)
        page = await self._store.write(partial(self._spend, token=token))
        return self._shut(request) if page is None else self._page(page)

    def _linked(self, connection: Connection, token: str) -> their_copies.Linked | None:
        found = their_copies.linked(connection, token)
        if found is None or found.ends_at <= self._clock.now(found.service):
            return None
        return found

    def _spend(self, connection: Connection, token: str) -> str | None:
        """In one transaction: the link is spent, the look is noted, the copy is made."""
        found = self._linked(connection, token)
        if found is None:
            return None
        locks.people(connection, conversations=[found.conversation])
        if not their_copies.spend(connection, token):
            return None
        now = self._clock.now(found.service)
        about = (found.conversation, now, found.language)
        copy = self._copies.read(connection, *about, in_chat=False)
        return rendering.page(self._pages, copy) if copy else None

    def _door_in(self, language: str) -> str:
        return self._pages.get_template(DOOR).render(say=self._say(language), shut=False)

    def _shut(self, request: web.Request) -> web.Response:
        """The same for everybody: in a language of their browser's that we have."""
        wanted = [part.partition(";")[0].strip() for part in _languages(request).split(",")]
        known = sorted(self._copies.plan.library.catalogues)
        language = negotiate_locale([w.replace("-", "_") for w in wanted], known, sep="_")
        say = self._say(language or "en")
        body = self._pages.get_template(DOOR).render(say=say, shut=True)
        return self._page(body, web.HTTPNotFound.status_code)

    def _say(self, language: str) -> Say:
        library, worlds = self._copies.plan.library, self._copies.plan.worlds
        zone = next(iter(worlds.values())).hours.zone
        catalogue = library.catalogues.get(language, library.catalogues["en"])
        return Say(library.phrases.copy, catalogue, zone)

    def _page(self, body: str, status: int = 200) -> web.Response:
        html = {**HEADERS, "Content-Type": "text/html; charset=utf-8"}
        return web.Response(text=body, status=status, headers=html)


def _languages(request: web.Request) -> str:
    return request.headers.get("Accept-Language", "")
