"""What takes much out at once asks for the second factor again, and is good for ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web

from desk.kit import Worker
from desk.roles import PRACTISING

LASTS = timedelta(minutes=10)


def stepped_up(worker: Worker, now: datetime) -> bool:
    """Did they show their second factor just now?"""
    if worker.role == PRACTISING:
        return True  # there is nothing real to take out
    return worker.stepped_up_at is not None and now - worker.stepped_up_at <= LASTS


def first(worker: Worker, now: datetime, back_to: str) -> None:
    """Raise the way to the page that asks for it, unless they have; `back_to` is a path of ours."""
    if not stepped_up(worker, now):
        raise web.HTTPSeeOther(f"/desk/step-up?then={quote(back_to, safe='')}")
