"""What an operator does to the data as a whole: back it up, put it back, bring it up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import running
from bot.running import Down
from config import secrets
from config.settings import Settings
from store import backup, beside, erased, migrations, restore
from store.backup import Damaged, Manifest, Occupied
from store.sealing import Keys
from store.session import Store, Unusable

LAST_BACKUP = "last-backup"  # in the data folder: when there was one
COPIES = "before-upgrade-"
COPIES_KEPT = timedelta(days=14)  # nothing that is erased leaves such a copy
PROBLEM, WRONG_USE = 1, 2


class Failed(Exception):
    """It was not done. A plain sentence, and the number that the command ends with."""

    def __init__(self, why: str, code: int) -> None:
        super().__init__(why)
        self.code = code


def close_to_others(settings: Settings) -> None:
    """Raises `SettingsError` where others may read the database or the master key."""
    key = secrets.master_file(settings)
    for path in (*beside.files(settings.database_url), *([key] if key else [])):
        secrets.check_closed(path)


def take(settings: Settings, path: Path) -> Iterator[str]:
    """Make a backup; what to tell of it."""
    with _faults():
        manifest = backup.take(settings.database_url, path)
    secrets.private_folder(settings.data)
    last = settings.data / LAST_BACKUP
    last.write_text(json.dumps({"at": manifest.taken_at.isoformat(timespec="seconds")}))
    yield f"Backup: {path}"
    yield from _told(manifest)
    yield "The master key is not in it, and without the key nobody can read it. Keep them apart."
    yield f"Keep with it, once it is there: {settings.data / erased.FILE}."
    yield "By it whoever was erased since stays erased."


def put_back(settings: Settings, path: Path, *, moved: bool, over: bool) -> Iterator[str]:
    """Make a backup the database; what to tell of it."""
    keys = Keys(secrets.master(settings, make=False).encode())
    secrets.private_folder(settings.data)
    with running.alone(settings.data), _faults():
        gone = erased.read(settings.data / erased.FILE)
        url = settings.database_url
        done = restore.put_back(path, url, keys, gone, moved=moved, over=over)
    yield f"Restored from: {path}"
    yield from _told(done.manifest)
    yield f"Erased again: {done.erased} people or conversations erased since."
    if done.held_back:
        yield f"Not sent: {done.held_back} messages that waited; they may have gone out since."
    yield "Everybody signs in at the desk anew. Look through its workers: an account closed since"
    yield "the backup is open again. Then: ownpace doctor"


def upgrade(settings: Settings) -> Iterator[str]:
    """Bring the tables up to date; what to tell of it."""
    secrets.private_folder(settings.data)
    keys = Keys(secrets.master(settings).encode())
    with running.alone(settings.data), _faults():
        made = copy_before_upgrade(settings)
        Store.open(settings.database_url, keys).close_sync()
    yield f"Copy of before: {made}" if made else "There was nothing to upgrade."


def copy_before_upgrade(settings: Settings) -> Path | None:
    """Back up a database whose tables are older than this version; copies of long ago go."""
    now = datetime.now(UTC)
    for old in settings.data.glob(f"{COPIES}*"):
        if old.stat().st_mtime < (now - COPIES_KEPT).timestamp():
            old.unlink()
    url = settings.database_url
    if beside.is_sqlite(url) and not beside.files(url):
        return None  # a new one, or one in memory
    try:
        with beside.reading(url) as connection:
            present = migrations.revision(connection)
    except beside.Nothing:
        return None
    if present is None or present == migrations.head():
        return None
    with _faults():
        migrations.check_known(present)
    path = settings.data / f"{COPIES}{present}-{now:%Y%m%dT%H%M%S%f}.db"
    backup.take(url, path)
    return path


def _told(manifest: Manifest) -> Iterator[str]:
    rows = manifest.totals.rows
    yield f"Taken: {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, tables of version {manifest.revision}"
    yield "Rows: " + ", ".join(f"{table} {count}" for table, count in rows.items() if count)
    yield f"Hash: {manifest.totals.digest}"


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except Occupied as error:
        raise Failed(str(error), WRONG_USE) from None
    except Damaged as error:
        raise Failed(str(error), PROBLEM) from None
    except FileNotFoundError as error:
        raise Failed(f"{error.filename or error}: no such file or folder.", WRONG_USE) from None
    except beside.Nothing:
        raise Down("DATABASE_URL: there is no database yet.") from None
    except migrations.Refused as error:
        raise Unusable(str(error)) from None
    except (SQLAlchemyError, OSError) as error:
        kind = getattr(error, "strerror", None) or type(error).__name__
        raise Down(f"It could not be done, and nothing was changed ({kind}).") from None
