"""Where in a TOML text a value stands: `tomllib` gives values without their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*\[\[?\s*([\w.]+)\s*\]?\]")


def place_of(text: str, loc: Sequence[str | int]) -> tuple[int, str]:
    """The line (from 1) and the dotted field name of a location such as
    `("section", 0, "question", 2, "ask")`.

    Where the field itself is missing, the line is that of the table it belongs to.
    """
    lines = text.splitlines()
    start, rest = 0, list(loc)
    header = ""
    while len(rest) >= 2 and isinstance(rest[0], str) and isinstance(rest[1], int):
        wanted = f"{header}.{rest[0]}" if header else rest[0]
        found = _nth_header(lines, wanted, rest[1], start)
        if found is None:
            break
        header, start, rest = wanted, found, rest[2:]
    key = next((part for part in rest if isinstance(part, str)), "")
    line = _key_line(lines, key, start) if key else start
    return line + 1, ".".join(str(part) for part in loc)


def _nth_header(lines: Sequence[str], wanted: str, n: int, start: int) -> int | None:
    seen = -1
    for number in range(start, len(lines)):
        match = _HEADER.match(lines[number])
        seen += bool(match and match[1] == wanted)
        if match and match[1] == wanted and seen == n:
            return number
    return None


def _key_line(lines: Sequence[str], key: str, start: int) -> int:
    for number in range(start, len(lines)):
        if number > start and _HEADER.match(lines[number]):
            break
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
            return number
    return start
