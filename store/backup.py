"""A backup: one moment of the database, as a SQLite file with the same tables.

Of SQLite and of PostgreSQL alike, so that the one can be restored into the other. It is made of
rows, not of pages: nothing that was erased and still lies in a page comes along. Words stay sealed
in it; the master key is not in it. Made under a name of its own, checked, and only then given its
name: a backup that is there is a whole one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from store import beside, copying, migrations
from store.copying import MARK, Totals


class Occupied(Exception):
    """There is something already where we would write; a plain sentence."""


class Damaged(Exception):
    """A file that is no backup of ours, or not as it was made; a plain sentence."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself."""

    taken_at: datetime
    revision: str
    totals: Totals


def take(url: str, path: Path) -> Manifest:
    """Write a backup of the database at `url` to `path`, while others go on using it.

    Raises `Occupied`, `beside.Nothing`, `OSError`, and SQLAlchemy's errors where the database
    can't be read.
    """
    if path.exists():
        raise Occupied(f"{path} is there already: give a name that is not.")
    with drafted(path) as draft:
        with (
            beside.reading(url) as source,
            beside.draft(draft).begin() as target,
        ):
            manifest = _write(source, target)
        check(draft, manifest)
    return manifest


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """A file for its owner only, which gets its name when it is whole and on the disk."""
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        draft.chmod(0o600)  # whatever the umask
        yield draft
        sync(draft)
        draft.rename(path)
        sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def look(path: Path) -> Manifest:
    """What a backup says of itself. Raises `Damaged`, `FileNotFoundError`."""
    try:
        with beside.opened(path) as connection:
            found = connection.execute(text(f"SELECT told FROM {MARK}")).scalar_one()  # noqa: S608
        return msgspec.json.decode(found, type=Manifest)
    except (SQLAlchemyError, msgspec.MsgspecError):
        raise Damaged(f"{path} is no backup that `ownpace backup` made.") from None


def check(path: Path, manifest: Manifest) -> None:
    """Is every page of it sound and every row the one that was read? Raises `Damaged`."""
    try:
        with beside.opened(path) as connection:
            sound = connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            found = copying.totals(connection, copying.tables(connection))
    except (SQLAlchemyError, ValueError):
        sound = False
    if not sound or found != manifest.totals:
        raise Damaged(f"{path} is damaged: what stands in it is not what was written.")


def _write(source: Connection, target: Connection) -> Manifest:
    revision = migrations.revision(source)
    if revision is None:
        raise beside.Nothing
    migrations.upgrade(target, revision)
    totals = copying.copy(source, target, copying.tables(target))
    manifest = Manifest(datetime.now(UTC), revision, totals)
    target.execute(text(f"CREATE TABLE {MARK} (told TEXT NOT NULL)"))
    row = {"told": told(manifest)}
    target.execute(text(f"INSERT INTO {MARK} VALUES (:told)"), row)  # noqa: S608
    return manifest


def told(manifest: Manifest) -> str:
    """As it stands in the file."""
    return msgspec.json.encode(manifest).decode()


def sync(path: Path) -> None:
    """Have it on the disk before we go on: a file, or the names in a folder."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
