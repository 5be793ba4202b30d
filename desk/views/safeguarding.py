"""A stage of safeguarding begins: the plain words for the person, and what they think of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aiohttp import web

from desk import gate, safeguarding
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.routes import KEY, Page
from desk.safeguarding import NOT, SEND, TELLING, TOLD, Content
from desk.views import writing
from desk.writing import Writing, too_long


async def ask(request: web.Request, stage: str) -> web.Response:
    open_one = await opened(request)
    words = request.app[DESK].plain.of(stage, open_one.head.language, open_one.intake.discreet)
    return await _page(request, open_one, stage, Filled({"words": words}))


async def put(request: web.Request, stage: str) -> web.Response:
    """Send the words, if they are to go out; then keep the change."""
    open_one, form = await opened(request), await filled(request)
    head, worker, now = open_one.head, request[WORKER], open_one.now
    content, way = _content(form), await _way(request, open_one)
    if content.words:
        _may_go(form, content.words, way, worker.name)
    words = content.words
    sends = bool(words) and not form.faults
    if sends and way and not await writing.deliver(request, open_one, way, form.once, words):
        form = Filled({**form.given, "once": ""}, {"words": "unsent"})
    if form.faults:
        return await _page(request, open_one, stage, form)
    await write(
        request,
        head,
        lambda c, s: safeguarding.add(c, s, form.once, head.id, worker.id, now, stage, content),
    )
    raise web.HTTPSeeOther(path(head) + "#safeguarding")


def _content(form: Filled) -> Content:
    telling = form.choice("telling", TELLING, needed=True)
    words = form.words("words", needed=telling == SEND)
    how, why_not = form.words("how", needed=telling == TOLD), form.words("why_not", telling == NOT)
    says, not_asked = form.words("says"), form.words("not_asked")
    form.one_of("says", "not_asked")
    told = {"words": words if telling == SEND else ""}
    told |= {"how": how if telling == TOLD else "", "why_not": why_not if telling == NOT else ""}
    return Content(**told, says=says, not_asked=not_asked)


def _may_go(form: Filled, words: str, way: Writing | None, name: str) -> None:
    if way is None or way.shut or way.unsafe:
        form.faults["telling"] = "not_by_us"
    elif too_long(name, words):
        form.faults["words"] = "parts"


async def _way(request: web.Request, open_one: Opened) -> Writing | None:
    """How this worker would write to them; None where it is not for them to write."""
    now_is = await writing.state(request, open_one)
    if now_is and now_is.mine and gate.is_passed(open_one.intake, request[WORKER].id):
        return now_is
    return None


async def _page(request: web.Request, open_one: Opened, stage: str, form: Filled) -> web.Response:
    way = await _way(request, open_one)
    open_way = bool(way and not way.shut and not way.unsafe)
    english = request.app[DESK].plain.of(stage, "en", open_one.intake.discreet)
    values = {"stage": stage, "label": safeguarding.stages()[stage], "tellings": TELLING}
    return form_page(
        request, "stage.html", open_one, form, way=way, open_way=open_way, english=english, **values
    )


def _pages() -> Iterator[Page]:
    for stage in safeguarding.stages():
        path = f"/intake/{KEY}/safeguarding/{stage}"
        yield Page("GET", path, "write", partial(ask, stage=stage))
        yield Page("POST", path, "write", partial(put, stage=stage), long=True)


PAGES = tuple(_pages())
