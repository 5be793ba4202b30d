"""A service's own words, hours, numbers and dates, from its file; the environment may fill them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.conversation.service import Helpline, Hours, HoursError, Service
from config import files, plain
from config.settings import SHIPPED, Settings, SettingsError

PLACEHOLDER = "CHANGE ME"
# What stands in until real hours are given: nobody is told of them, but retention goes on.
STAND_IN = "Mo-Fr 09:00-17:00"
PRACTICE = "practice"
MAIN = "main"
FROM_ENVIRONMENT = ("name", "phone", "hours", "nation", "languages", "text_countries")
LISTS = ("languages", "text_countries")
EVERYWHERE = ("",)  # where no countries are named: somebody in need may come with any phone
COSTLY = ("870", "878", "881", "882", "883", "979")  # by satellite, and premium in all countries

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
TextName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=30)]
ShortNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,6}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}$")]
Days = Annotated[int, Field(ge=1, le=3650)]
HeldHours = Annotated[int, Field(ge=0, le=24 * 7)]
WholeHours = Annotated[int, Field(ge=1, le=24 * 14)]
# How each is written, for whoever wrote it otherwise.
_HOW = {
    "service": "begin the table with [service], and give name, phone, hours, nation and languages",
    "name": 'give up to 60 characters, as in "Quay House"',
    "text_name": "give up to 24 characters in quotes, or leave it out",
    "phone": 'give a number that people can call, in quotes, as in "07700 900 001"',
    "hours": 'write them as in "Mo-Fr 09:00-17:00"',
    "holidays": "give days as in [2026-12-25, 2026-12-28]",
    "nation": 'give one of config/nations.toml, as in "GB-ENG"',
    "emergency": 'give 3 to 6 digits in quotes, as in "999", or leave it out',
    "timezone": 'give one as in "Europe/London", or leave it out',
    "languages": 'give their short names, as in ["en", "es"]',
    "text_countries": 'give country codes without the plus, as in ["44", "353"], or leave it out',
    "keep_days": "give a number of days from 1 to 3650",
    "keep_partial_days": "give a number of days from 1 to 3650",
    "delete_hold_hours": "give a number of hours from 0 to 168",
    "read_within_hours": "give a number of hours from 1 to 336",
    "silence_hours": "give a number of hours from 1 to 336",
    "quiet_hours": 'write them as in "20:00-09:00"',
}


class _Table(BaseModel):
    """The [service] table. Unknown fields are faults: a misspelt one must not be lost."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Short
    text_name: TextName = ""
    phone: Phone
    hours: Short
    holidays: tuple[date, ...] = ()
    nation: str
    emergency: ShortNumber | None = None
    timezone: str | None = None
    languages: tuple[Language, ...] = Field(min_length=1)
    text_countries: tuple[Code, ...] = ()
    keep_days: Days = 365
    keep_partial_days: Days = 30
    delete_hold_hours: HeldHours = 0
    read_within_hours: WholeHours = 4
    silence_hours: WholeHours = 24
    quiet_hours: str = "20:00-09:00"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    service: _Table


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
        table = _File.model_validate(data).service
        return _configured(table, id)
    except ValidationError as error:
        faults = [(tuple(fault["loc"]), _plain(fault)) for fault in error.errors()]
    except _Fault as fault:
        faults = [(("service", fault.field), fault.what)]
    raise SettingsError("\n".join(_placed(text, path, fault, given) for fault in faults))


def _plain(fault: Mapping[str, Any]) -> str:
    *_, field = ("service", *(part for part in fault["loc"] if isinstance(part, str)))
    there_are = f"there are {', '.join(_Table.model_fields)}"
    return plain.fault(fault, _HOW.get(field, there_are))


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


def _configured(table: _Table, id: str) -> Configured:
    fields = {"name": table.name, "phone": table.phone, "hours": table.hours}
    placeholders = tuple(f for f, value in fields.items() if PLACEHOLDER in value.upper())
    if "phone" not in placeholders and sum(c.isdigit() for c in table.phone) < 3:
        raise _Fault("phone", "give a number that people can call")
    nation = _nation(table.nation)
    start, end = _waking(table.quiet_hours)
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
        child_line=Helpline(**line) if (line := nation.get("child_line")) else None,
        practice=id == PRACTICE,
        nudged=id == PRACTICE,  # nobody real waits; of others a tested route decides
        waking=(start, end),
    )
    countries = table.text_countries or EVERYWHERE
    hold = timedelta(hours=table.delete_hold_hours)
    return Configured(service, placeholders, countries, _shut(), hold)


def _short(name: str) -> str:
    if len(name) > 24:
        raise _Fault("text_name", "the name is too long for texts: give one of 24 characters here")
    return name


def _nations() -> Mapping[str, Any]:
    return tomllib.loads((SHIPPED / "nations.toml").read_text("utf-8"))


def _shut() -> tuple[str, ...]:
    """Beginnings of numbers that cost, or that lie in another country than their code says."""
    found = (beginning for nation in _nations().values() for beginning in nation.get("shut", ()))
    return tuple(dict.fromkeys((*found, *COSTLY)))


def _nation(code: str) -> Mapping[str, Any]:
    nations = _nations()
    found: Mapping[str, Any] | None = nations.get(code) or nations.get(code.partition("-")[0])
    if not found:
        raise _Fault("nation", f"not one of {', '.join(nations)}, as in GB-ENG")
    return found


def _hours(table: _Table, nation: Mapping[str, Any], hours: str) -> Hours:
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
