"""`ownpace export`: intakes out, to standard output, while Ownpace runs or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot import plans, upkeep
from bot.conversation.flow import Flow
from bot.conversation.service import Service
from bot.upkeep import Failed
from config.settings import Settings
from desk import queries
from desk.exporting import formats, leaving
from desk.exporting.formats import FORMATS
from desk.exporting.structure import Exported
from store import keyring
from store.sealing import Keys

AT_ONCE = 50  # intakes that are read in one go: others wait to write meanwhile
Beside = Callable[[Callable[[Connection], str]], str]


@dataclass(frozen=True, slots=True)
class _Out:
    """What an export needs; `services` are those whose people exist."""

    keys: Keys
    flows: Mapping[str, Flow]
    services: Mapping[str, Service]
    now: datetime

    def choose(
        self,
        connection: Connection,
        since: datetime | None,
        before: datetime | None,
        name: str,
        why: str,
    ) -> str:
        """The names of what was shared in that time, as JSON; noted as going out."""
        keyring.learn(connection, self.keys)
        heads = leaving.choose(connection, list(self.services), since, before)
        who = leaving.OPERATOR
        leaving.note_many(connection, self.keys, heads, who, name, self.now, why)
        return json.dumps([head.key for head in heads])

    def read(self, connection: Connection, names: Sequence[str], found: list[Exported]) -> str:
        """Open these and add them to what was found."""
        heads = [queries.find(connection, name, list(self.services)) for name in names]
        there = [head for head in heads if head]
        parts = (self.keys, self.flows, self.services, there, self.now)
        found.extend(leaving.opened_all(connection, *parts))
        return ""


def export(
    settings: Settings, format: str, since: str, until: str, why: str, beside: Beside
) -> tuple[bytes, int]:
    """The file, and how many intakes are in it. `beside` runs what it is given in the database.
    Raises `Failed`."""
    plan, keys = plans.plan(settings), upkeep.keys(settings)
    services = {id: w.service for id, w in plan.worlds.items() if not w.service.practice}
    out = _Out(keys, plan.library.flows, services, datetime.now(UTC))
    try:
        zone = next(iter(services.values())).hours.zone
        first, before = leaving.days(since, until, zone)
        name = FORMATS[format].name
        noted = partial(out.choose, since=first, before=before, name=name, why=why)
        chosen: list[str] = json.loads(beside(noted))
    except ValueError:
        told = "Write days as in 2026-11-19, the earlier one as --since."
        raise Failed(told, upkeep.WRONG_USE) from None
    except leaving.TooMany:
        told = f"There are more than {leaving.MOST}. Choose fewer days with --since and --until."
        raise Failed(told, upkeep.PROBLEM) from None
    found: list[Exported] = []
    for start in range(0, len(chosen), AT_ONCE):
        beside(partial(out.read, names=chosen[start : start + AT_ONCE], found=found))
    return formats.many(format, found, out.flows, out.now), len(found)
