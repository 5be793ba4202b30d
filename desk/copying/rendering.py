"""A person's copy as plain text, and as a page to print with large letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment

from desk.copying.structure import Copy, Entry, Line, Part

UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")  # what a terminal might obey
STRANGE = "\N{REPLACEMENT CHARACTER}"
TEMPLATE = "their_copy.html"


def page(pages: Environment, copy: Copy) -> str:
    """A page that needs nothing beside it."""
    return pages.get_template(TEMPLATE).render(copy=copy)


def text(copy: Copy) -> str:
    """Whatever was written by somebody stands behind `> `, line by line, so that none of it can
    pass for a sentence of the copy. What a terminal could obey is shown as a strange letter."""
    blocks = [_underlined(copy.heading, "="), *copy.intro]
    for part in copy.parts:
        blocks += ["", _underlined(part.heading, "-"), *_part(part)]
    return "\n".join(blocks) + "\n"


def lines(copy: Copy, only: str = "") -> tuple[str, ...]:
    """The same without rules under its headings, to be sent in parts; `only` one part of it."""
    if only:
        return tuple(_lines(copy.part(only)))
    found = [seen(copy.heading), *copy.intro]
    for part in copy.parts:
        found += _lines(part)
    return tuple(found)


def _lines(part: Part) -> Iterator[str]:
    """The heading is marked, as a line of words is by `> `."""
    yield f"* {seen(part.heading)}"
    yield from (line for line in _part(part) if line)


def _part(part: Part) -> Iterator[str]:
    if not part.entries:
        yield part.empty
    for number, entry in enumerate(part.entries):
        if number:
            yield ""
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    if entry.heading:
        yield seen(entry.heading)
    for line in entry.lines:
        yield from _line(line)


def _line(line: Line) -> Iterator[str]:
    if line.voice == "told":
        yield f"{line.label}: {line.words}" if line.label else seen(line.words)
        return
    if line.label:
        yield f"{line.label}:"
    yield from (f"> {seen(part)}".rstrip() for part in line.words.splitlines() or [""])


def seen(words: str) -> str:
    return UNSEEN.sub(STRANGE, words)


def _underlined(words: str, with_: str) -> str:
    return f"{seen(words)}\n{with_ * len(words)}"
