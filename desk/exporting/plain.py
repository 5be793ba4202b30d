"""The whole record as plain text, for the notes field of any other system.

Whatever a person wrote stands behind `> `, line by line, so that none of it can pass for a heading
or for a word of ours.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from jinja2 import Environment

from desk.exporting.structure import Exported

TEMPLATE = "exported.txt"


def plain(pages: Environment, exported: Exported, zone: ZoneInfo) -> str:
    """The text, with line feeds at the ends of lines; times are those of the service."""
    text = pages.get_template(TEMPLATE).render(
        x=exported, zone=zone, quoted=quoted, in_line=in_line
    )
    return text.strip() + "\n"


def quoted(words: str) -> str:
    """Each line of it behind a mark, whatever ends a line there."""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines() or [""])


def in_line(words: str) -> str:
    """In one line, between quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{' '.join(words.split())}\N{RIGHT DOUBLE QUOTATION MARK}"
