"""`ownpace export`: intakes out, to standard output, while Ownpace runs or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot import plans, upkeep
from bot.upkeep import Failed
from config import secrets
from config.settings import Settings
from desk import queries
from desk.exporting import formats, leaving
from desk.exporting.formats import FORMATS
from desk.exporting.record import Exported
from desk.queries import Head
from store.sealing import Keys

AT_ONCE = 50  # intakes that are read in one go: others wait to write meanwhile
Beside = Callable[[Callable[[Connection], str]], str]


def export(
    settings: Settings, format: str, since: str, until: str, why: str, beside: Beside
) -> bytes:
    """The file. `beside` runs what it is given in the database. Raises `Failed`."""
    plan = plans.plan(settings)
    keys = Keys(secrets.master(settings, make=False).encode())
    services = {id: w.service for id, w in plan.worlds.items() if not w.service.practice}
    flows, now = plan.library.flows, datetime.now(UTC)
    try:
        zone = next(iter(services.values())).hours.zone
        first, before = leaving.days(since, until, zone)
    except ValueError:
        told = "Write days as in 2026-11-19, the earlier one as --since."
        raise Failed(told, upkeep.WRONG_USE) from None

    def choose_and_note(connection: Connection) -> str:
        heads = leaving.choose(connection, list(services), first, before)
        if heads:
            name, who = FORMATS[format].name, leaving.OPERATOR
            leaving.note_many(connection, keys, heads, who, name, now, why)
        return json.dumps([head.key for head in heads])

    try:
        chosen: list[str] = json.loads(beside(choose_and_note))
    except leaving.TooMany:
        told = f"There are more than {leaving.MOST}. Choose fewer days with --since and --until."
        raise Failed(told, upkeep.PROBLEM) from None
    found: list[Exported] = []

    def read(connection: Connection, names: list[str]) -> str:
        heads = [_head(connection, name, services) for name in names]
        there = [head for head in heads if head]
        found.extend(leaving.opened_all(connection, keys, flows, services, there, now))
        return ""

    for start in range(0, len(chosen), AT_ONCE):
        names = chosen[start : start + AT_ONCE]
        beside(partial(read, names=names))
    return formats.many(format, found, flows, now)


def _head(connection: Connection, name: str, services: Mapping[str, object]) -> Head | None:
    return queries.find(connection, name, list(services))
