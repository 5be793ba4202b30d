"""Bring bot/locales up to date with the flows: `python -m tools.messages`, or `make messages`.
`make messages LANGUAGE=cy` begins a new language.

Writes bot.pot, and merges it into each language's bot.po: a new text comes in empty, a changed
one keeps its old translation marked as fuzzy, until a translator has looked at it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.conversation.i18n import Entry, common_entries, flow_entries

ROOT = Path(__file__).parent.parent
HEADER = "# Ownpace: the texts that people get, in the order of the flow files.\n#"
# Left out of the header: dates and versions, which make every run a change, and empty forms.
LEFT_OUT = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Project-Id-Version|Report-Msgid-Bugs-To'
    rb"|Last-Translator|Language-Team):"
)


def entries(flows: Path) -> Iterator[tuple[str, Entry]]:
    """All texts of the flow files in a folder, each with its file's name."""
    for path in sorted(flows.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found = common_entries(data) if path.stem == "common" else flow_entries(data)
        yield from ((path.name, entry) for entry in found)


def template(flows: Path) -> Catalog:
    """The texts of a folder of flow files, as a gettext template."""
    catalog = Catalog(header_comment=HEADER, charset="utf-8", fuzzy=False)
    for name, entry in entries(flows):
        catalog.add(
            entry.msgid,
            context=entry.context or None,
            auto_comments=[entry.note],
            locations=[(f"bot/flows/{name}", 0)],
        )
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalogue as a file's content; equal catalogues give equal bytes."""
    out = BytesIO()
    write_po(out, catalog, width=100, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not LEFT_OUT.match(line))


def up_to_date(bot: Path) -> dict[Path, bytes]:
    """What the catalogue files of the `bot` folder should hold."""
    texts, locales = template(bot / "flows"), bot / "locales"
    wanted = {locales / "bot.pot": written(texts)}
    for path in sorted(locales.glob("*/LC_MESSAGES/bot.po")):
        catalog = read_po(BytesIO(path.read_bytes()), locale=path.parts[-3])
        catalog.update(texts, update_header_comment=False, update_creation_date=False)
        wanted[path] = written(catalog)
    return wanted


def stale(bot: Path) -> list[Path]:
    """The catalogue files that lag behind the flows."""
    return [
        path
        for path, content in up_to_date(bot).items()
        if not path.exists() or path.read_bytes() != content
    ]


def begin(bot: Path, language: str) -> Path:
    """Begin the catalogue of a language. Raises `UnknownLocaleError` for one that is unknown."""
    path = bot / "locales" / language / "LC_MESSAGES" / "bot.po"
    catalog = template(bot / "flows")
    catalog.locale = Locale.parse(language, sep="-")
    if not path.exists():
        path.parent.mkdir(parents=True)
        path.write_bytes(written(catalog))
    return path


def main(language: str = "") -> int:
    """Write the files anew; say which changed. With a language, begin its catalogue first."""
    if language:
        try:
            path = begin(ROOT / "bot", language)
        except (UnknownLocaleError, ValueError):
            sys.stderr.write(f"{language!r} is no language code such as cy, pl or pt-BR\n")
            return 2
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    wanted = up_to_date(ROOT / "bot")
    for path in stale(ROOT / "bot"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
