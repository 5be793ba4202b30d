"""The lines of others that people are told of (`helplines.toml`): by nation, with their sources."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.conversation.service import Helpline
from config import nations
from config.settings import SHIPPED

For = Literal["distress", "abuse", "child"]


class Line(BaseModel):
    """A row of the file; what stands in it is said in its head."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    nation: str
    serves: For = Field(alias="for")
    name: str
    number: str
    how: str
    hours: str
    cost: str
    languages: str
    deaf: str
    bill: str
    sources: tuple[str, ...] = Field(min_length=1)
    note: str = ""
    checked_on: date
    on: bool


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    line: tuple[Line, ...]


@cache
def shipped() -> tuple[Line, ...]:
    """Every row, also those that are off. Raises `ValueError` for a file that can't be used."""
    text = (SHIPPED / "helplines.toml").read_text("utf-8")
    return _File.model_validate(tomllib.loads(text)).line


def of(nation: str) -> Mapping[For, Helpline]:
    """The line of each kind for people of a nation: of its part where there is one, else of the
    whole. Old ones too: whether one may still be told is asked when it is told."""
    found: dict[For, Helpline] = {}
    for code in nations.wider(nation):
        for line in shipped():
            if line.on and line.nation == code:
                found.setdefault(line.serves, Helpline(line.name, line.number, line.checked_on))
    return found
