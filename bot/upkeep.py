"""What an operator does to the data as a whole: back it up, put it back, bring it up to date."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import running
from bot.conversation.channel import Away
from bot.running import Down
from config import secrets
from config.settings import Settings
from store import away, backup, beside, erased, migrations, restore, swapping, why
from store.backup import Damaged, Manifest, Occupied
from store.sealing import Keys
from store.session import Store, Unusable

LAST_BACKUP = "last-backup"  # in the data folder: when there was one
COPIES = "before-upgrade-"
COPIES_KEPT = timedelta(days=14)  # nothing that is erased leaves such a copy
FORGETTING = 3600.0  # seconds between looks for them
PROBLEM, WRONG_USE = 1, 2
log = logging.getLogger("ownpace.upkeep")
CUT_SHORT = "A restore was cut short before its file took the place of the database."
END_IT = "Start ownpace serve, or run ownpace db upgrade: both end it, and keep the old database."


class Failed(Exception):
    """It was not done. A plain sentence, and the number that the command ends with."""

    def __init__(self, why: str, code: int) -> None:
        super().__init__(why)
        self.code = code


def cut_short(url: str) -> bool:
    """Is there a restore that was stopped before its file took the database's place?"""
    file = beside.file(url)
    return bool(file and swapping.waiting(file))


def keys(settings: Settings, *, make: bool = False) -> Keys:
    """Those of the master keys that are given; where there is none, one may be made. Raises
    `SettingsError`."""
    return Keys(*(key.encode() for key in secrets.masters(settings, make=make)))


def close_to_others(settings: Settings) -> None:
    """Raises `SettingsError` where others may read the database or a master key."""
    for path in (*beside.files(settings.database_url), *secrets.master_files(settings)):
        secrets.check_closed(path)


def take(settings: Settings, path: Path) -> Iterator[str]:
    """Make a backup; what to tell of it."""
    url = settings.database_url
    with _faults(url):
        if cut_short(url):
            raise Down(f"{CUT_SHORT} {END_IT}")
        manifest = backup.take(url, path)
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
    opened_by = keys(settings)
    secrets.private_folder(settings.data)
    url = settings.database_url
    with running.alone(settings.data), _faults(url):
        gone = erased.read(settings.data / erased.FILE)
        done = restore.put_back(path, url, opened_by, gone, moved=moved, over=over)
    yield f"Restored from: {path}"
    yield from _told(done.manifest)
    yield f"Erased again: {done.erased} people or conversations erased since."
    if done.held_back:
        yield f"Not sent: {done.held_back} messages that waited; they may have gone out since."
    if done.aside:
        yield f"The database of before is kept: {done.aside}"
        yield "It still holds, sealed, what people wrote, also those who were erased. Delete it as"
        yield f"soon as all is well, in {COPIES_KEPT.days} days at the latest."
    yield "Everybody signs in at the desk anew. Look through its workers: an account closed since"
    yield "the backup is open again. Then: ownpace doctor"


def upgrade(settings: Settings) -> Iterator[str]:
    """Bring the tables up to date; what to tell of it."""
    secrets.private_folder(settings.data)
    opened_by = keys(settings, make=True)
    made: list[Path] = []
    with running.alone(settings.data), _faults(settings.database_url):
        open_store(settings, opened_by, made.append).close_sync()
    yield from (f"Copy of before: {path}" for path in made)
    if not made:
        yield "There was nothing to upgrade."


def open_store(
    settings: Settings, keys: Keys, copied: Callable[[Path], object] = lambda path: None
) -> Store:
    """The database, with the tables of this version. A restore that was cut short is ended first;
    `copied` is told of the copy that was made where tables had to change.

    Raises what `Store.open` does, `OSError`, `Failed` and `Down`. Nobody else may start meanwhile.
    """
    url = settings.database_url
    if cut_short(url) and (file := beside.file(url)):
        log.warning("a restore that was cut short is ended now")
        swapping.end(file)
    forget_copies(settings.data)
    return Store.open(url, keys, lambda present: copied(_copy(settings, present)))


def _copy(settings: Settings, present: str) -> Path:
    path = settings.data / f"{COPIES}{present}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    with _faults(settings.database_url):
        backup.take(settings.database_url, path)
    return path


def forget_copies(folder: Path) -> None:
    """Delete copies of before upgrades that are so old that nothing erased may be left in them."""
    oldest = (datetime.now(UTC) - COPIES_KEPT).timestamp()
    for old in folder.glob(f"{COPIES}*"):
        if old.stat().st_mtime < oldest:
            old.unlink(missing_ok=True)


async def keep_forgetting(folder: Path, pulse: float = FORGETTING) -> None:
    """A job: `forget_copies` now and again. Each process does it, for a folder of its own."""
    while True:
        try:
            forget_copies(folder)
        except OSError as error:
            log.error("old copies of the database can't be deleted: %s", type(error).__name__)
        await asyncio.sleep(pulse)


def _told(manifest: Manifest) -> Iterator[str]:
    rows = manifest.totals.rows
    yield f"Taken: {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC, tables of version {manifest.revision}"
    yield "Rows: " + ", ".join(f"{table} {count}" for table, count in rows.items() if count)
    yield f"Hash: {manifest.totals.digest}"


@contextmanager
def _faults(url: str) -> Iterator[None]:
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
    except (Away, OSError, *away.ERRORS) as error:
        told = why.of(error, url)
        left = f"{CUT_SHORT} {END_IT}" if cut_short(url) else "Nothing was changed."
        raise Down(f"{told.says} {left} {told.do}") from None
