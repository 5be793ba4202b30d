"""The concern level: one page for each level that somebody may choose, up, down, or the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aiohttp import web

from desk import concern
from desk.concern import NAMES, Content, way
from desk.forms import Filled
from desk.kit import WORKER
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.routes import KEY, Page


async def ask(request: web.Request, level: int) -> web.Response:
    open_one = await opened(request)
    last = open_one.intake.ours.level
    return _page(request, level, open_one, Filled({"seen": last.id if last else ""}))


async def put(request: web.Request, level: int) -> web.Response:
    """Keep the change, if it says what each change says, and nobody was quicker."""
    open_one, form = await opened(request), await filled(request)
    head, worker, now = open_one.head, request[WORKER].id, open_one.now
    content, seen = _content(form), form.given.get("seen", "")
    review = form.day("review_on", open_one.zone, now, needed=True)
    if form.faults or review is None:
        return _page(request, level, open_one, form)
    until = review
    mine = await write(
        request,
        head,
        lambda c, s: concern.put(
            c, s, form.once, head.id, worker, now, level, content, until, seen
        ),
    )
    if mine:
        raise web.HTTPSeeOther(path(head) + "#concern")
    return await _overtaken(request, level, form)


def _content(form: Filled) -> Content:
    why = form.words("why", needed=True)
    says, not_asked = form.words("says"), form.words("not_asked")
    form.one_of("says", "not_asked")
    keeps_safe = form.words("keeps_safe")
    form.one_of("keeps_safe", "none_known")
    will_do, told = form.words("will_do", needed=True), form.words("told", needed=True)
    return Content(why, will_do, told, says, not_asked, keeps_safe)


async def _overtaken(request: web.Request, level: int, form: Filled) -> web.Response:
    """Somebody set it meanwhile: the form comes back, beside what they wrote."""
    open_one = await opened(request)
    last = open_one.intake.ours.level
    form.given = {**form.given, "seen": last.id if last else ""}
    page = _page(request, level, open_one, form, late=last)
    page.set_status(409)
    return page


def _page(
    request: web.Request,
    level: int,
    open_one: Opened,
    form: Filled,
    late: concern.Change | None = None,
) -> web.Response:
    last = open_one.intake.ours.level
    direction = way(last.level if last else None, level)
    values = {"level": level, "called": NAMES[level], "last": last, "way": direction, "late": late}
    return form_page(request, "concern.html", open_one, form, **values)


def _pages() -> Iterator[Page]:
    for level, name in enumerate(NAMES):
        path = f"/intake/{KEY}/concern/{name}"
        yield Page("GET", path, "write", partial(ask, level=level))
        yield Page("POST", path, "write", partial(put, level=level), long=True)


PAGES = tuple(_pages())
