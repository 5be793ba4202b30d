"""Writes docs/licences.md: what each run-time dependency says of its own licence."""

import re
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of what Ownpace runs on

Ownpace itself is under the Apache License 2.0 (`LICENSE`). These packages are installed beside it,
unchanged; none is copied into it. Read from the metadata of each package by `make licences`.

python-telegram-bot and psycopg are under the LGPL 3: we import them as they are, and anyone may put
changed copies in their place.

| package | version | licence |
|---|---|---|
"""


def pins(lock: Path) -> dict[str, str]:
    """The name and version of each package that a lock file pins."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\;]+)", lock.read_text("utf-8"), re.MULTILINE))


def licence(package: str) -> str:
    """The licence that an installed package names, in the newest form that it offers."""
    about = metadata(package)
    names = about.get_all("Classifier") or []
    classified = [n.rsplit(" :: ", 1)[1] for n in names if n.startswith("License ::")]
    said = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
    return said[0] if said else ", ".join(classified)


def page() -> str:
    """The whole of docs/licences.md."""
    run = pins(ROOT / "requirements.lock")
    return HEAD + "".join(f"| {name} | {run[name]} | {licence(name)} |\n" for name in sorted(run))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
