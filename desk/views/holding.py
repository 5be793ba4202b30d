"""Who holds an intake: hand it on with a note, give it back, see who had it before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from bot.conversation.channel import Envelope
from bot.conversation.model import WorkerGaveBack
from desk import changes, covering, holding, queries
from desk.kit import DESK, WORKER, Desk, Worker
from desk.looks import HOLDERS
from desk.pages import page
from desk.queries import Head
from desk.roles import CARING
from desk.routes import KEY, Page


async def show(request: web.Request) -> web.Response:
    """Who had it, with their notes, and what the holder can do; noted as a look before."""
    return await _page(request, await _head(request))


async def hand_on(request: web.Request) -> web.Response:
    """To a named colleague; the note is for whoever opens the intake from now on."""
    head, desk, worker = await _head(request), request.app[DESK], request[WORKER]
    form, now = await request.post(), desk.clock.now(head.service)
    to, note = str(form.get("to", "")), str(form.get("note", "")).strip()
    if to not in await desk.store.read(lambda c: _colleagues(c, desk, worker, head)):
        return await _page(request, head, 400, "to")
    if len(note) > holding.MOST_NOTE:
        return await _page(request, head, 400, "note")

    def work(connection: Connection) -> bool:
        mine = covering.acts_for(connection, worker.id, desk.clock.now())
        return holding.hand_on(connection, desk.store.keys, head, mine, to, note, now)

    return await _done(request, head, await desk.store.write(work))


async def give_back(request: web.Request) -> web.Response:
    """It waits for somebody again."""
    head, desk, worker = await _head(request), request.app[DESK], request[WORKER]
    note, now = str((await request.post()).get("note", "")).strip(), desk.clock.now(head.service)
    if len(note) > holding.MOST_NOTE:
        return await _page(request, head, 400, "note")

    def work(connection: Connection) -> bool:
        mine = covering.acts_for(connection, worker.id, desk.clock.now())
        return holding.give_back(connection, desk.store.keys, head, mine, note, now)

    moved = await desk.store.write(work)
    if moved and desk.way:  # nobody holds it, so nobody writes: the assistant goes on
        event = WorkerGaveBack(worker.id)
        await desk.way.receive(Envelope(event, now, conversation=head.id))
    return await _done(request, head, moved)


async def _done(request: web.Request, head: Head, moved: bool) -> web.Response:
    if moved:
        raise web.HTTPSeeOther("/desk/")
    # The page was open for long: by now somebody else has it, or nobody.
    return await _page(request, await _head(request), 409, "late")


async def _head(request: web.Request) -> Head:
    """A hand-over of this worker's services whose words are still there."""
    desk, key = request.app[DESK], request.match_info["key"]
    services = list(desk.services_of(request[WORKER]))
    head = await desk.store.read(lambda c: queries.find(c, key, services))
    if head is None or head.reference is None or head.gone:
        raise web.HTTPNotFound
    return head


def _colleagues(
    connection: Connection, desk: Desk, worker: Worker, head: Head
) -> Mapping[str, str]:
    """To whom it may go. A rehearsal goes to those whose work it is to read real ones, too."""
    if worker.role not in CARING:
        return {}
    practice = desk.services[head.service].practice
    services = list(worker.services) if practice else [head.service]
    return covering.colleagues(connection, worker.id, services)


async def _page(
    request: web.Request, head: Head, status: int = 200, wrong: str = ""
) -> web.Response:
    desk, worker, service = request.app[DESK], request[WORKER], request.app[DESK].services
    now = desk.clock.now(head.service)
    await _note_look(desk, head, worker.id, now)

    def work(c: Connection) -> dict[str, object]:
        return {
            "mine": head.taken_by in covering.acts_for(c, worker.id, desk.clock.now()),
            "history": holding.history(c, desk.store.keys, head),
            "colleagues": _colleagues(c, desk, worker, head),
        }

    values = await desk.store.read(work)
    zone = service[head.service].hours.zone
    return page(request, "held.html", status, head=head, wrong=wrong, zone=zone, now=now, **values)


async def _note_look(desk: Desk, head: Head, worker: str, now: datetime) -> None:
    note = partial(changes.look, worker=worker, purpose=HOLDERS, now=now)
    await desk.store.write(lambda connection: note(connection, [head.id]))


PAGES = (
    Page("GET", f"/intake/{KEY}/held", "read", show),
    Page("POST", f"/intake/{KEY}/hand-on", "take", hand_on),
    Page("POST", f"/intake/{KEY}/give-back", "take", give_back),
)
