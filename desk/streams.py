"""Pages that are open: each is told that something changed, never what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from store.bell import Bell, Whose

MOST = 6  # streams of one worker at a time; further pages look every half a minute


@dataclass(eq=False, slots=True)
class Stream:
    """One open page of a worker who sees the people of `services`."""

    request: web.Request
    worker: str
    services: Whose
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def gone(self) -> bool:
        """Was the page closed?"""
        wire = self.request.transport
        return wire is None or wire.is_closing()


class Streams:
    """The open pages of this process; the store's bell wakes those that it concerns."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._open: set[Stream] = set()
        self.ended = False

    async def begin(self, _: web.Application) -> None:
        self._bell.desks.add(self.tell)

    async def end(self, _: web.Application) -> None:
        """The server stops: every stream ends now."""
        self._bell.desks.discard(self.tell)
        self.ended = True
        self.tell(frozenset())

    def tell(self, whose: Whose) -> None:
        """Wake the pages that show these services' people; with none named, all."""
        for stream in self._open:
            if not whose or whose & stream.services:
                stream.news.set()

    def open(self, request: web.Request, worker: str, services: Whose) -> Stream | None:
        """A stream for one more page; None where the worker has as many as we keep."""
        theirs = [one for one in self._open if one.worker == worker and not one.gone]
        if self.ended or len(theirs) >= MOST:
            return None
        stream = Stream(request, worker, services)
        self._open.add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        self._open.discard(stream)


STREAMS = web.AppKey("STREAMS", Streams)
