"""A second look at the words of a note, while it is written. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from desk.language import Finding, check
from desk.pages import text
from desk.routes import Page


@dataclass(frozen=True, slots=True)
class Advice:
    """One reason, with all the words of the note that it is about, each once."""

    found: tuple[str, ...]
    why: str
    instead: tuple[str, ...]


def gathered(findings: Iterable[Finding]) -> list[Advice]:
    """What was found by its reason, in the order of the note."""
    by_reason: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for one in findings:
        found = by_reason.setdefault((one.why, one.instead), {})
        found.setdefault(one.found.casefold(), one.found)
    return [
        Advice(tuple(found.values()), why, instead) for (why, instead), found in by_reason.items()
    ]


async def look(request: web.Request) -> web.Response:
    """What could be said in other words in the field that `field` names; nothing where all is
    well. It only advises: a form is taken whatever this says."""
    form = await request.post()
    written = form.get(str(form.get("field", "")), "")
    advice = gathered(check(written)) if isinstance(written, str) else []
    return web.Response(text=text(request, "_advice.html", advice=advice), content_type="text/html")


PAGES = (Page("POST", "/words", "write", look),)
