"""The rehearsal page's server side: loopback only, a few posts in, one stream of events out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from aiohttp import web

from bot.channels.rehearsal import RehearsalChannel
from bot.channels.rehearsal_guard import Handler, flag, only_this_machine, read, secure, text
from bot.channels.rehearsal_phone import FOLDER, NoSignal, Phone, words
from bot.conversation.channel import Away

FILES = ("index.html", "rehearse.css", "rehearse.js", "thread.js", "icons.svg")
MAX_STREAMS = 64
HEARTBEAT = 15.0
THREE_DAYS = timedelta(days=3)
A_WHILE = timedelta(minutes=90)
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def build(
    channels: Sequence[RehearsalChannel],
    *,
    put_forward: Callable[[timedelta], Awaitable[None]],
    desk_link: Callable[[], Awaitable[str]],
    languages: Sequence[tuple[str, str]],
    service: str,
    zone: str,
    pence_per_part: float = 4.0,
) -> web.Application:
    """The application to mount at `/rehearse`.

    `put_forward` moves the practice clock and lets its timers fire. `desk_link` gives a one-time
    address of the desk. `languages` are codes and their own names; `service` is its name for
    texts; `zone` the IANA zone of its hours; `pence_per_part` is what sending one part costs.
    """
    settings = {
        "languages": [list(pair) for pair in languages],
        "service": service,
        "zone": zone,
        "pence_per_part": pence_per_part,
        "limits": {channel.traits.name: channel.traits.limit for channel in channels},
    }
    page = _Page(channels, put_forward, desk_link, settings)
    app = web.Application(middlewares=[only_this_machine, _known_errors])
    app.on_response_prepare.append(secure)
    app.on_shutdown.append(page.end_streams)
    app.add_routes(page.routes())
    return app


@web.middleware
async def _known_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except NoSignal:
        raise web.HTTPConflict(text="no signal") from None
    except Away:
        raise web.HTTPServiceUnavailable(text="not stored") from None


class _Page:
    """The handlers. Each finds its phone, does one thing to it, and answers {}."""

    def __init__(
        self,
        channels: Sequence[RehearsalChannel],
        put_forward: Callable[[timedelta], Awaitable[None]],
        desk_link: Callable[[], Awaitable[str]],
        settings: Mapping[str, Any],
    ) -> None:
        self._channels = {channel.traits.name: channel for channel in channels}
        self._put_forward = put_forward
        self._desk_link = desk_link
        self._settings = settings
        self._streams: set[asyncio.Event] = set()
        self._open = True

    def routes(self) -> list[web.RouteDef]:
        return [
            *(_file(name) for name in FILES),
            web.get("/settings", self.settings),
            web.get("/events", self.events),
            web.post("/phones", self.new_phone),
            web.post("/phones/{id}/words", self.words),
            web.post("/phones/{id}/press", self.press),
            web.post("/phones/{id}/language", self.language),
            web.post("/phones/{id}/signal", self.signal),
            web.post("/phones/{id}/stop", self.stop),
            web.post("/phones/{id}/hand", self.hand),
            web.post("/later", self.later),
            web.post("/desk", self.desk),
        ]

    def _find(self, id: str) -> tuple[RehearsalChannel, Phone]:
        for channel in self._channels.values():
            if phone := channel.phone(id):
                return channel, phone
        raise web.HTTPNotFound(text="no such phone")

    def _of(self, request: web.Request) -> tuple[RehearsalChannel, Phone]:
        return self._find(request.match_info["id"])

    def _language(self, said: Mapping[str, object]) -> str:
        language = text(said, "language")
        if language not in [code for code, _ in self._settings["languages"]]:
            raise web.HTTPBadRequest(text="language: not one of ours")
        return language

    async def settings(self, request: web.Request) -> web.Response:
        return web.json_response(self._settings)

    async def new_phone(self, request: web.Request) -> web.Response:
        said = await read(request)
        channel = self._channels.get(text(said, "kind"))
        if channel is None:
            raise web.HTTPBadRequest(text="kind: no such phone")
        phone = await channel.new_phone(self._language(said))
        return web.json_response({"phone": phone.id, "number": phone.address})

    async def words(self, request: web.Request) -> web.Response:
        channel, phone = self._of(request)
        await channel.write(phone, text(await read(request), "text", channel.traits.limit))
        return web.json_response({})

    async def press(self, request: web.Request) -> web.Response:
        channel, phone = self._of(request)
        said = await read(request)
        if not await channel.press(phone, text(said, "message"), text(said, "choice")):
            raise web.HTTPBadRequest(text="no such button")
        return web.json_response({})

    async def language(self, request: web.Request) -> web.Response:
        _, phone = self._of(request)
        phone.language = self._language(await read(request))
        phone.touch()
        return web.json_response({})

    async def signal(self, request: web.Request) -> web.Response:
        channel, phone = self._of(request)
        channel.set_signal(phone, flag(await read(request), "on"))
        return web.json_response({})

    async def stop(self, request: web.Request) -> web.Response:
        channel, phone = self._of(request)
        if "STOP" not in channel.traits.owned:
            raise web.HTTPBadRequest(text="no carrier acts on this kind of phone")
        await channel.write(phone, "STOP")
        return web.json_response({})

    async def hand(self, request: web.Request) -> web.Response:
        """Someone else picks the phone up after a while and asks whose it is; or gives it back."""
        channel, phone = self._of(request)
        stranger = flag(await read(request), "stranger")
        if stranger and not phone.stranger:
            channel.check_signal(phone)
            await self._pass(A_WHILE, "minutes_later")
            channel.hand(phone, True)
            sentences = words()["stranger"]
            await channel.write(phone, sentences.get(phone.language, sentences["en"]))
        channel.hand(phone, stranger)
        return web.json_response({})

    async def later(self, request: web.Request) -> web.Response:
        await self._pass(THREE_DAYS, "days_later")
        return web.json_response({})

    async def _pass(self, span: timedelta, kind: Literal["days_later", "minutes_later"]) -> None:
        # The mark comes first: the timers' messages arrive while the clock is put forward.
        for channel in self._channels.values():
            channel.mark_time(kind, channel.now() + span)
        await self._put_forward(span)
        for channel in self._channels.values():
            channel.time_passed()

    async def desk(self, request: web.Request) -> web.Response:
        return web.json_response({"url": await self._desk_link()})

    # --- The stream ----------------------------------------------------------------------------

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Everything that these phones have had so far, then every change, until it is closed.

        One stream carries all phones of a page: browsers keep six connections to a server.
        """
        seen = dict.fromkeys(request.query.getall("phone", [])[:8], 0)
        phones = [self._find(id) for id in seen]
        if not phones or len(self._streams) >= MAX_STREAMS:
            raise web.HTTPBadRequest(text="phone: which one?")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        changed = asyncio.Event()
        self._streams.add(changed)
        for _, phone in phones:
            phone.watchers.add(changed)
        try:
            await self._follow(response, phones, seen, changed)
        except ConnectionError:  # the page was closed
            pass
        finally:
            self._streams.discard(changed)
            for _, phone in phones:
                phone.watchers.discard(changed)
        return response

    async def _follow(
        self,
        response: web.StreamResponse,
        phones: Sequence[tuple[RehearsalChannel, Phone]],
        seen: dict[str, int],
        changed: asyncio.Event,
    ) -> None:
        while self._open and all(channel.phone(phone.id) for channel, phone in phones):
            changed.clear()
            for channel, phone in phones:
                news = list(phone.since(seen[phone.id], channel.now()))
                seen[phone.id] = phone.version
                for item in news:
                    await response.write(f"data: {json.dumps(item)}\n\n".encode())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await changed.wait()
                    continue
            await response.write(b": still here\n\n")

    async def end_streams(self, app: web.Application) -> None:
        """An open stream would keep the program from ending."""
        self._open = False
        for changed in self._streams:
            changed.set()


def _file(name: str) -> web.RouteDef:
    """A file of the page, read once."""
    path = FOLDER / name
    body = path.read_bytes()

    async def serve(request: web.Request) -> web.Response:
        return web.Response(
            body=body, content_type=TYPES.get(path.suffix, "image/svg+xml"), charset="utf-8"
        )

    return web.get("/" if name == "index.html" else f"/{name}", serve)
