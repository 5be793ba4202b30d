"""For leads: what stands in the way of people, what goes well, and what colleagues had to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from desk import exposure, figures
from desk.kit import DESK, WORKER, Desk, Service
from desk.pages import page
from desk.routes import Page
from store import duty


async def show(request: web.Request) -> web.Response:
    """The services of this lead; people who do not exist are never counted."""
    desk, worker = request.app[DESK], request[WORKER]
    services = {id: s for id, s in desk.services_of(worker).items() if not s.practice}
    values = await desk.store.read(lambda connection: _read(connection, desk, services))
    return page(request, "leads.html", now=desk.clock.now(), **values)


def _read(connection: Connection, desk: Desk, services: Mapping[str, Service]) -> dict[str, Any]:
    if not services:
        return {"services": [], "exposure": None}
    zone = next(iter(services.values())).hours.zone
    about = (list(services), desk.flows.values(), zone, desk.clock.now())
    return {
        "services": [_one(connection, desk, service) for service in services.values()],
        "exposure": exposure.read(connection, *about),
        "zone": zone,
    }


def _one(connection: Connection, desk: Desk, service: Service) -> dict[str, Any]:
    now, zone = desk.clock.now(), service.hours.zone
    found = figures.read(connection, service.id, desk.flows, zone, now)
    reached = duty.is_reached(connection, desk.store.keys, service.id, now)
    return {"id": service.id, "name": service.name, "zone": zone, "reached": reached, "is": found}


PAGES = (Page("GET", "/leads", "lead", show),)
