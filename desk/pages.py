"""Templates: always escaped, an unknown name is a fault, every sentence can be translated."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk import delivery
from desk.kit import DESK, WORKER

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE = "en_GB"  # of the desk itself; people's words keep their own


def environment() -> Environment:
    """The desk's templates. `install_null_translations` stands where catalogues will."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    pages.filters["when"] = when
    pages.filters["date"] = date
    pages.filters["moment"] = moment
    pages.filters["minutes"] = minutes
    pages.filters["language"] = language
    pages.filters["why_not"] = delivery.why
    return pages


def when(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Mon 11:00` within six days of now, with the date where it is further off."""
    near = abs((moment - now).days) < 6
    pattern = "EEE HH:mm" if near else "EEE d MMM y, HH:mm"
    return format_datetime(moment, pattern, tzinfo=zone, locale=LANGUAGE)


def date(moment: datetime, zone: ZoneInfo) -> str:
    return format_datetime(moment, "d MMMM y", tzinfo=zone, locale=LANGUAGE)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Date and time in full, with the zone: for what is read elsewhere, and later."""
    return format_datetime(at, "EEE d MMMM y, HH:mm zzz", tzinfo=zone, locale=LANGUAGE)


def minutes(moment: datetime, now: datetime) -> int:
    """Whole minutes from now until `moment`, below zero once it has passed."""
    return int((moment - now).total_seconds() // 60)


def language(code: str) -> str:
    """A language's name for the worker; the code itself where nobody knows it."""
    try:
        return Locale.parse(code, sep="-").get_display_name(LANGUAGE) or code
    except (UnknownLocaleError, ValueError):
        return code


def text(request: web.Request, name: str, **values: Any) -> str:
    """A template filled in; `worker` is None where nobody is signed in."""
    template = request.app[DESK].pages.get_template(name)
    return template.render(worker=request.get(WORKER), **values)


def page(request: web.Request, name: str, status: int = 200, **values: Any) -> web.Response:
    """A whole page; the template knows its status too."""
    body = text(request, name, status=status, **values)
    return web.Response(text=body, content_type="text/html", charset="utf-8", status=status)
