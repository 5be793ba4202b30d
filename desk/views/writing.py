"""Writing back to a person, by the worker who holds their intake."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from bot.conversation.channel import Envelope
from bot.conversation.model import Event, WorkerGaveBack, WorkerTook, WorkerWrote
from desk import covering, gate, writing
from desk.forms import Filled
from desk.kit import DESK, WORKER
from desk.opening import Opened, filled, form_page, opened, path, write
from desk.routes import KEY, Page
from desk.writing import Writing
from store.sealing import Unreadable


async def state(request: web.Request, open_one: Opened) -> Writing | None:
    """What the part of the page about writing shows; None where this desk writes to nobody."""
    desk, worker = request.app[DESK], request[WORKER].id
    if (way := desk.way) is None:
        return None
    unsafe = "no" in open_one.intake.record.by("safe_to_text").codes
    head, now = open_one.head, open_one.now

    def read(connection: Connection) -> Writing:
        mine = covering.acts_for(connection, worker, desk.clock.now())
        return writing.read(connection, desk.store.keys, way, head, mine, now, unsafe)

    try:
        return await desk.store.read(read)
    except Unreadable:
        return None  # in doubt nobody is written to


async def take(request: web.Request) -> web.Response:
    """The assistant is silent from now on."""
    open_one, _ = await _mine(request)
    await _tell(request, open_one, WorkerTook(request[WORKER].id))
    raise web.HTTPSeeOther(path(open_one.head) + "#writing")


async def give_back(request: web.Request) -> web.Response:
    """The assistant goes on, at its bookmark."""
    open_one, _ = await _mine(request)
    await _tell(request, open_one, WorkerGaveBack(request[WORKER].id))
    raise web.HTTPSeeOther(path(open_one.head) + "#writing")


async def send(request: web.Request) -> web.Response:
    """Write to them: in a good time, or now with a reason; a form that is refused comes back."""
    open_one, now_is = await _mine(request)
    form, worker, head = await filled(request), request[WORKER], open_one.head
    if now_is.shut:
        raise web.HTTPConflict
    text, reason = _checked(form, now_is, worker.name)
    if form.faults:
        return form_page(request, "writing.html", open_one, form, writing=now_is)
    if not went(await say(request, open_one, now_is, form.once, text, reason), text):
        form = Filled({**form.given, "once": ""}, {"text": "unsent"})
        return form_page(request, "writing.html", open_one, form, writing=now_is)
    raise web.HTTPSeeOther(path(head) + "#writing")


async def say(
    request: web.Request, open_one: Opened, now_is: Writing, once: str, text: str, reason: str = ""
) -> Writing:
    """Write these words to them; how it stands then. The same words of the same form are one
    message; other words of it are another. A `reason` lets them go out at once, and is kept."""
    if now_is.held and now_is.last not in ("", request[WORKER].id):
        # their first words say who writes
        await _tell(request, open_one, WorkerTook(request[WORKER].id))
    keys, worker, head = request.app[DESK].store.keys, request[WORKER], open_one.head
    id = keys.seen("desk", f"{once} {text}")[:32]
    if reason:
        about = (keys, id, head, worker.id, open_one.now, reason)
        await write(request, head, lambda c, s: writing.override(c, s, *about))
    event = WorkerWrote(worker.id, name=worker.name, text=text, at_once=bool(reason))
    await _tell(request, open_one, event, id)
    return await state(request, open_one) or now_is


def went(now_is: Writing, text: str) -> bool:
    """Was it taken? It is not where our own step failed."""
    return any(one.words.endswith(text) for one in now_is.sent)


def _checked(form: Filled, now_is: Writing, name: str) -> tuple[str, str]:
    """The words, and a reason where one is needed to send them and was given."""
    text = form.words("text", needed=True)
    if "text" not in form.faults and writing.too_long(name, text):
        form.faults["text"] = "parts"
    reason = form.words("reason", needed=now_is.unsafe)
    return text, reason


async def _mine(request: web.Request) -> tuple[Opened, Writing]:
    """The intake, if this worker holds it or covers for who does, and has read how to
    reach them safely."""
    open_one = await opened(request)
    now_is = await state(request, open_one)
    if now_is is None:
        raise web.HTTPNotFound
    if not now_is.mine or not gate.is_passed(open_one.intake, request[WORKER].id):
        raise web.HTTPForbidden
    return open_one, now_is


async def _tell(request: web.Request, open_one: Opened, event: Event, once: str = "") -> None:
    """Give it to the core, as every event; a form that is sent twice counts once."""
    way, head = request.app[DESK].way, open_one.head
    account = "desk" if once else ""
    if way is None:
        raise web.HTTPNotFound
    await way.receive(
        Envelope(event, open_one.now, account=account, provider_id=once, conversation=head.id)
    )


PAGES = (
    Page("POST", f"/intake/{KEY}/write", "write", send, long=True),
    Page("POST", f"/intake/{KEY}/take", "write", take),
    Page("POST", f"/intake/{KEY}/assistant", "write", give_back),
)
