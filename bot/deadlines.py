"""A stranger who never ends what they began holds nothing of ours for long.

aiohttp has one clock, `keepalive_timeout`: it runs alike for half a head and for a connection at
rest between two requests of a proxy, and not at all for a body. So there is one of our own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.typedefs import Handler

WHOLE = 9.0  # seconds from a connection, or the first byte of a request, to the end of its body
# Seconds between two requests: longer than nginx (60) and Caddy (120) keep theirs, so that it is
# never we who hang up while a request is on its way.
REST = 150.0
# For the runner. The first is no deadline, but has the same end: see `bot.channels.web`.
OPTIONS: dict[str, Any] = {"auto_decompress": False, "keepalive_timeout": REST}
BACKLOG = 1024  # connections that may wait until we turn to them


async def serve(
    runner: web.AppRunner, sock: socket.socket, cut: Callable[[], None], seconds: float = WHOLE
) -> asyncio.Server:
    """Serve the application of a runner that is set up; it must have the middleware `watch`.

    `cut` is told of each connection that was cut. Close what is returned before the runner.
    """

    def accept() -> Deadline:
        if runner.server is None:
            raise ConnectionAbortedError("the runner is not set up, or ended")
        return Deadline(runner.server(), seconds, cut)

    return await asyncio.get_running_loop().create_server(accept, sock=sock, backlog=BACKLOG)


@web.middleware
async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tells the request's connection when a head was whole, and when it was dealt with."""
    wire = request.transport.get_protocol() if request.transport else None
    if not isinstance(wire, Deadline):
        return await handler(request)  # another server, in a test
    wire.begun(request.content)
    try:
        return await handler(request)
    finally:
        wire.ended()


class Deadline(asyncio.Protocol):
    """Stands between a socket and aiohttp's own protocol, and hands everything on.

    A clock runs while a request is not whole; at its end the connection is cut.
    """

    def __init__(self, inner: asyncio.Protocol, seconds: float, cut: Callable[[], None]) -> None:
        self._inner, self._seconds, self._cut = inner, seconds, cut
        self._wire: asyncio.Transport | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._serving = False
        self._body: StreamReader | None = None  # of the last request whose head was whole

    # --- What the clock goes by ------------------------------------------------------------------

    def begun(self, body: StreamReader) -> None:
        """A head is whole, and is being dealt with."""
        self._serving, self._body = True, body
        self._rest_if_whole()

    def ended(self) -> None:
        """It was dealt with; of its body there may be more to come, which aiohttp throws away."""
        self._serving = False
        self._rest_if_whole()

    def _start(self) -> None:
        if self._clock is None and not self._serving:
            self._body = None
            loop = asyncio.get_running_loop()
            self._clock = loop.call_later(self._seconds, self._over)

    def _rest_if_whole(self) -> None:
        if self._clock and self._body is not None and self._body.is_eof():
            self._clock.cancel()
            self._clock = None

    def _over(self) -> None:
        self._clock = None
        half = self._body is None or not self._body.is_eof()
        if half and self._wire and not self._wire.is_closing():
            self._cut()
            # Not `close`, which waits for a stranger to read what we have said.
            self._wire.abort()

    # --- asyncio's own names ---------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        self._inner.connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        self._start()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._clock:
            self._clock.cancel()
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
