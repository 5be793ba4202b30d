"""Faults of settings in our own words: the library's are for programmers. Never with a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# By the types of docs.pydantic.dev/latest/errors/validation_errors.
_WRONG = {
    "missing": "missing",
    "extra_forbidden": "no such setting",
    "literal_error": "not one of the words for it",
    "string_pattern_mismatch": "not of its form",
    "string_too_short": "too short",
    "string_too_long": "too long",
    "string_type": "not a text in quotes",
    "greater_than_equal": "too small",
    "less_than_equal": "too big",
    "too_short": "too short",
}
# By how the type begins.
_KINDS = {
    "int": "not a whole number",
    "bool": "neither 1 nor 0",
    "date": "not a date",
    "tuple": "not a list",
    "list": "not a list",
    "model": "not a table",
    "dict": "not a table",
}


def fault(found: Mapping[str, Any], how: str) -> str:
    """What is wrong with one setting (an entry of `ValidationError.errors()`), and `how` it is
    written instead."""
    return f"{_wrong(found)}; {how}"


def _wrong(found: Mapping[str, Any]) -> str:
    kind = str(found["type"])
    if kind == "value_error":  # our own: they say it themselves
        return str(found["ctx"]["error"])
    return _WRONG.get(kind) or _KINDS.get(kind.partition("_")[0]) or "can't be read"


def toml(error: ValueError) -> str:
    """What keeps a file from being read as TOML, and where."""
    if isinstance(error, UnicodeError):
        return "not written in UTF-8; save it so"
    line = re.search(r"line \d+", str(error))
    place = line[0] if line else "the end of the file"
    return f"at {place} it can't be read; look for a quote, a bracket or a = that is missing"
