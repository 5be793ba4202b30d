"""The list: who is waiting, and what a person asked for that can't wait."""

from __future__ import annotations

from functools import partial

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import Connection

from desk import exposure, queries, wishes
from desk.changes import IN_THE_LIST, LIST_AGAIN, look, looked
from desk.choosing import Chosen
from desk.freshness import answer, live
from desk.intake import address
from desk.kit import DESK, WORKER, Desk, Worker
from desk.pages import page
from desk.queries import Head
from desk.routes import KEY, SIGNED_IN, Page
from desk.waiting_list import Part, card, read
from desk.wishes import Wish

ASKED = "asked for by the person"


async def to_list(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/desk/")


async def home(request: web.Request) -> web.Response:
    """The list; for those who never read an intake, what they do instead."""
    worker = request[WORKER]
    if worker.half_way:
        raise web.HTTPSeeOther("/desk/me")
    if not worker.may("read"):
        raise web.HTTPSeeOther("/desk/accounts") if worker.may("accounts") else web.HTTPForbidden
    return await show(request)


async def show(request: web.Request) -> web.Response:
    _, frame = await _frame(request)
    desk, worker = request.app[DESK], request[WORKER]
    about = (worker.id, list(desk.services_of(worker)), desk.flows.values(), desk.clock.now())
    heavy = await desk.store.read(lambda connection: exposure.is_heavy(connection, *about))
    return page(request, "waiting.html", live=frame, heavy=heavy)


async def refresh(request: web.Request) -> web.Response:
    return answer(request, *await _frame(request))


async def _frame(request: web.Request) -> tuple[str, Markup]:
    desk, worker = request.app[DESK], request[WORKER]
    chosen = Chosen.read(request.query)
    parts = await desk.store.read(lambda connection: read(connection, desk, worker, chosen))
    for part in parts:
        await _note_looks(desk, worker, part)
    source = f"/desk/now{chosen.written}"
    return live(request, source, "_waiting.html", parts=parts, chosen=chosen)


async def _note_looks(desk: Desk, worker: Worker, part: Part) -> None:
    """Who saw a name in the list: once a worker a day, and before it is shown."""
    ids = [card.head.id for card in part.named]
    if not ids:
        return
    now = part.named[0].now
    seen = partial(looked, worker=worker.id, purpose=IN_THE_LIST, since=now - LIST_AGAIN)
    if await desk.store.read(lambda connection: seen(connection, ids)) < set(ids):
        note = partial(look, worker=worker.id, purpose=IN_THE_LIST, now=now, again=LIST_AGAIN)
        await desk.store.write(lambda connection: note(connection, ids))


async def show_asked(request: web.Request) -> web.Response:
    """How to reach somebody who asked for it; noted as a look before it is shown."""
    desk, worker = request.app[DESK], request[WORKER]
    wish, head = await _asked(request)
    now = desk.clock.now(head.service)
    await desk.store.write(lambda c: look(c, [head.id], worker.id, ASKED, now))
    shown = await desk.store.read(lambda connection: card(connection, desk, head))
    all_of_it = await desk.store.read(lambda c: wishes.of_conversation(c, head.id))
    here = [w for w in all_of_it if w.seen_at is None and w.at <= wish.at] or [wish]
    what = {w.what for w in here}
    number = "" if head.gone else address(desk.store.keys, head)
    cues = await desk.store.read(lambda c: wishes.cues(c, desk.store.keys, head, here))
    answer_by = wishes.answer_by(here)
    about = {"card": shown, "number": number, "cues": cues, "answer_by": answer_by}
    return page(request, "asked.html", asked=wish, what=what, about=about)


async def answer_asked(request: web.Request) -> web.Response:
    """A worker has seen to it: the line leaves the list."""
    desk = request.app[DESK]
    wish, head = await _asked(request)
    now = desk.clock.now(head.service)
    await desk.store.write(lambda connection: wishes.answer(connection, wish, head.person, now))
    raise web.HTTPSeeOther("/desk/")


async def _asked(request: web.Request) -> tuple[Wish, Head]:
    desk, key = request.app[DESK], request.match_info["key"]
    services = list(desk.services_of(request[WORKER]))

    def work(connection: Connection) -> tuple[Wish | None, Head | None]:
        wish = wishes.find(connection, key, services)
        return wish, queries.find(connection, wish.conversation, services) if wish else None

    wish, head = await desk.store.read(work)
    if wish is None or head is None:
        raise web.HTTPNotFound
    return wish, head


PAGES = (
    Page("GET", "", "read", to_list),
    Page("GET", "/", SIGNED_IN, home),
    Page("GET", "/now", "read", refresh, quiet=True),
    Page("POST", f"/asked/{KEY}", "take", answer_asked),
    Page("GET", f"/asked/{KEY}", "read", show_asked),
)
