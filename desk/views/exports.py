"""Ways out of the desk: one intake as text, on paper or as a file, and many at once for leads."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import Connection

from desk import queries, step_up
from desk.exporting import formats, leaving
from desk.exporting.formats import FORMATS, PAPER, TEXT, Format
from desk.exporting.plain import plain
from desk.exporting.structure import Exported
from desk.kit import DESK, WORKER, Service
from desk.pages import page
from desk.queries import Head
from desk.routes import KEY, Page

LIST = "/desk/export"
LONGEST_REASON = 300


async def copy(request: web.Request) -> web.Response:
    """The whole record as text, in a field to copy it from."""
    head, exported = await _one(request, TEXT)
    desk = request.app[DESK]
    text = plain(desk.pages, exported, desk.services[head.service].hours.zone)
    return page(request, "copy.html", head=head, record=text)


async def on_paper(request: web.Request) -> web.Response:
    """The whole record as a page that prints on A4."""
    head, exported = await _one(request, PAPER)
    zone = request.app[DESK].services[head.service].hours.zone
    return page(request, "print.html", head=head, x=exported, zone=zone)


def as_file(format: str) -> Handler:
    """The page that sends one intake in this format."""

    async def send(request: web.Request) -> web.Response:
        head, exported = await _one(request, FORMATS[format].name)
        return _file(formats.one(format, exported), FORMATS[format], head.key)

    return send


async def ask_list(request: web.Request) -> web.Response:
    """Which days, in which format, and what for; the second factor comes first."""
    step_up.first(request[WORKER], request.app[DESK].clock.now(), LIST)
    return _list_page(request, {})


async def send_list(request: web.Request) -> web.Response:
    """Everything that was shared in these days. Practice people are never among it."""
    desk, now = request.app[DESK], request.app[DESK].clock.now()
    step_up.first(request[WORKER], now, LIST)
    form = {name: str(value) for name, value in (await request.post()).items()}
    format, why = form.get("format", ""), " ".join(form.get("reason", "").split())
    if format not in FORMATS:
        return _list_page(request, form, "format")
    if not any(map(str.isalnum, why)) or len(why) > LONGEST_REASON:
        return _list_page(request, form, "reason")
    try:
        heads = await _chosen(request, form, FORMATS[format].name, why)
    except ValueError:
        return _list_page(request, form, "dates")
    except leaving.TooMany:
        return _list_page(request, form, "many")
    if not heads:
        return _list_page(request, form, "none")
    parts = (desk.store.keys, desk.flows, _real(request), heads, now, request[WORKER].id)
    found = await desk.store.read(lambda connection: leaving.opened_all(connection, *parts))
    return _file(formats.many(format, found, desk.flows, now), FORMATS[format], f"{now:%Y-%m-%d}")


async def _chosen(request: web.Request, form: Mapping[str, str], name: str, why: str) -> list[Head]:
    """What was shared in these days, noted as going out. Raises `ValueError` for days that are
    none, and `leaving.TooMany`."""
    desk, services, who = request.app[DESK], _real(request), request[WORKER].id
    if not services:
        return []
    zone = next(iter(services.values())).hours.zone
    since, before = leaving.days(form.get("since", ""), form.get("until", ""), zone)

    def choose_and_note(connection: Connection) -> list[Head]:
        heads = leaving.choose(connection, list(services), since, before)
        leaving.note_many(connection, desk.store.keys, heads, who, name, desk.clock.now(), why)
        return heads

    return await desk.store.write(choose_and_note)


def _list_page(request: web.Request, given: Mapping[str, str], fault: str = "") -> web.Response:
    values = {"most": leaving.MOST, "longest": LONGEST_REASON}
    return page(request, "export.html", 400 if fault else 200, given=given, fault=fault, **values)


def _real(request: web.Request) -> dict[str, Service]:
    """The services of this worker whose people exist."""
    services = request.app[DESK].services_of(request[WORKER])
    return {id: service for id, service in services.items() if not service.practice}


async def _one(request: web.Request, name: str) -> tuple[Head, Exported]:
    """The intake of this address, noted as going out as `name` before a word of it is opened."""
    desk, key, worker = request.app[DESK], request.match_info["key"], request[WORKER]
    services = desk.services_of(worker)

    def find_and_note(connection: Connection) -> Head:
        head = queries.find(connection, key, list(services))
        if head is None or head.reference is None or head.gone:
            raise web.HTTPNotFound
        leaving.note_one(connection, desk.store.keys, head, worker.id, name, desk.clock)
        return head

    head = await desk.store.write(find_and_note)
    now, service = desk.clock.now(head.service), services[head.service]
    parts = (desk.store.keys, desk.flows, service, head, now, worker.id)
    exported = await desk.store.read(lambda connection: leaving.opened(connection, *parts))
    if exported is None:
        raise web.HTTPNotFound
    return head, exported


def _file(body: bytes, format: Format, name: str) -> web.Response:
    """To be saved; `name` is a reference or a day, so it is safe in a header."""
    response = web.Response(body=body, content_type=format.media_type, charset="utf-8")
    told = f'attachment; filename="ownpace-{name}.{format.ending}"'
    response.headers["Content-Disposition"] = told
    return response


PAGES = (
    Page("GET", f"/intake/{KEY}/copy", "export", copy),
    Page("GET", f"/intake/{KEY}/print", "export", on_paper),
    *(Page("POST", f"/intake/{KEY}/{id}", "export", as_file(id)) for id in FORMATS),
    Page("GET", "/export", "lead", ask_list),
    Page("POST", "/export", "lead", send_list),
)
