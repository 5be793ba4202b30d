"""What leaves the desk, as a test reads it."""

from __future__ import annotations

import csv
import html
import io
import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from sqlalchemy import select

from desk.exporting.csv_rows import BOM
from store import tables as t
from tests.desk.builder import OURS, Desk, Made
from tests.desk.test_passwords import Owner

FILES = ("csv", "json", "fhir")
PAGES = ("copy", "print")
SCHEMA = Path(__file__).parent / "fhir/fhir-r4-questionnaireresponse.schema.json"


async def file(desk: Desk, made: Made, format: str, csrf: str) -> str:
    """One intake as a file, with the mark at its beginning left out."""
    path = f"/desk/intake/{made.reference}/{format}"
    answer = await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    assert answer.status == 200
    name = answer.headers["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name == f"ownpace-{made.reference}.{'fhir.json' if format == 'fhir' else format}"
    assert answer.headers["Cache-Control"] == "no-store"
    return (await answer.read()).decode().removeprefix(BOM)


async def reads_how(desk: Desk, made: Made, csrf: str) -> None:
    """Who is signed in reads how to reach them safely, and says so."""
    path = f"/desk/intake/{made.reference}/ready"
    assert (await desk.client.post(path, data={"csrf": csrf}, headers=OURS)).status == 200


async def text(desk: Desk, made: Made) -> str:
    """The record as text, out of its field."""
    page = await desk.page(f"/desk/intake/{made.reference}/copy")
    field = page.split("<textarea", 1)[1].split(">\n", 1)[1]
    return html.unescape(field.split("</textarea>", 1)[0])


def rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file, newline=""), strict=True))


@cache
def _schema() -> jsonschema.Draft6Validator:
    return jsonschema.Draft6Validator(json.loads(SCHEMA.read_text("utf-8")))


def fits_fhir(resource: Any) -> list[str]:
    """What the R4 schema, and the value sets that it does not hold, say against this."""
    faults = [error.message[:200] for error in _schema().iter_errors(resource)]
    responses = [resource]
    if resource["resourceType"] == "Bundle":
        assert resource["type"] == "collection"
        entries = resource.get("entry", [])
        assert len({entry["fullUrl"] for entry in entries}) == len(entries)
        responses = [entry["resource"] for entry in entries]
    for one in responses:
        if one["status"] not in ("in-progress", "completed"):
            faults.append(one["status"])
        ids = [item.get("linkId", "") for item in walk(one)]
        faults += ["an item without its linkId" for id in ids if not id]
        faults += [f"{id} stands twice" for id in ids if ids.count(id) > 1]
        faults += [f"{item} has both" for item in walk(one) if "answer" in item and "item" in item]
    return faults


def walk(part: Any) -> list[Any]:
    """All items, those inside others too."""
    own = part.get("item", [])
    return [found for item in own for found in (item, *walk(item))]


def audited(desk: Desk) -> list[tuple[str, str, str]]:
    query = select(t.audit.c.worker, t.audit.c.what, t.audit.c.about).order_by(t.audit.c.number)
    return [tuple(row) for row in desk.store.read_sync(lambda c: c.execute(query))]


async def steps_up(desk: Desk, name: str = "Lee") -> str:
    """A lead who is in, and has shown the digits of their app just now; returns their id."""
    worker, now = desk.worker(name, "lead"), desk.clock.now()
    await desk.sign_in(name)
    shown = t.session.update().where(t.session.c.worker == worker).values(stepped_up_at=now)
    desk.store.write_sync(lambda c: c.execute(shown))
    return worker


async def comes_and_steps_up(desk: Desk, name: str = "Lee", role: str = "lead") -> Owner:
    """The same with a password and an app, step by step."""
    owner = await Owner(desk, name, role).set_up()
    assert (await owner.comes()).status == 303
    desk.clock.at += timedelta(seconds=30)
    form = {"csrf": await desk.csrf(), "code": owner.code()}
    answer = await desk.client.post(
        "/desk/step-up?then=/desk/export", data=form, headers=OURS, allow_redirects=False
    )
    assert answer.status == 303
    return owner
