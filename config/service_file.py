"""What stands in a service's file: the [service] table, and how each field is written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
TextName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=30)]
ShortNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,6}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}$")]
Days = Annotated[int, Field(ge=1, le=3650)]
HeldHours = Annotated[int, Field(ge=0, le=24 * 7)]
ClearedHours = Annotated[int, Field(ge=0, le=47)]  # Telegram lets a message go for 48
WholeHours = Annotated[int, Field(ge=1, le=24 * 14)]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]
MinutesPlain = Annotated[int, Field(ge=5, le=60)]
# What the law calls the reason to keep what people say; and the condition for what is sensitive.
Basis = Literal[
    "legitimate_interests",
    "recognised_legitimate_interest",
    "consent",
    "public_task",
    "legal_obligation",
    "vital_interests",
]
Condition = Literal[
    "explicit_consent", "safeguarding", "health_or_social_care", "social_protection"
]
LINE = 'write it as in {name = "Our night line", number = "0800 ...", checked = 2026-11-22}'
# How each is written, for whoever wrote it otherwise.
HOW = {
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
    "distress_line": LINE,
    "abuse_line": LINE,
    "child_line": LINE,
    "text_countries": 'give country codes without the plus, as in ["44", "353"], or leave it out',
    "keep_days": "give a number of days from 1 to 3650",
    "keep_partial_days": "give a number of days from 1 to 3650",
    "delete_hold_hours": "give a number of hours from 0 to 168",
    "clear_plain_hours": "give a number of hours from 0 to 47",
    "read_within_hours": "give a number of hours from 1 to 336",
    "silence_hours": "give a number of hours from 1 to 336",
    "relock_minutes": "give a number of minutes from 5 to 1440",
    "relock_minutes_plain": "give a number of minutes from 5 to 60",
    "lawful_basis": f"give one of {', '.join(get_args(Basis))}",
    "special_condition": f"give one of {', '.join(get_args(Condition))}",
    "copies_by_chat": "give true or false",
    "quiet_hours": 'write them as in "20:00-09:00"',
}


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Short
    number: Phone
    checked: date


class Table(BaseModel):
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
    distress_line: Line | None = None
    abuse_line: Line | None = None
    child_line: Line | None = None
    keep_days: Days = 365
    keep_partial_days: Days = 30
    delete_hold_hours: HeldHours = 0
    clear_plain_hours: ClearedHours = 24
    read_within_hours: WholeHours = 4
    silence_hours: WholeHours = 24
    relock_minutes: Minutes = 60
    relock_minutes_plain: MinutesPlain = 15
    quiet_hours: str = "20:00-09:00"
    copies_by_chat: bool = True
    lawful_basis: Basis = "legitimate_interests"
    special_condition: Condition = "explicit_consent"


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    service: Table
