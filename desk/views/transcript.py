"""All messages of both sides, opened for a purpose that is asked once a day."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from desk import addressed, changes, looks, wishes
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.looks import PURPOSES
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.pages import page
from desk.places import CODE_WORD
from desk.routes import KEY, Page
from store import messages

LONGEST_PURPOSE = 300


async def show(request: web.Request) -> web.Response:
    """The messages, or first the question what for. Each look is noted with that purpose."""
    open_one = await opened(request)
    known = looks.today(open_one.intake.looks, request[WORKER].id, _midnight(open_one))
    if known is None:
        return _ask(request, open_one, Filled())
    open_one = await opened(request, known.purpose)
    desk, head = request.app[DESK], open_one.head

    def read(connection: Connection) -> dict[str, Any]:
        all_of_it = messages.transcript(connection, desk.store.keys, head.id, CODE_WORD)
        signs = wishes.signs(wishes.of_conversation(connection, head.id))
        return {"written": addressed.shared(head, all_of_it), "signs": signs}

    found = await desk.store.read(read)
    return page(request, "transcript.html", look=known, **found, **open_one.values())


async def say_why(request: web.Request) -> web.Response:
    """The purpose, noted as a look, and then the messages."""
    open_one, form = await opened(request), await filled(request)
    purpose = form.choice("purpose", PURPOSES, needed=True)
    words = form.words("words", needed=purpose == "other")
    if len(words) > LONGEST_PURPOSE:
        form.faults["words"] = "over_300"
    if form.faults:
        return _ask(request, open_one, form)
    head, worker, now = open_one.head, request[WORKER].id, open_one.now
    stored = looks.for_messages(purpose)
    await write(
        request,
        head,
        lambda c, s: changes.look_for(c, head.id, worker, stored, now, s, words),
    )
    raise web.HTTPSeeOther(path(head, "/messages"))


def _ask(request: web.Request, open_one: Opened, form: Filled) -> web.Response:
    return form_page(request, "purpose.html", open_one, form, purposes=PURPOSES)


def _midnight(open_one: Opened) -> datetime:
    today = open_one.now.astimezone(open_one.zone).date()
    return datetime.combine(today, time(), open_one.zone)


PAGES = (
    Page("GET", f"/intake/{KEY}/messages", "read", show),
    Page("POST", f"/intake/{KEY}/messages", "read", say_why),
)
