"""Where things stand in flow files, common.toml and catalogues, by line: one pass over each."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO

from babel.messages.pofile import read_po

_ENTRY = re.compile(r"\s*\[\[([\w.]+)\]\]")
_TABLE = re.compile(r"\s*\[([\w.]+)\]")
_KEY = re.compile(r"\s*(\w+)\s*=")


@lru_cache(maxsize=4)
def flow_lines(source: str) -> dict[tuple[str | int, ...], int]:
    """The lines of a flow's sections, questions and choices, and of their keys: one pass, where
    `place_of` looks for one at a time."""
    lines: dict[tuple[str | int, ...], int] = {}
    at: tuple[str | int, ...] = ()
    for number, line in enumerate(source.splitlines(), start=1):
        if found := _ENTRY.match(line):
            parts = found[1].split(".")
            parent = at[: 2 * (len(parts) - 1)]
            count = sum(1 for known in lines if known[:-1] == (*parent, parts[-1]))
            at = (*parent, parts[-1], count)
            lines[at] = number
        elif found := _KEY.match(line):
            lines.setdefault((*at, found[1]), number)
    return lines


@lru_cache(maxsize=4)
def common_lines(source: str) -> dict[tuple[str, str], int]:
    """The lines of tables and of their keys."""
    lines: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(source.splitlines(), start=1):
        if found := _TABLE.match(line):
            table = found[1]
            lines[table, ""] = number
        elif found := _KEY.match(line):
            lines.setdefault((table, found[1]), number)
    return lines


@lru_cache(maxsize=8)
def po_lines(source: str, language: str) -> dict[tuple[str, str], int]:
    """The lines of the entries of a catalogue file, by context and msgid."""
    found = read_po(BytesIO(source.encode()), locale=language) if source else ()
    return {(m.context or "", str(m.id)): m.lineno or 1 for m in found if m.id}
