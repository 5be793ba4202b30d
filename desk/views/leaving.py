"""What a lead decides about erasing: hold somebody's words for a time, or bring them back."""

from __future__ import annotations

from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from desk import audit, notes
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.opening import Opened, filled, find, form_page, opened, path, write
from desk.pages import page
from desk.queries import Head
from desk.reading import sealer_of
from desk.routes import KEY, Page
from store import hiding, legal_hold
from store import tables as t
from store.hiding import Hidden
from store.sealing import Sealer


async def ask_hold(request: web.Request) -> web.Response:
    return await _hold_page(request, await opened(request), Filled())


async def hold(request: web.Request) -> web.Response:
    """From now on, until that day, nothing of theirs is erased because its date has come."""
    open_one, form, desk = await opened(request), await filled(request), request.app[DESK]
    reason = form.words("reason", needed=True)
    until = form.day("until", open_one.zone, open_one.now, needed=True)
    if form.faults or until is None:
        return await _hold_page(request, open_one, form)
    head, worker, now, end = open_one.head, request[WORKER].id, open_one.now, until

    def work(connection: Connection, sealer: Sealer) -> None:
        legal_hold.put(connection, sealer, head.person, worker, reason, now, end)
        audit.note(connection, desk.store.keys, worker, "hold.set", head.key, now)

    await write(request, head, work)
    raise web.HTTPSeeOther(path(head))


async def lift(request: web.Request) -> web.Response:
    """The hold ends now, also one on what they have erased since."""
    head, desk, worker = await find(request), request.app[DESK], request[WORKER].id
    now = desk.clock.now(head.service)

    def work(connection: Connection) -> None:
        hidden = hiding.of_conversation(connection, head.id)
        whose = hidden.person if hidden else head.person
        if legal_hold.lift(connection, whose, worker, now):
            audit.note(connection, desk.store.keys, worker, "hold.lifted", head.key, now)

    await desk.store.write(work)
    raise web.HTTPSeeOther(path(head))


async def ask_back(request: web.Request) -> web.Response:
    head, hidden = await _hidden(request)
    return _back_page(request, head, hidden, Filled())


async def bring_back(request: web.Request) -> web.Response:
    """What they had erased is there again; the reason is a note, and goes with their words."""
    (head, hidden), form = await _hidden(request), await filled(request)
    desk, worker = request.app[DESK], request[WORKER].id
    reason, now = form.words("reason", needed=True), desk.clock.now(head.service)
    if form.faults:
        return _back_page(request, head, hidden, form)

    def work(connection: Connection) -> bool:
        keys = desk.store.keys
        if not hiding.bring_back(connection, keys, hidden.person, now):
            return False
        person = t.person.select().where(t.person.c.id == hidden.person)
        sealer = keys.person(connection.execute(person).one().wrapped_key, hidden.person)
        notes.add(connection, sealer, form.once, head.id, worker, now, saw=reason)
        audit.note(connection, keys, worker, "brought_back", head.key, now)
        return True

    await desk.store.write(work)
    raise web.HTTPSeeOther(path(head))


async def _hold_page(request: web.Request, open_one: Opened, form: Filled) -> web.Response:
    desk, head, now = request.app[DESK], open_one.head, open_one.now
    read = partial(legal_hold.of_person, person=head.person, now=now)
    sealer = sealer_of(desk.store.keys, head)
    held = await desk.store.read(lambda c: read(c, sealer))
    return form_page(request, "legal_hold.html", open_one, form, held=held)


def _back_page(request: web.Request, head: Head, hidden: Hidden, form: Filled) -> web.Response:
    service = request.app[DESK].services[head.service]
    values = {"head": head, "hidden": hidden, "zone": service.hours.zone, "once": form.once}
    status = 400 if form.faults else 200
    about = {"given": form.given, "faults": form.faults}
    return page(request, "bring_back.html", status, **values, **about)


async def _hidden(request: web.Request) -> tuple[Head, Hidden]:
    """An intake that is gone from view, and not erased for good yet."""
    head, desk = await find(request), request.app[DESK]
    hidden = await desk.store.read(lambda c: hiding.of_conversation(c, head.id))
    if hidden is None or not head.reference:
        raise web.HTTPNotFound
    return head, hidden


PAGES = (
    Page("GET", f"/intake/{KEY}/hold", "lead", ask_hold),
    Page("POST", f"/intake/{KEY}/hold", "lead", hold, long=True),
    Page("POST", f"/intake/{KEY}/hold/lift", "lead", lift),
    Page("GET", f"/intake/{KEY}/bring-back", "lead", ask_back),
    Page("POST", f"/intake/{KEY}/bring-back", "lead", bring_back, long=True),
)
