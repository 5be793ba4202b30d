"""A service's own words, hours, numbers and dates, from its file; the environment may fill them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from bot.conversation.service import Helpline, Hours, HoursError, Service
from config import files, helplines, nations, plain
from config.service_file import HOW, File, Line, Table
from config.settings import SHIPPED, Settings, SettingsError

PLACEHOLDER = "CHANGE ME"
# What stands in until real hours are given: nobody is told of them, but retention goes on.
STAND_IN = "Mo-Fr 09:00-17:00"
PRACTICE = "practice"
MAIN = "main"
FROM_ENVIRONMENT = ("name", "phone", "hours", "nation", "languages", "text_countries")
LISTS = ("languages", "text_countries")
EVERYWHERE = ("",)  # where no countries are named: somebody in need may come with any phone


class _Fault(Exception):
    """One field can't be used."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field, self.what = field, what


@dataclass(frozen=True, slots=True)
class Configured:
    """A service, and which of its fields still are placeholders. `countries` are the beginnings of
    numbers that texts go to, `shut` those within them that none goes to. What its people have
    erased is erased for good after `delete_hold`."""

    service: Service
    placeholders: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    delete_hold: timedelta = timedelta()


def main(settings: Settings) -> Configured:
    """The real service: its file, filled from OWNPACE_SERVICE_*. Raises `SettingsError`."""
    given = {
        name: value
        for name in FROM_ENVIRONMENT
        if (value := getattr(settings, f"service_{name}")) is not None
    }
    for name in LISTS:
        if name in given:
            given[name] = [part.strip() for part in given[name].split(",")]
    return _read(settings.config, MAIN, given)


def practice() -> Service:
    """The invented service of the rehearsal phone."""
    return _read(SHIPPED / "practice.toml", PRACTICE, {}).service


def _read(path: Path, id: str, given: Mapping[str, Any]) -> Configured:
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        told = f"{path}: can't be read ({files.why(error)}). OWNPACE_CONFIG names this file."
        raise SettingsError(told) from None
    except ValueError as error:
        raise SettingsError(f"{path}: {plain.toml(error)}.") from None
    if isinstance(data.get("service"), dict):
        data["service"] |= given
    try:
        table = File.model_validate(data).service
        return _configured(table, id)
    except ValidationError as error:
        faults = [(tuple(fault["loc"]), _plain(fault)) for fault in error.errors()]
    except _Fault as fault:
        faults = [(("service", fault.field), fault.what)]
    raise SettingsError("\n".join(_placed(text, path, fault, given) for fault in faults))


def _plain(fault: Mapping[str, Any]) -> str:
    *_, field = ("service", *(part for part in fault["loc"] if isinstance(part, str)))
    there_are = f"there are {', '.join(Table.model_fields)}"
    return plain.fault(fault, HOW.get(field, there_are))


def _placed(
    text: str, path: Path, fault: tuple[tuple[int | str, ...], str], given: Mapping[str, Any]
) -> str:
    """A fault with its place: the variable that gave the field, or the file and line."""
    loc, what = fault
    field = str(loc[1]) if len(loc) > 1 else ""
    if field in given:
        return f"OWNPACE_SERVICE_{field.upper()}: {what}"
    return f"{path}:{_line(text, field)} {'.'.join(map(str, loc))}: {what}"


def _line(text: str, key: str) -> int:
    """The line, from 1, that sets this field; where none does, that of its table."""
    lines = text.splitlines()
    own = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*=", line))
    table = (n for n, line in enumerate(lines, 1) if line.strip().startswith("[service]"))
    return next(own, next(table, 1))


def _configured(table: Table, id: str) -> Configured:
    fields = {"name": table.name, "phone": table.phone, "hours": table.hours}
    placeholders = tuple(f for f, value in fields.items() if PLACEHOLDER in value.upper())
    if "phone" not in placeholders and sum(c.isdigit() for c in table.phone) < 3:
        raise _Fault("phone", "give a number that people can call")
    nation = _nation(table.nation)
    start, end = _waking(table.quiet_hours)
    lines = _lines(table)
    service = Service(
        id=id,
        name=table.name,
        text_name=table.text_name or _short(table.name),
        phone=table.phone,
        emergency=table.emergency or nation["emergency"],
        hours=_hours(table, nation, STAND_IN if "hours" in placeholders else table.hours),
        languages=table.languages,
        keep_days=table.keep_days,
        keep_partial_days=table.keep_partial_days,
        read_within=timedelta(hours=table.read_within_hours),
        quiet=timedelta(hours=table.silence_hours),
        away=timedelta(minutes=table.relock_minutes),
        away_plain=timedelta(minutes=table.relock_minutes_plain),
        clear_plain=timedelta(hours=table.clear_plain_hours),
        silent=nation.get("silent", ""),
        practice=id == PRACTICE,
        nudged=id == PRACTICE,  # nobody real waits; of others a tested route decides
        waking=(start, end),
        copies=table.copies_by_chat,
        lawful=(table.lawful_basis, table.special_condition),
        distress_line=lines.get("distress"),
        abuse_line=lines.get("abuse"),
        child_line=lines.get("child"),
    )
    countries = table.text_countries or EVERYWHERE
    hold = timedelta(hours=table.delete_hold_hours)
    return Configured(service, placeholders, countries, nations.shut(), hold)


def _short(name: str) -> str:
    if len(name) > 24:
        raise _Fault("text_name", "the name is too long for texts: give one of 24 characters here")
    return name


def _nation(code: str) -> Mapping[str, Any]:
    try:
        return nations.named(code)
    except nations.Unknown as unknown:
        raise _Fault("nation", str(unknown)) from None


def _lines(table: Table) -> Mapping[helplines.For, Helpline]:
    """Lines of others: the service's own choice, or those of its nation."""
    theirs: Mapping[helplines.For, Line | None] = {
        "distress": table.distress_line,
        "abuse": table.abuse_line,
        "child": table.child_line,
    }
    given = {kind: Helpline(**line.model_dump()) for kind, line in theirs.items() if line}
    return {**helplines.of(table.nation), **given}


def _hours(table: Table, nation: Mapping[str, Any], hours: str) -> Hours:
    zone = table.timezone or nation.get("timezone")
    if not zone:
        raise _Fault("timezone", "this nation has several: give yours, as in America/Chicago")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _Fault("timezone", "no such zone: give one as in Europe/London") from None
    try:
        return Hours.parse(hours, zone, frozenset(table.holidays))
    except HoursError as error:
        raise _Fault("hours", str(error)) from None


def _waking(quiet: str) -> tuple[time, time]:
    """The hours when we may write unasked, from those when we may not."""
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", quiet)
    try:
        until, start = (time(int(match[3]), int(match[4])), time(int(match[1]), int(match[2])))  # type: ignore[index]
    except (TypeError, ValueError):
        raise _Fault("quiet_hours", "write them as in 20:00-09:00") from None
    if until >= start:
        raise _Fault("quiet_hours", "they go from the evening to the morning, as in 20:00-09:00")
    return until, start
