"""What every way out has in common: it is written down first, and only then is anything opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.conversation.flow import Flow
from desk import audit, changes, gate, queries
from desk.exporting import as_json
from desk.exporting.formats import HOOK, purpose
from desk.exporting.record import exported
from desk.exporting.structure import VERSION, Exported
from desk.intake import read
from desk.kit import Clock, Service
from desk.queries import Head
from store.outside import News
from store.sealing import Keys

MOST = 500  # intakes at once
HOOK_WORKER = "the web hook"
OPERATOR = "the operator"  # whoever runs commands on the machine


class TooMany(Exception):
    """More intakes than may leave at once."""


def days(since: str, until: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From the beginning of one day to the end of another, as times; empty ones are no bound.

    Raises `ValueError` where one is no day, or the later stands first.
    """
    first = date.fromisoformat(since) if since else None
    last = date.fromisoformat(until) if until else None
    both = [day for day in (first, last) if day]
    if both != sorted(both) or any(not 1900 < day.year < 9000 for day in both):
        raise ValueError("not in order")
    return (
        datetime.combine(first, time(), zone) if first else None,
        datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
    )


def choose(
    connection: Connection,
    services: Sequence[str],
    since: datetime | None,
    before: datetime | None,
) -> list[Head]:
    """What was shared in that time. Raises `TooMany`."""
    found = queries.handed(connection, services, since, before, MOST + 1)
    if len(found) > MOST:
        raise TooMany
    return found


def note_one(
    connection: Connection, keys: Keys, head: Head, who: str, name: str, clock: Clock
) -> None:
    """This intake goes out as `name` (text, paper, a format): a look, and a row of the audit."""
    changes.look(connection, [head.id], who, purpose(name), clock.now(head.service))
    audit.note(connection, keys, who, "export.one", f"{head.key} {name}", clock.now())


def note_many(
    connection: Connection,
    keys: Keys,
    heads: Sequence[Head],
    who: str,
    name: str,
    now: datetime,
    why: str,
) -> None:
    """These go out together: a look at each, and one row of the audit with the reason."""
    if not heads:
        return
    changes.look(connection, [head.id for head in heads], who, purpose(name), now)
    about = f"{len(heads)} {name} {heads[0].key}..{heads[-1].key}"
    audit.note(connection, keys, who, "export.list", about, now, why)


def opened(
    connection: Connection,
    keys: Keys,
    flows: Mapping[str, Flow],
    service: Service,
    head: Head,
    now: datetime,
    worker: str = "",
) -> Exported | None:
    """The intake as it is by now; None where it was erased or taken back meanwhile. A `worker` gets
    the number only behind the gate of the page; a program that takes it out has none to pass."""
    present = queries.find(connection, head.key, [service.id])
    if present is None or present.gone or present.reference is None:
        return None
    intake = read(connection, keys, flows, present)
    number = not worker or gate.is_passed(intake, worker)
    return exported(intake, flows.get(present.flow), service, now, number)


def opened_all(
    connection: Connection,
    keys: Keys,
    flows: Mapping[str, Flow],
    services: Mapping[str, Service],
    heads: Sequence[Head],
    now: datetime,
    worker: str = "",
) -> list[Exported]:
    """All of these that are still there."""
    found = (opened(connection, keys, flows, services[h.service], h, now, worker) for h in heads)
    return [one for one in found if one]


def for_hook(
    keys: Keys,
    flows: Mapping[str, Flow],
    services: Mapping[str, Service],
    clock: Clock,
    connection: Connection,
    news: News,
) -> dict[str, Any] | None:
    """What goes along by web hook, noted first; None where it is gone by now."""
    head = queries.find(connection, news.reference, list(services))
    if head is None or head.gone:
        return None
    if news.attempts == 0:
        note_one(connection, keys, head, HOOK_WORKER, HOOK, clock)
    now = clock.now(head.service)
    found = opened(connection, keys, flows, services[head.service], head, now)
    return as_json.data(found) | {"version": VERSION} if found else None
