"""An intake that a worker opens: found among those they may see, the look noted, then read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Connection

from desk import changes, queries
from desk.forms import Filled
from desk.intake import Intake, read
from desk.kit import DESK, WORKER, Desk, Service
from desk.looks import READING, REHEARSING
from desk.pages import page
from desk.queries import Head
from desk.reading import sealer_of
from store import locks
from store.sealing import Sealer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """One intake with everything that its page shows; `now` is the time of its service."""

    intake: Intake
    service: Service
    now: datetime

    @property
    def head(self) -> Head:
        return self.intake.head

    @property
    def zone(self) -> ZoneInfo:
        return self.service.hours.zone

    def values(self) -> dict[str, Any]:
        """What every template about an intake is given."""
        own = {"head": self.head, "intake": self.intake, "service": self.service}
        return own | {"zone": self.zone, "now": self.now}


def path(head: Head, rest: str = "") -> str:
    """Where this intake is, or a page of its own."""
    return f"/desk/intake/{head.key}{rest}"


async def find(request: web.Request) -> Head:
    """The intake of this address. One that was not shared is not there, except in practice."""
    desk, key = request.app[DESK], request.match_info["key"]
    services = desk.services_of(request[WORKER])
    head = await desk.store.read(lambda c: queries.find(c, key, list(services)))
    if head is None or not (head.reference or services[head.service].practice):
        raise web.HTTPNotFound
    if head.gone and not head.reference:
        raise web.HTTPNotFound
    return head


async def opened(request: web.Request, purpose: str = "") -> Opened:
    """The intake of this address, to be shown: the look is stored before a word is opened.

    Of one that was erased the intake's own page tells; one that nobody has handed over takes
    nothing from workers yet.
    """
    head = await find(request)
    if head.gone:
        raise web.HTTPSeeOther(path(head))
    if head.reference is None:
        raise web.HTTPNotFound
    return await look_at(request, head, purpose)


async def look_at(request: web.Request, head: Head, purpose: str = "") -> Opened:
    """Note the look, once in a quarter of an hour for each purpose, and read the intake."""
    desk, worker = request.app[DESK], request[WORKER]
    now = desk.clock.now(head.service)
    await _note_look(desk, head, worker.id, purpose or _usual(head), now)
    return Opened(await _read(desk, head), desk.services[head.service], now)


async def write(request: web.Request, head: Head, work: Callable[[Connection, Sealer], T]) -> T:
    """Do this with the person's key, unless the intake was erased or taken back meanwhile."""
    desk = request.app[DESK]

    def checked(connection: Connection) -> T:
        locks.people(connection, conversations=[head.id])
        present = queries.find(connection, head.key, [head.service])
        sealer = sealer_of(desk.store.keys, present) if present and not present.gone else None
        if sealer is None:
            raise web.HTTPNotFound
        return work(connection, sealer)

    return await desk.store.write(checked)


async def filled(request: web.Request) -> Filled:
    """The form of this request."""
    form = await request.post()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return Filled({name: value.replace("\r\n", "\n") for name, value in given.items()})


def form_page(
    request: web.Request, name: str, open_one: Opened, form: Filled, **more: Any
) -> web.Response:
    """A form about an intake; after a fault with everything that was typed still in it."""
    values = {"given": form.given, "faults": form.faults, "once": form.once, **more}
    return page(request, name, 400 if form.faults else 200, **open_one.values(), **values)


def _usual(head: Head) -> str:
    return READING if head.reference else REHEARSING


async def _note_look(desk: Desk, head: Head, worker: str, purpose: str, now: datetime) -> None:
    since = now - changes.LOOK_AGAIN
    known = partial(changes.looked, worker=worker, purpose=purpose, since=since)
    if not await desk.store.read(lambda connection: known(connection, [head.id])):
        note = partial(changes.look, worker=worker, purpose=purpose, now=now)
        await desk.store.write(lambda connection: note(connection, [head.id]))


async def _read(desk: Desk, head: Head) -> Intake:
    def work(connection: Connection) -> Intake:
        # Perhaps it was picked up by now, or taken back.
        present = queries.find(connection, head.key, [head.service])
        if present is None:
            raise web.HTTPNotFound
        return read(connection, desk.store.keys, desk.flows, present)

    return await desk.store.read(work)
