"""Reviews: opened in two clicks, kept as they grow, closed by a change or by why none is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from desk import before, changes, covering, looking_back
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.looking_back import THEMES, Content, Learnt, Review
from desk.looks import LOOKED_BACK
from desk.opening import filled, find
from desk.pages import page
from desk.routes import KEY, Page
from store import looking_back as opening
from store.ids import new_id
from store.looking_back import Reason
from store.sealing import Sealer

CONTENT = Content.__struct_fields__
T = TypeVar("T")


async def show_all(request: web.Request) -> web.Response:
    """What waits to be looked back at, what waits to be checked, what was learnt lately."""
    desk = request.app[DESK]
    services = list(desk.services_of(request[WORKER]))
    stages = {
        "open": looking_back.OPEN,
        "check": looking_back.CHECK,
        "closed": looking_back.CLOSED,
    }

    def work(connection: Connection) -> dict[str, list[Review]]:
        keys = desk.store.keys
        return {n: looking_back.listed(connection, keys, services, w) for n, w in stages.items()}

    found = await desk.store.read(work)
    return page(request, "reviews.html", found=found, desk=desk, now=desk.clock.now())


async def open_one(request: web.Request) -> web.Response:
    """Somebody noticed that something went wrong, or nearly."""
    desk, head, worker = request.app[DESK], await find(request), request[WORKER]
    now = desk.clock.now(head.service)
    reason = Reason(head.id, "noticed", new_id(), now)
    id = await desk.store.write(lambda c: opening.open_one(c, reason, now, worker.id))
    raise web.HTTPSeeOther(f"/desk/review/{id}")


async def show(request: web.Request) -> web.Response:
    review = await _opened(request)
    given = {name: getattr(review.content, name) for name in CONTENT}
    return await _page(request, "review.html", review, Filled(given), themes=review.themes)


async def keep(request: web.Request) -> web.Response:
    """Keep what was written so far; nothing of it is needed yet."""
    review, form = await _opened(request), await filled(request)
    content = Content(**{name: form.words(name) for name in CONTENT})
    themes = tuple(theme for theme in THEMES if theme in form.given)
    if form.faults:
        return await _page(request, "review.html", review, form, themes=themes)
    await _write(request, review, lambda c, s: looking_back.write(c, s, review.id, content, themes))
    raise web.HTTPSeeOther(f"/desk/review/{review.id}")


async def ask_decide(request: web.Request) -> web.Response:
    return await _page(request, "review_decide.html", await _opened(request, "open"), Filled())


async def decide(request: web.Request) -> web.Response:
    """Close it by a change that somebody checks by a day, or by why none is needed."""
    desk, worker = request.app[DESK], request[WORKER]
    review, form = await _opened(request, "open"), await filled(request)
    service = desk.services[review.service]
    now = desk.clock.now(review.service)
    learnt = Learnt(form.words("change"), form.words("none_needed"), form.words("told"))
    form.one_of("change", "none_needed")
    known = await desk.store.read(lambda c: covering.colleagues(c, "", [review.service]))
    checker = form.choice("checker", known, needed=bool(learnt.change))
    day = form.day("check_on", service.hours.zone, now, needed=bool(learnt.change))
    if learnt.change and learnt.none_needed:
        form.faults["none_needed"] = "both"
    if not review.themes:
        form.faults["themes"] = "needed"
    if form.faults:
        return await _page(request, "review_decide.html", review, form)
    checking = (checker, day) if learnt.change else (None, None)
    put = partial(looking_back.decide, keys=desk.store.keys, review=review, learnt=learnt)
    if not await desk.store.write(lambda c: put(c, worker=worker.id, now=now, checking=checking)):
        raise web.HTTPConflict
    raise web.HTTPSeeOther(f"/desk/review/{review.id}")


async def ask_check(request: web.Request) -> web.Response:
    return await _page(request, "review_check.html", await _opened(request, "check"), Filled())


async def check(request: web.Request) -> web.Response:
    """Did the change work? Where it did not, the review is open again."""
    desk = request.app[DESK]
    review, form = await _opened(request, "check"), await filled(request)
    worked, proof = form.choice("worked", ("yes", "no"), needed=True), form.words("proof", True)
    if form.faults:
        return await _page(request, "review_check.html", review, form)
    keys, now = desk.store.keys, desk.clock.now(review.service)
    if not await desk.store.write(
        lambda c: looking_back.check(c, keys, review, worked == "yes", proof, now)
    ):
        raise web.HTTPConflict
    raise web.HTTPSeeOther(f"/desk/review/{review.id}")


async def _opened(request: web.Request, stage: str = "") -> Review:
    """The review of this address; that a worker looks is stored before a word is opened."""
    desk, worker, id = request.app[DESK], request[WORKER], request.match_info["key"]
    services = list(desk.services_of(worker))
    find_it = partial(looking_back.find, keys=desk.store.keys, id=id, services=services)
    review = await desk.store.read(find_it)
    if review is None or stage not in ("", review.stage):
        raise web.HTTPNotFound
    if not review.gone:
        now = desk.clock.now(review.service)
        note = partial(changes.look, worker=worker.id, purpose=LOOKED_BACK, now=now)
        await desk.store.write(lambda c: note(c, [review.conversation]))
    return review


async def _write(
    request: web.Request, review: Review, work: Callable[[Connection, Sealer], T]
) -> T:
    """Do this with the person's key, unless they were erased meanwhile."""
    desk = request.app[DESK]

    def checked(connection: Connection) -> T:
        sealer = looking_back.sealer_of(connection, desk.store.keys, review.conversation)
        if sealer is None:
            raise web.HTTPNotFound
        return work(connection, sealer)

    return await desk.store.write(checked)


async def _page(
    request: web.Request, name: str, review: Review, form: Filled, **more: Any
) -> web.Response:
    desk = request.app[DESK]
    service = desk.services[review.service]

    def work(connection: Connection) -> dict[str, Any]:
        moments = before.read(connection, desk.flows, review.conversation, review.at)
        return {
            "moments": moments,
            "colleagues": covering.colleagues(connection, "", [review.service]),
        }

    values = await desk.store.read(work)
    headings = {q.id: q.shows_as for flow in desk.flows.values() for q in flow.questions}
    values |= {"asked": headings.get(review.question, ""), "all_themes": THEMES}
    values |= {"in_their_words": looking_back.IN_THEIR_WORDS}
    values |= {"given": form.given, "faults": form.faults, "themes": review.themes, **more}
    values |= {"review": review, "service": service, "zone": service.hours.zone}
    status = 400 if form.faults else 200
    return page(request, name, status, now=desk.clock.now(review.service), **values)


PAGES = (
    Page("GET", "/reviews", "write", show_all),
    Page("POST", f"/intake/{KEY}/review", "write", open_one),
    Page("GET", f"/review/{KEY}", "write", show),
    Page("POST", f"/review/{KEY}", "write", keep, long=True),
    Page("GET", f"/review/{KEY}/change", "write", ask_decide),
    Page("POST", f"/review/{KEY}/change", "write", decide, long=True),
    Page("GET", f"/review/{KEY}/check", "write", ask_check),
    Page("POST", f"/review/{KEY}/check", "write", check, long=True),
)
