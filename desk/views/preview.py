"""The record as the person would read it, and four questions about it."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.i18n import SOURCE
from desk import looks, notes
from desk.copying import held
from desk.copying.build import build
from desk.copying.saying import Say
from desk.copying.structure import Copy
from desk.forms import Filled
from desk.kit import DESK, WORKER, Desk
from desk.notes import QUESTIONS
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.places import ABOUT_OTHERS
from desk.routes import KEY, Page

ANSWERS = ("yes", "not_yet")


async def show(request: web.Request) -> web.Response:
    return await _page(request, await opened(request, looks.AS_THEY), Filled())


async def answer(request: web.Request) -> web.Response:
    """Keep what the worker answered, as a note."""
    open_one, form = await opened(request, looks.AS_THEY), await filled(request)
    answers = {name: form.choice(name, ANSWERS, needed=True) for name in QUESTIONS}
    words = form.words("words", needed="not_yet" in answers.values())
    if form.faults:
        return await _page(request, open_one, form)
    head, worker, now = open_one.head, request[WORKER].id, open_one.now
    await write(
        request,
        head,
        lambda c, s: notes.add_answers(c, s, form.once, head.id, worker, now, answers, words),
    )
    raise web.HTTPSeeOther(path(head) + "#notes")


async def _page(request: web.Request, open_one: Opened, form: Filled) -> web.Response:
    values = {"about_others": ABOUT_OTHERS, "questions": QUESTIONS, "answers": ANSWERS}
    copy = await _copy(request.app[DESK], open_one)
    return form_page(request, "as_they_would.html", open_one, form, copy=copy, **values)


async def _copy(desk: Desk, open_one: Opened) -> Copy:
    """What they would get, in the desk's language."""
    parts = (desk.store.keys, desk.flows, open_one.head, open_one.now)
    all_of_it = await desk.store.read(lambda c: held.read(c, *parts))
    say = Say(desk.sentences, SOURCE, open_one.zone)
    return build(all_of_it, say, open_one.service, open_one.now, preview=True)


PAGES = (
    Page("GET", f"/intake/{KEY}/as-they-would", "read", show),
    Page("POST", f"/intake/{KEY}/as-they-would", "write", answer, long=True),
)
