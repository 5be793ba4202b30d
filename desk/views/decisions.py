"""A decision with its reason; and that the person was told of it."""

from __future__ import annotations

from aiohttp import web

from desk import decisions
from desk.decisions import LAWFUL, MATCHES, TOLD, Content, Decision, Passed
from desk.forms import Filled
from desk.kit import WORKER
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.routes import KEY, Page

PASSING = ("passed_what", "passed_to", "passed_lawful", "passed_told", "passed_why")


async def ask(request: web.Request) -> web.Response:
    return _page(request, await opened(request), Filled())


async def add(request: web.Request) -> web.Response:
    """Keep it. Without a reason, or without what the person was told, it is not kept."""
    open_one, form = await opened(request), await filled(request)
    head, worker, now, zone = open_one.head, request[WORKER].id, open_one.now, open_one.zone
    content = _content(form)
    told_at = form.moment("told_at", zone, now)
    _told_or_why_not(form)
    review = form.day("review_on", zone, now)
    if form.faults:
        return _page(request, open_one, form)
    await write(
        request,
        head,
        lambda c, s: decisions.add(c, s, form.once, head.id, worker, now, content, told_at, review),
    )
    raise web.HTTPSeeOther(path(head) + "#decisions")


async def ask_told(request: web.Request) -> web.Response:
    open_one = await opened(request)
    decision = _decision(open_one, request.query.get("decision", ""))
    return _told_page(request, open_one, decision, Filled())


async def tell(request: web.Request) -> web.Response:
    """They have been told since."""
    open_one, form = await opened(request), await filled(request)
    decision, head = _decision(open_one, form.given.get("decision", "")), open_one.head
    told_at = form.moment("told_at", open_one.zone, open_one.now)
    form.one_of("told_at")
    how = form.words("how", needed=True)
    if form.faults or told_at is None:
        return _told_page(request, open_one, decision, form)
    at = told_at
    await write(request, head, lambda c, s: decisions.now_told(c, s, decision, at, how))
    raise web.HTTPSeeOther(path(head) + "#decisions")


def _content(form: Filled) -> Content:
    what, why = form.words("what", needed=True), form.words("why", needed=True)
    matches = form.choice("fits", MATCHES)
    told = {"how": form.words("how"), "not_yet": form.words("not_yet")}
    asked = {"wanted": form.words("wanted"), "offered": form.words("offered")}
    return Content(what, why, matches=matches, passed=_passed(form), **asked, **told)


def _passed(form: Filled) -> Passed | None:
    """What goes to somebody outside: all of it or nothing."""
    if not any(form.given.get(name, "").strip() for name in PASSING):
        return None
    what, to = form.words("passed_what", needed=True), form.words("passed_to", needed=True)
    lawful = form.choice("passed_lawful", LAWFUL, needed=True)
    told = form.choice("passed_told", TOLD, needed=True)
    why = form.words("passed_why", needed=told != "before")
    return Passed(what, to, lawful, told, why)


def _told_or_why_not(form: Filled) -> None:
    """Told, with when and how; or why they have not been told yet."""
    when, how = (form.given.get(name, "").strip() for name in ("told_at", "how"))
    if when or how:
        form.one_of("told_at")
        form.one_of("how")
    else:
        form.one_of("not_yet")


def _decision(open_one: Opened, key: str) -> Decision:
    """The one that they have not been told of yet, by its id."""
    for decision in open_one.intake.ours.decisions:
        if decision.id == key and decision.told_at is None:
            return decision
    raise web.HTTPNotFound


def _page(request: web.Request, open_one: Opened, form: Filled) -> web.Response:
    passing = any(form.given.get(name, "").strip() for name in PASSING)
    codes = {"matches": MATCHES, "lawful": LAWFUL, "tellings": TOLD}
    return form_page(request, "decision.html", open_one, form, passing=passing, **codes)


def _told_page(
    request: web.Request, open_one: Opened, decision: Decision, form: Filled
) -> web.Response:
    return form_page(request, "told.html", open_one, form, decision=decision)


PAGES = (
    Page("GET", f"/intake/{KEY}/decision", "write", ask),
    Page("POST", f"/intake/{KEY}/decision", "write", add, long=True),
    Page("GET", f"/intake/{KEY}/told", "write", ask_told),
    Page("POST", f"/intake/{KEY}/told", "write", tell, long=True),
)
