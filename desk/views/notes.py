"""A note about a person, in two voices."""

from __future__ import annotations

from aiohttp import web

from desk import notes
from desk.forms import Filled
from desk.kit import WORKER
from desk.opening import filled, form_page, opened, path, write
from desk.routes import KEY, Page


async def ask(request: web.Request) -> web.Response:
    return form_page(request, "note.html", await opened(request), Filled())


async def add(request: web.Request) -> web.Response:
    """Keep the note; with nothing in it, or too much, the form comes back as it was."""
    open_one, form = await opened(request), await filled(request)
    said, saw = form.words("said"), form.words("saw")
    form.one_of("said", "saw")
    if form.faults:
        return form_page(request, "note.html", open_one, form)
    head, worker, now = open_one.head, request[WORKER].id, open_one.now
    await write(
        request, head, lambda c, s: notes.add(c, s, form.once, head.id, worker, now, said, saw)
    )
    raise web.HTTPSeeOther(path(head) + "#notes")


PAGES = (
    Page("GET", f"/intake/{KEY}/note", "write", ask),
    Page("POST", f"/intake/{KEY}/note", "write", add, long=True),
)
