"""What can be seen without asking anybody: the settings, the service, the key, the folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import plans, upkeep, worlds
from bot.conversation.flow import FlowError
from bot.doctor.finding import Finding, green, red, yellow
from bot.doctor.lines import helplines
from bot.worlds import Library
from config import secrets, services
from config.services import Configured
from config.settings import Settings, SettingsError
from store import beside, swapping

SOON = timedelta(days=10)  # that long a service may be closed without anybody wondering
BACKUP_AGE = timedelta(days=2)
SCARCE, LITTLE = 200 * 2**20, 2 * 2**30  # bytes


def is_live(settings: Settings) -> bool:
    """Can real people reach it?"""
    return bool(settings.telegram_token or settings.twilio)


def service(settings: Settings) -> Iterator[Finding]:
    """Its file: placeholders, hours, languages. Raises `SettingsError`."""
    main = services.main(settings)
    yield _placeholders(main, is_live(settings))
    yield _hours(main)
    library = worlds.read()
    yield _languages(main, library)
    yield _cues(main, library)
    yield from helplines(main.service, is_live(settings), datetime.now(UTC))
    if settings.twilio:
        yield _countries(main, settings.twilio.sender)


def _placeholders(main: Configured, live: bool) -> Finding:
    if not main.placeholders:
        return green("service", "Everything that people are told of it is filled in.")
    says = f"Still to be filled in: {' and '.join(main.placeholders)}."
    do = "Fill it in in config/ownpace.toml, or as OWNPACE_SERVICE_*; no real channel opens before."
    return red("service", says, do) if live else yellow("service", says, do)


def _hours(main: Configured) -> Finding:
    if "hours" in main.placeholders:
        return yellow("hours", "There are no hours yet.", "Fill in `hours`.")
    now = datetime.now(UTC)
    opens = main.service.hours.next_open(now)
    if opens > now + SOON:
        says = f"Nobody is there before {opens:%Y-%m-%d}: people are told so."
        return yellow("hours", says, "Look at `hours` and `holidays`.")
    coming = [day for day in main.service.hours.holidays if day >= now.date()]
    if not coming:
        says = "No holiday is coming up in the settings: promises are made for those days too."
        return yellow("hours", says, "Add the next holidays to `holidays`.")
    return green("hours", "They can be kept, and holidays are known.")


def _languages(main: Configured, library: Library) -> Finding:
    try:
        worlds.world(library, main.service)
    except FlowError as error:
        return red("languages", f"{error}.", "Finish the translation, or leave the language out.")
    return green("languages", f"Complete: {', '.join(main.service.languages)}.")


def _countries(main: Configured, sender: str) -> Finding:
    """Where texts go, and whether that is where we are."""
    if main.countries == services.EVERYWHERE:
        do = "Name your countries in `text_countries` if your people write from these alone."
        return green("countries", f"Texts go everywhere but to costly numbers. {do}")
    codes = ", ".join(f"+{code}" for code in main.countries)
    says = f"Texts go to numbers of {codes} only, and to none of the costly ones in there."
    if sender.startswith("+") and not plans.texts_to(main).covers(sender):
        do = "Look at `nation` and `text_countries`: our own number is in none of these."
        return yellow("countries", says, do)
    return green("countries", says)


def _cues(main: Configured, library: Library) -> Finding:
    """Is a text that may be a sign of danger noticed, in each of the languages?"""
    if blind := [code for code in main.service.languages if code not in library.cues]:
        says = f"No cues are looked for in {', '.join(blind)}: no text there is put first."
        return yellow("cues", says, "Read what is written in these as soon as you can.")
    return green("cues", f"Looked for in {', '.join(main.service.languages)}. Some are missed.")


def key(settings: Settings) -> Iterator[Finding]:
    """The master key: whoever takes a copy of the data must not get it with them."""
    file, live = secrets.master_file(settings), is_live(settings)
    if file is None:
        yield green("master key", "It is given from outside, apart from the database.")
        return
    if not file.exists():
        yield from _no_key(settings)
        return
    try:
        secrets.check_closed(file)
    except SettingsError as error:
        yield red("master key", str(error), "Close it, and think of a new key.")
    if _is_beside(file, settings):
        says = "It lies beside the database: whoever copies the folder can read everything."
        do = "Move it to another place, and name that in OWNPACE_SECRET_KEY_FILE."
        yield red("master key", says, do) if live else yellow("master key", says, do)
    else:
        yield green("master key", "It stands apart from the database.")


def _no_key(settings: Settings) -> Iterator[Finding]:
    if beside.files(settings.database_url):
        says = "There is a database, and no master key: nothing in it can be read."
        yield red("master key", says, "Put back the copy that you keep of it.")
    else:
        yield green("master key", "It is made when Ownpace starts for the first time.")


def _is_beside(file: Path, settings: Settings) -> bool:
    """In the folder of the database, or below it."""
    folders = {path.parent.resolve() for path in beside.files(settings.database_url)}
    if folders:
        folders.add(settings.data.resolve())
    return any(folder in file.resolve().parents for folder in folders)


def rights(settings: Settings) -> Iterator[Finding]:
    """Is all that we write for its owner's eyes only?"""
    written = [*beside.files(settings.database_url)]
    written += [p for p in settings.data.glob("*") if p.is_file()] if settings.data.exists() else []
    loose = sorted({path.name for path in written if path.stat().st_mode & 0o077})
    folder = settings.data.exists() and settings.data.stat().st_mode & 0o077
    if loose or folder:
        says = f"Others on this machine may read: {', '.join(loose) or 'the data folder'}."
        yield red("rights", says, "chmod 700 the data folder, chmod 600 what is in it.")
    else:
        yield green("rights", "Only this user may read what is kept.")


def disk(settings: Settings) -> Iterator[Finding]:
    """Is there room to go on, and for a copy before an upgrade?"""
    folder = settings.data if settings.data.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    size = sum(path.stat().st_size for path in beside.files(settings.database_url))
    says = f"{free // 2**20} MiB are free; the database has {size // 2**20} MiB."
    if free < max(SCARCE, size):
        yield red("disk", says, "Make room: with a full disk nothing can be taken in.")
    elif free < max(LITTLE, 3 * size):
        yield yellow("disk", says, "Make room soon.")
    else:
        yield green("disk", says)


def last_backup(settings: Settings) -> Iterator[Finding]:
    """When was one made with `ownpace backup`, as far as the data folder knows?"""
    try:
        told = json.loads((settings.data / upkeep.LAST_BACKUP).read_text("utf-8"))
        age = datetime.now(UTC) - datetime.fromisoformat(told["at"])
    except (OSError, ValueError, TypeError, KeyError):
        age = None
    do = "ownpace backup PATH, every day, and take the file to another machine."
    if age is not None and age <= BACKUP_AGE:
        yield green("backup", f"The last one is {_hours_of(age)} old.")
    elif is_live(settings):
        told = f"The last one is {_hours_of(age)} old." if age else "None was made from here."
        yield yellow("backup", told, do)
    else:
        yield green("backup", "No real people yet: there is nothing to lose.")


def databases_of_before(settings: Settings) -> Iterator[Finding]:
    """What a restore put out of the way is nobody's to forget: erasing does not reach it."""
    file, oldest = beside.file(settings.database_url), datetime.now(UTC) - upkeep.COPIES_KEPT
    if old := [name for name, at in swapping.kept(file).items() if at < oldest] if file else []:
        says = f"Restores left them long ago, with people's words in them: {', '.join(old)}."
        yield yellow("before", says, "Delete them, and what is called so with -wal or -shm.")


def _hours_of(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"
