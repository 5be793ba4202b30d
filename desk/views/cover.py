"""Cover for leave: who stands in for whom, from when, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Connection

from desk import covering
from desk.covering import Cover
from desk.kit import DESK, WORKER, Desk, Worker
from desk.pages import page
from desk.roles import CARING
from desk.routes import KEY, Page


@dataclass(frozen=True, slots=True)
class Team:
    """The workers with a service in common, oneself among them, and what is arranged."""

    names: Mapping[str, str]
    covers: list[Cover]


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def begin(request: web.Request) -> web.Response:
    """Oneself is away, or for a lead a colleague is; somebody else stands in."""
    desk, worker, form = request.app[DESK], request[WORKER], await request.post()
    team = await desk.store.read(lambda connection: _team(connection, desk, worker))
    away, by = str(form.get("worker", "")) or worker.id, str(form.get("by", ""))
    if not (away in team.names and by in team.names and away != by):
        return await _page(request, 400, "who")
    if not (away == worker.id or worker.may("lead")):
        raise web.HTTPForbidden
    times = _times(form, desk, worker)
    if times is None:
        return await _page(request, 400, "when")
    await desk.store.write(lambda connection: covering.begin(connection, away, by, *times))
    raise web.HTTPSeeOther("/desk/cover")


async def end(request: web.Request) -> web.Response:
    """Whoever is away, whoever stands in, or a lead ends it before its time."""
    desk, worker, key = request.app[DESK], request[WORKER], request.match_info["key"]
    team = await desk.store.read(lambda connection: _team(connection, desk, worker))
    found = [cover for cover in team.covers if cover.id == key]
    if not found:
        raise web.HTTPNotFound
    if not _may_end(worker, found[0]):
        raise web.HTTPForbidden
    now = desk.clock.now()
    await desk.store.write(lambda connection: covering.end(connection, key, now))
    raise web.HTTPSeeOther("/desk/cover")


def _may_end(worker: Worker, cover: Cover) -> bool:
    return worker.may("lead") or worker.id in (cover.worker, cover.by)


def _times(form: Mapping[str, Any], desk: Desk, worker: Worker) -> tuple[datetime, datetime] | None:
    """From the start of the first day to the end of the last, by the clock where they work."""
    try:
        first, last = (date.fromisoformat(str(form.get(name, ""))) for name in ("first", "last"))
        zone = _zone(desk, worker)
        begun = datetime.combine(first, time.min, zone)
        ended = datetime.combine(last, time.max, zone)
    except (ValueError, OverflowError):
        return None
    now = desk.clock.now()
    right = now < ended and begun <= ended and begun - now < covering.LONGEST
    return (begun, ended) if right and ended - begun < covering.LONGEST else None


def _zone(desk: Desk, worker: Worker) -> ZoneInfo:
    services = desk.services_of(worker)
    own = [services[id] for id in services if id in worker.services]
    return (own or list(services.values()))[0].hours.zone


def _team(connection: Connection, desk: Desk, worker: Worker) -> Team:
    if worker.role not in CARING:
        return Team({}, [])
    names = covering.colleagues(connection, worker.id, list(worker.services))
    names[worker.id] = worker.name
    return Team(names, covering.about(connection, list(names), desk.clock.now()))


async def _page(request: web.Request, status: int = 200, wrong: str = "") -> web.Response:
    desk, worker = request.app[DESK], request[WORKER]
    team = await desk.store.read(lambda connection: _team(connection, desk, worker))
    zone, ends = _zone(desk, worker), {c.id for c in team.covers if _may_end(worker, c)}
    values = {"team": team, "ends": ends, "zone": zone}
    return page(request, "cover.html", status, wrong=wrong, **values)


PAGES = (
    Page("GET", "/cover", "take", show),
    Page("POST", "/cover", "take", begin),
    Page("POST", f"/cover/{KEY}/end", "take", end),
)
