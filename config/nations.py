"""What a nation brings with it (`nations.toml`): a number in danger, a clock, numbers that cost."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from config.settings import SHIPPED

COSTLY = ("870", "878", "881", "882", "883", "979")  # by satellite, and premium in all countries


class Unknown(Exception):
    """No such nation; the text says which there are."""


def named(code: str) -> Mapping[str, Any]:
    """What is known of a nation, or of that which it is a part of. Raises `Unknown`."""
    nations = _all()
    found: Mapping[str, Any] | None = next(filter(None, map(nations.get, wider(code))), None)
    if not found:
        raise Unknown(f"not one of {', '.join(nations)}, as in GB-ENG")
    return found


def shut() -> tuple[str, ...]:
    """Beginnings of numbers that cost, or that lie in another country than their code says."""
    found = (beginning for nation in _all().values() for beginning in nation.get("shut", ()))
    return tuple(dict.fromkeys((*found, *COSTLY)))


def wider(code: str) -> tuple[str, str]:
    """A part of a nation, and the whole."""
    return code, code.partition("-")[0]


def _all() -> Mapping[str, Any]:
    return tomllib.loads((SHIPPED / "nations.toml").read_text("utf-8"))
