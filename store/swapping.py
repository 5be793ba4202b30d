"""A restored file takes the place of the database, whatever stops us on the way.

The whole new file is on the disk, as `ownpace.db.restored`, before anything else moves: from then
on the restore is decided, and every start ends first what was cut short (`end`). The database's own
file goes first: without it nobody takes what is left for a database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from store import backup

PARTS = ("", "-wal", "-shm")
MARK = "%Y%m%d-%H%M%S%f"


def waiting(file: Path) -> Path | None:
    """The restored file that still has to become `file`, if a restore was cut short."""
    path = _new(file)
    return path if os.path.exists(path) else None


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A draft to be filled; `end` makes it `file`."""
    with backup.drafted(_new(file)) as draft:
        yield draft


def end(file: Path) -> Path | None:
    """Do what is left of a restore into `file`; where the database of before is, if there was one.

    Nobody may use the database meanwhile.
    """
    new = waiting(file)
    if new is None:
        return None
    # The same name however often it takes: a log belongs beside its database.
    mark = datetime.fromtimestamp(new.stat().st_mtime, UTC).strftime(MARK)
    aside = file.with_name(f"{file.name}.before-{mark}")
    for part in PARTS:
        old = file.with_name(file.name + part)
        if old.exists():
            old.rename(aside.with_name(aside.name + part))
    backup.sync(file.parent)
    new.rename(file)
    backup.sync(file.parent)
    return aside if aside.exists() and aside.stat().st_size else None


def kept(file: Path) -> dict[str, datetime]:
    """The databases of before that restores left beside `file`, by name, and when they did."""
    found = {}
    for path in file.parent.glob(f"{file.name}.before-*"):
        with suppress(ValueError):  # the log of one, or a name that somebody gave
            mark = path.name.rpartition(".before-")[2]
            found[path.name] = datetime.strptime(mark, MARK).replace(tzinfo=UTC)
    return found


def _new(file: Path) -> Path:
    return file.with_name(f"{file.name}.restored")
