"""Who is on duty for a service, how they are reached, and whether that was tried of late."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    update,
)

from store import tables as t
from store.ids import new_id
from store.sealing import Keys, Unreadable, token_hash

FRESH = timedelta(days=7)  # a route that was tested counts for so long
LINK_LASTS = timedelta(days=1)
Addresses = Mapping[str, str]  # by route: email, sms, telegram


@dataclass(frozen=True, slots=True)
class Route:
    """One way to one worker. `tested_at` is when they last answered a test; `failed` says that
    something could not be sent over it since."""

    worker: str
    name: str
    kind: str
    address: str = field(repr=False)
    tested_at: datetime | None = None
    failed: bool = False

    def good(self, now: datetime) -> bool:
        """May a person be told that somebody will read, because of this route?"""
        return bool(self.tested_at and now - self.tested_at <= FRESH) and not self.failed


# --- Who, in which order -------------------------------------------------------------------------


def on_duty(connection: Connection, service: str) -> list[str]:
    """The workers who are told first, in order."""
    d = t.duty.c
    query = select(d.worker).join(t.worker, t.worker.c.id == d.worker)
    query = query.where(d.service == service, t.worker.c.closed_at.is_(None))
    return list(connection.scalars(query.order_by(d.place, d.worker)))


def leads(connection: Connection, service: str) -> list[str]:
    """Who is told when nobody on duty answers."""
    w, m = t.worker.c, t.membership.c
    query = select(w.id).join(t.membership, m.worker == w.id).where(m.service == service)
    return list(connection.scalars(query.where(w.role == "lead", w.closed_at.is_(None))))


def add(connection: Connection, service: str, worker: str) -> None:
    """Put them at the end of the list; whoever stands there already stays in their place."""
    d = t.duty.c
    if connection.scalar(select(exists().where(d.service == service, d.worker == worker))):
        return
    last = connection.scalar(select(func.max(d.place)).where(d.service == service)) or 0
    connection.execute(insert(t.duty).values(service=service, worker=worker, place=last + 1))


def remove(connection: Connection, service: str, worker: str) -> None:
    d = t.duty.c
    connection.execute(delete(t.duty).where(d.service == service, d.worker == worker))


def move_up(connection: Connection, service: str, worker: str) -> None:
    """Before whoever stands before them."""
    order, d = on_duty(connection, service), t.duty.c
    if worker in order[1:]:
        at = order.index(worker)
        order[at - 1], order[at] = worker, order[at - 1]
    for place, one in enumerate(order, start=1):
        mine = (d.service == service) & (d.worker == one)
        connection.execute(update(t.duty).where(mine).values(place=place))


# --- How they are reached ------------------------------------------------------------------------


def set_addresses(connection: Connection, keys: Keys, worker: str, email: str, phone: str) -> None:
    """Where nudges reach this worker; empty for nowhere. What changed has to be tested anew."""
    before = addresses(connection, keys, [worker]).get(worker, {})
    values = {
        "email": keys.master.seal(email, f"worker.email:{worker}") if email else null(),
        "phone": keys.master.seal(phone, f"worker.phone:{worker}") if phone else null(),
    }
    connection.execute(update(t.worker).where(t.worker.c.id == worker).values(values))
    after, r = addresses(connection, keys, [worker]).get(worker, {}), t.route_test.c
    changed = [kind for kind in before if before[kind] != after.get(kind)]
    connection.execute(delete(t.route_test).where(r.worker == worker, r.route.in_(changed)))


def addresses(connection: Connection, keys: Keys, workers: Iterable[str]) -> dict[str, Addresses]:
    """Their addresses, by worker. A number with a + is for SMS, another one a Telegram chat."""
    w = t.worker.c
    rows = connection.execute(select(w.id, w.email, w.phone).where(w.id.in_(list(workers))))
    found: dict[str, Addresses] = {}
    for id, email, phone in rows:
        mail, number = (
            _open(keys, email, f"worker.email:{id}"),
            _open(keys, phone, f"worker.phone:{id}"),
        )
        ways = {"email": mail, "sms" if number.startswith("+") else "telegram": number}
        found[id] = {kind: address for kind, address in ways.items() if address}
    return found


def _open(keys: Keys, sealed: bytes | None, name: str) -> str:
    try:
        return keys.master.open(sealed, name) if sealed else ""
    except Unreadable:
        return ""


# --- Whether that was tried ----------------------------------------------------------------------


def routes(connection: Connection, keys: Keys, service: str) -> list[Route]:
    """All ways to those on duty, in their order."""
    order = on_duty(connection, service)
    known, w, r = addresses(connection, keys, order), t.worker.c, t.route_test.c
    rows = connection.execute(select(w.id, w.name).where(w.id.in_(order)))
    names: dict[str, str] = {row.id: row.name for row in rows}
    found = []
    for worker in order:
        for kind, address in known[worker].items():
            last = select(func.max(r.answered_at)).where(r.worker == worker, r.route == kind)
            tested = connection.scalar(last)
            bad = _fails(connection, worker, kind, tested)
            found.append(Route(worker, names[worker], kind, address, tested, bad))
    return found


def _fails(connection: Connection, worker: str, kind: str, since: datetime | None) -> bool:
    s, r = t.nudge_sent.c, t.route_test.c
    of_sent = [s.worker == worker, s.route == kind, s.failed_code != ""]
    of_test = [r.worker == worker, r.route == kind, r.failed_code != ""]
    if since:
        of_sent, of_test = [*of_sent, s.at > since], [*of_test, r.at > since]
    return bool(connection.scalar(select(exists().where(*of_sent) | exists().where(*of_test))))


def is_reached(connection: Connection, keys: Keys, service: str, now: datetime) -> bool:
    """Was a way to somebody on duty tested in the last days, and does it work as far as we know?"""
    return any(route.good(now) for route in routes(connection, keys, service))


def begin_test(
    connection: Connection, service: str, worker: str, kind: str, now: datetime
) -> tuple[str, str]:
    """Note that a test goes out; its id, and the token of the link that answers it."""
    token, id = secrets.token_urlsafe(24), new_id()
    row = {"id": id, "service": service, "worker": worker, "route": kind, "at": now}
    row |= {"token_hash": token_hash(token), "failed_code": ""}
    connection.execute(insert(t.route_test).values(row))
    return id, token


def test_failed(connection: Connection, id: str, code: str) -> None:
    """It could not be sent."""
    values = {"failed_code": code[: t.CODE] or "failed"}
    connection.execute(update(t.route_test).where(t.route_test.c.id == id).values(values))


def _answerable(token: str, now: datetime) -> ColumnElement[bool]:
    r = t.route_test.c
    fresh = and_(r.at > now - LINK_LASTS, r.failed_code == "", r.answered_at.is_(None))
    return and_(r.token_hash == token_hash(token), fresh)


def is_open(connection: Connection, token: str, now: datetime) -> bool:
    """Does this link still answer a test?"""
    return bool(connection.scalar(select(exists().where(_answerable(token, now)))))


def answer(connection: Connection, token: str, now: datetime) -> bool:
    """The worker got it: the route works. Once for each test."""
    mine = _answerable(token, now)
    done = connection.execute(update(t.route_test).where(mine).values(answered_at=now))
    return done.rowcount == 1


def all_routes(connection: Connection, keys: Keys) -> list[Route]:
    """All ways to those on duty for real people."""
    real = connection.scalars(select(t.service.c.id).where(~t.service.c.practice)).all()
    return [route for service in real for route in routes(connection, keys, service)]


def all_untested(connection: Connection, keys: Keys, now: datetime) -> int:
    """How many of them a person may not be told a time for."""
    return sum(not route.good(now) for route in all_routes(connection, keys))
