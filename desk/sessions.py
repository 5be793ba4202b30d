"""Sessions of workers: 256 random bits in a cookie, their SHA-256 in the database.

They end after 30 minutes without use, after 12 hours in any case, and at once on signing out.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import Connection, select, update

from desk.kit import DESK, Worker
from store import tables as t
from store.sealing import token_hash

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
DEVICE_LASTS = timedelta(days=365)
TOUCH = timedelta(minutes=1)  # a page opened sooner after the last one costs no write


def cookie_name(secure: bool, device: bool = False) -> str:
    """Browsers keep a `__Host-` cookie only if it is Secure, and some refuse Secure over plain
    http even on loopback, where the rehearsal runs. There a plain name does."""
    name = "ownpace-device" if device else "ownpace"
    return f"__Host-{name}" if secure else name


def token_of(request: web.Request) -> str:
    return request.cookies.get(cookie_name(request.app[DESK].secure_cookies), "")


def device_of(request: web.Request) -> str:
    """The token of this browser, if somebody signed in here before by password."""
    return request.cookies.get(cookie_name(request.app[DESK].secure_cookies, device=True), "")


def set_device(response: web.Response, token: str, secure: bool) -> None:
    """Kept for a year; it opens nothing, it only tells this browser from those of strangers."""
    response.set_cookie(
        cookie_name(secure, device=True),
        token,
        max_age=int(DEVICE_LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def set_cookie(response: web.Response, token: str, secure: bool) -> None:
    """No age: the browser forgets it when it closes; the database decides in any case."""
    response.set_cookie(
        cookie_name(secure), token, path="/", secure=secure, httponly=True, samesite="Lax"
    )


def drop_cookie(response: web.Response, secure: bool) -> None:
    response.del_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="Lax")


def opens(connection: Connection, token: str, now: datetime) -> bool:
    """Would this one-time link let somebody in? A look that changes nothing."""
    link = t.sign_in_link.c
    good = (link.token_hash == token_hash(token), link.used_at.is_(None), link.expires_at > now)
    return connection.scalar(select(link.worker).where(*good)) is not None


def use_link(connection: Connection, token: str, now: datetime) -> str | None:
    """Use a one-time link up; the worker that it is for, or None: used, too old, unknown."""
    link, w = t.sign_in_link.c, t.worker.c
    good = (link.token_hash == token_hash(token), link.used_at.is_(None), link.expires_at > now)
    used = connection.execute(update(t.sign_in_link).where(*good).values(used_at=now))
    if used.rowcount != 1:
        return None
    owner = select(w.id).join(t.sign_in_link, link.worker == w.id)
    return connection.scalar(
        owner.where(link.token_hash == token_hash(token), w.closed_at.is_(None))
    )


def begin(connection: Connection, worker: str, now: datetime, how: str = "link") -> str:
    """A new session, come by a `link` or a `password`; returns its token, which is never used
    again once it ended."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        t.session.insert().values(
            token_hash=token_hash(token),
            worker=worker,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            used_at=now,
            how=how,
        )
    )
    return token


def find(connection: Connection, token: str, now: datetime) -> tuple[Worker, datetime] | None:
    """Whose session this is and when it was last used; None once it ended in any way."""
    s, w = t.session.c, t.worker.c
    row = connection.execute(
        select(w.id, w.name, w.role, s.csrf, s.how, w.totp_last, s.stepped_up_at, s.used_at)
        .join_from(t.session, t.worker, s.worker == w.id)
        .where(
            s.token_hash == token_hash(token),
            s.ended_at.is_(None),
            s.used_at > now - IDLE,
            s.created_at > now - LONGEST,
            w.closed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    theirs = select(t.membership.c.service).where(t.membership.c.worker == row.id)
    services = frozenset(connection.scalars(theirs))
    id, name, role, csrf, how, totp_last, stepped_up_at, used_at = row
    return Worker(id, name, role, csrf, how, totp_last, stepped_up_at, services), used_at


def touch(connection: Connection, token: str, now: datetime) -> None:
    session = update(t.session).where(t.session.c.token_hash == token_hash(token))
    connection.execute(session.values(used_at=now))


def step_up(connection: Connection, token: str, now: datetime) -> None:
    """The second factor was shown just now."""
    session = update(t.session).where(t.session.c.token_hash == token_hash(token))
    connection.execute(session.values(stepped_up_at=now))


def know(connection: Connection, worker: str, now: datetime) -> str:
    """The token of a new device of this worker."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": token_hash(token), "worker": worker, "made_at": now}
    connection.execute(t.device.insert().values(row))
    return token


def end(connection: Connection, token: str, now: datetime) -> None:
    s = t.session.c
    session = update(t.session).where(s.token_hash == token_hash(token), s.ended_at.is_(None))
    connection.execute(session.values(ended_at=now))
