"""One intake: noted who looks, then shown."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from markupsafe import Markup

from desk import changes, covering, gate, holding, looks, reviews, safeguarding
from desk.freshness import answer, live
from desk.kit import DESK, WORKER
from desk.opening import find, look_at, opened, path, write
from desk.pages import page
from desk.queries import Head
from desk.reading import sealer_of
from desk.routes import KEY, Page
from desk.views import writing
from store import hiding, legal_hold


async def show(request: web.Request) -> web.Response:
    """Somebody opens it: what the person was promised is kept now."""
    head, desk = await find(request), request.app[DESK]
    if head.reference and not head.gone:
        now = desk.clock.now(head.service)
        await desk.store.write(lambda connection: changes.keep_promise(connection, head.id, now))
    return await _page(request, head)


async def refresh(request: web.Request) -> web.Response:
    """The same, for a page that is open already. One left open reads nothing for anybody."""
    try:
        head = await find(request)
    except web.HTTPNotFound:
        # It was taken back: the open page must not go on showing it.
        here = request.path.removesuffix("/now")
        raise web.HTTPNotFound(headers={"HX-Redirect": here}) from None
    mark, frame = _frame(request, head, await _values(request, head))
    return answer(request, mark, frame)


async def pick_up(request: web.Request) -> web.Response:
    """Take it on; one worker wins, and another who was a moment later is told who has it."""
    head, desk, worker = await find(request), request.app[DESK], request[WORKER]
    if head.reference is None or head.gone:
        raise web.HTTPNotFound
    now = desk.clock.now(head.service)
    mine = await desk.store.write(lambda c: holding.pick_up(c, head.id, worker.id, now))
    if mine:
        raise web.HTTPSeeOther(path(head))
    return await _page(request, await find(request), status=409, late=True)


async def ready(request: web.Request) -> web.Response:
    """They have read what to know before first contact: the ways to reach the person are shown."""
    head, desk, worker = await find(request), request.app[DESK], request[WORKER]
    now = desk.clock.now(head.service)
    await write(request, head, lambda c, s: gate.passed(c, s, head.id, worker.id, now))
    raise web.HTTPSeeOther(path(head))


async def code_word(request: web.Request) -> web.Response:
    """The word itself, on a page of its own: a look with a purpose of its own."""
    open_one = await opened(request, looks.CODE_WORD)
    return page(request, "code_word.html", **open_one.values())


async def _page(
    request: web.Request, head: Head, status: int = 200, late: bool = False
) -> web.Response:
    values = await _values(request, head)
    _, frame = _frame(request, head, values)
    return page(request, "intake.html", status, late=late, live=frame, **values)


def _frame(request: web.Request, head: Head, values: dict[str, Any]) -> tuple[str, Markup]:
    name = "_intake.html" if values["intake"] else "_erased.html"
    return live(request, path(head, "/now"), name, **values)


async def _values(request: web.Request, head: Head) -> dict[str, Any]:
    """What the templates need; of an erased intake only that it is gone."""
    desk, service = request.app[DESK], request.app[DESK].services[head.service]
    if head.gone:
        now, zone = desk.clock.now(head.service), service.hours.zone
        hidden = await desk.store.read(lambda c: hiding.of_conversation(c, head.id))
        whose = hidden.person if hidden else ""
        held = await desk.store.read(lambda c: legal_hold.of_person(c, None, whose, now))
        gone = {"head": head, "intake": None, "hidden": hidden, "held": held}
        return gone | {"service": service, "zone": zone, "now": now}
    open_one = await look_at(request, head)
    worker, decided = request[WORKER].id, open_one.intake.ours.decisions
    acts = await desk.store.read(lambda c: covering.acts_for(c, worker, desk.clock.now()))
    sealer, now = sealer_of(desk.store.keys, head), open_one.now
    held = await desk.store.read(lambda c: legal_hold.of_person(c, sealer, head.person, now))
    ours = {
        "ready": gate.is_passed(open_one.intake, worker),
        "writing": await writing.state(request, open_one),
        "mine": head.taken_by in acts,
        "again": {one.id for one in decided if reviews.is_due(one, decided, open_one.now)},
        "held": held,
        "stages": safeguarding.stages(),
    }
    blank: dict[str, dict[str, str]] = {"given": {}, "faults": {}}  # of the form in it
    return open_one.values() | ours | blank


PAGES = (
    Page("GET", f"/intake/{KEY}", "read", show),
    Page("GET", f"/intake/{KEY}/now", "read", refresh, quiet=True),
    Page("POST", f"/intake/{KEY}/pick-up", "take", pick_up),
    Page("POST", f"/intake/{KEY}/ready", "read", ready),
    Page("GET", f"/intake/{KEY}/code-word", "read", code_word),
)
