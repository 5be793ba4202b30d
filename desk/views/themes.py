"""For leads: what the reviews have in common, and the questions at which people stop."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from desk import themes
from desk.kit import DESK, WORKER
from desk.pages import page
from desk.routes import Page


async def show(request: web.Request) -> web.Response:
    """The services of this lead; people who do not exist are never counted."""
    desk, worker = request.app[DESK], request[WORKER]
    services = [s for s in desk.services_of(worker).values() if not s.practice]

    def work(connection: Connection) -> list[dict[str, Any]]:
        found = []
        for service in services:
            zone, now = service.hours.zone, desk.clock.now(service.id)
            about = (desk.store.keys, service.id, desk.flows, zone, now)
            is_ = themes.read(connection, *about)
            found.append({"id": service.id, "name": service.name, "zone": zone, "is": is_})
        return found

    found = await desk.store.read(work)
    return page(request, "themes.html", services=found, now=desk.clock.now())


PAGES = (Page("GET", "/themes", "lead", show),)
