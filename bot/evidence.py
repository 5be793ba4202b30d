"""`ownpace evidence`: what was learnt from what went wrong, for those who commission or inspect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot import plans, upkeep
from bot.plans import Plan
from bot.upkeep import Failed
from config.settings import Settings
from desk import audit, figures, pages, themes
from desk.exporting import leaving
from desk.exporting.leaving import OPERATOR
from store import keyring
from store.sealing import Keys

Beside = Callable[[Callable[[Connection], str]], str]
TEMPLATE = "evidence.html"


def pack(settings: Settings, since: str, why: str, beside: Beside) -> str:
    """A page to print, of every service that is no practice. No word of a person is opened for it,
    and small numbers are hidden; that it was made is noted in the audit. Raises `Failed`."""
    plan = plans.plan(settings)
    keys, now = upkeep.keys(settings), datetime.now(UTC)
    zone = next(iter(plan.worlds.values())).service.hours.zone
    try:
        first, _ = leaving.days(since, "", zone)
    except ValueError:
        raise Failed("Write the day as in 2026-11-19.", upkeep.WRONG_USE) from None
    return beside(partial(_make, plan=plan, keys=keys, now=now, first=first, why=why))


def _make(
    connection: Connection, plan: Plan, keys: Keys, now: datetime, first: datetime | None, why: str
) -> str:
    keyring.learn(connection, keys)
    audit.note(connection, keys, OPERATOR, "evidence", "all", now, why)
    found = []
    for service in (world.service for world in plan.worlds.values()):
        if service.practice:
            continue
        zone, flows = service.hours.zone, plan.library.flows
        is_ = themes.read(connection, keys, service.id, flows, zone, now, first)
        counted = figures.read(connection, service.id, flows, zone, now)
        about = {"id": service.id, "name": service.name, "zone": zone}
        found.append(about | {"is": is_, "figures": counted})
    return pages.environment().get_template(TEMPLATE).render(services=found, now=now)
