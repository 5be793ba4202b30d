"""What a person asked for that can't wait: seen to, or answered by the day that they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.conversation.model import WorkerGaveBack
from desk import gate, intake, queries, wishes
from desk.changes import look
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.opening import Opened, filled, write
from desk.pages import page
from desk.queries import Head
from desk.routes import KEY, Page
from desk.views import writing
from desk.waiting_list import card
from desk.wishes import Wish
from desk.writing import Writing, too_long

ASKED = "asked for by the person"
HOW = ("told", "send")  # how they have the answer: the worker told them, or it goes to their phone
LONGEST_REASON = 300  # characters: it is told with our own words


@dataclass(frozen=True, slots=True)
class _Open:
    """One such wish; `here` are those that wait, of this conversation, until it came."""

    wish: Wish
    head: Head
    here: Sequence[Wish]

    @property
    def rest(self) -> Wish | None:
        """The last of them that needs no answer of its own."""
        return next((w for w in reversed(self.here) if not (w.owed or w.seen_at)), None)

    @property
    def owed(self) -> list[Wish]:
        """Others of them that do."""
        return [w for w in self.here if w.owed and not w.seen_at and w.id != self.wish.id]


async def show(request: web.Request) -> web.Response:
    """How to reach somebody who asked for it; noted as a look before it is shown."""
    desk, worker, open_one = request.app[DESK], request[WORKER], await _open(request)
    head, now = open_one.head, desk.clock.now(open_one.head.service)
    await desk.store.write(lambda c: look(c, [head.id], worker.id, ASKED, now))
    return await _page(request, open_one, Filled())


async def see_to(request: web.Request) -> web.Response:
    """A worker has seen to it: the line leaves the list. What is owed an answer stays."""
    desk, open_one = request.app[DESK], await _open(request)
    wish, head = open_one.wish, open_one.head
    if wish.owed:
        raise web.HTTPSeeOther(f"/desk/asked/{wish.id}")
    now = desk.clock.now(head.service)
    await desk.store.write(lambda c: wishes.answer(c, wish, head.person, now))
    raise web.HTTPSeeOther("/desk/")


async def answer(request: web.Request) -> web.Response:
    """The answer, and how they have it; a form that is refused comes back."""
    desk, open_one = request.app[DESK], await _open(request)
    wish, head, worker = open_one.wish, open_one.head, request[WORKER]
    if not wish.owed or wish.seen_at:
        raise web.HTTPSeeOther(f"/desk/asked/{wish.id}")
    form, now = await filled(request), desk.clock.now(head.service)
    words, how = form.words("answer", needed=True), form.choice("how", HOW, needed=True)
    if how == "send" and not form.faults:
        await _send(request, head, wish, words, form)
    if form.faults:
        return await _page(request, open_one, form)
    about = (wish, head.person, worker.id, words, now)
    await write(request, head, lambda c, sealer: wishes.answer_owed(c, sealer, *about))
    raise web.HTTPSeeOther("/desk/")


async def say_why(request: web.Request) -> web.Response:
    """Why it will be late, to be told with the truth that it is; nothing takes it back."""
    open_one, form = await _open(request), await filled(request)
    wish, reason = open_one.wish, form.words("reason")
    if len(reason) > LONGEST_REASON:
        form.faults["reason"] = "over_300"
        return await _page(request, open_one, form)
    await write(request, open_one.head, lambda c, sealer: wishes.say_why(c, sealer, wish, reason))
    raise web.HTTPSeeOther(f"/desk/asked/{wish.id}")


async def _send(request: web.Request, head: Head, wish: Wish, words: str, form: Filled) -> None:
    """To their phone, in a good time. Who wrote to them before goes on to, else the assistant."""
    worker, way = request[WORKER], await _way(request, head)
    if way is None:
        form.faults["how"] = "choice"
    elif too_long(worker.name, words):
        form.faults["answer"] = "parts"
    else:
        opened, now_is = way
        if not await writing.deliver(request, opened, now_is, wish.id, words):
            form.faults["answer"] = "unsent"
        elif not now_is.held:
            await writing.tell(request, opened, WorkerGaveBack(worker.id))


async def _way(request: web.Request, head: Head) -> tuple[Opened, Writing] | None:
    """How it could go to their phone, by who holds the intake and has read how to reach them."""
    desk, worker = request.app[DESK], request[WORKER]
    if head.reference is None or head.gone or not worker.may("write"):
        return None
    keys, now = desk.store.keys, desk.clock.now(head.service)
    found = await desk.store.read(lambda c: intake.read(c, keys, desk.flows, head))
    opened = Opened(found, desk.services[head.service], now)
    now_is = await writing.state(request, opened)
    if now_is is None or now_is.shut or now_is.unsafe or not now_is.mine:
        return None
    return (opened, now_is) if gate.is_passed(found, worker.id) else None


async def _page(request: web.Request, open_one: _Open, form: Filled) -> web.Response:
    desk, wish, head = request.app[DESK], open_one.wish, open_one.head
    keys, owed = desk.store.keys, wish.owed and not wish.seen_at
    shown = await desk.store.read(lambda connection: card(connection, desk, head))
    stated = await desk.store.read(lambda c: wishes.statements(c, keys, head))
    about = {
        "card": shown,
        "number": "" if head.gone else intake.address(keys, head),
        "cues": await desk.store.read(lambda c: wishes.cues(c, keys, head, open_one.here)),
        "reply": (await desk.store.read(lambda c: wishes.replies(c, keys, head))).get(wish.id),
        "statement": next((s.words for s in stated if s.wish.id == wish.id), ""),
        "answer_by": wishes.answer_by([wish]),
        "way": await _way(request, head) if owed else None,
    }
    values: dict[str, Any] = {"what": {w.what for w in open_one.here}, "rest": open_one.rest}
    values |= {"how": HOW, "owed": open_one.owed, "given": form.given, "faults": form.faults}
    status = 400 if form.faults else 200
    return page(request, "asked.html", status, asked=wish, about=about, **values)


async def _open(request: web.Request) -> _Open:
    desk, key = request.app[DESK], request.match_info["key"]
    services = list(desk.services_of(request[WORKER]))

    def work(connection: Connection) -> _Open | None:
        wish = wishes.find(connection, key, services)
        head = queries.find(connection, wish.conversation, services) if wish else None
        if wish is None or head is None:
            return None
        all_of_it = wishes.of_conversation(connection, head.id)
        here = [w for w in all_of_it if w.seen_at is None and w.at <= wish.at]
        return _Open(wish, head, here or [wish])

    found = await desk.store.read(work)
    if found is None:
        raise web.HTTPNotFound
    return found


PAGES = (
    Page("GET", f"/asked/{KEY}", "read", show),
    Page("POST", f"/asked/{KEY}", "take", see_to),
    Page("POST", f"/asked/{KEY}/answer", "write", answer, long=True),
    Page("POST", f"/asked/{KEY}/why", "write", say_why, long=True),
)
