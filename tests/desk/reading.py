"""What a reader sees of a page, and what the desk keeps of it."""

from __future__ import annotations

import html
import re

from sqlalchemy import select

from store import tables as t
from tests.desk.builder import Desk, Made


def plain(page: str) -> str:
    """What a reader sees, in order, with one space between things."""
    body = re.sub(r"<(script|head).*?</\1>", "", page, flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))).strip()


def looks(desk: Desk) -> list[tuple[str, str]]:
    """Who has looked, and why, in order; seeing a name in the list aside."""
    query = select(t.look.c.worker, t.look.c.purpose).order_by(t.look.c.at, t.look.c.id)
    rows = desk.store.read_sync(lambda c: c.execute(query)).all()
    return [(row.worker, row.purpose) for row in rows if row.purpose != "saw it in the list"]


def list_looks(desk: Desk) -> list[tuple[str, str]]:
    """Who saw which conversation in the list."""
    query = select(t.look.c.worker, t.look.c.conversation).order_by(t.look.c.at, t.look.c.id)
    chosen = query.where(t.look.c.purpose == "saw it in the list")
    return [tuple(row) for row in desk.store.read_sync(lambda c: c.execute(chosen))]


async def opened(desk: Desk, made: Made) -> str:
    return plain(await desk.page(f"/desk/intake/{made.reference or made.id}"))
