"""The database and what waits in it, read while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot import upkeep
from bot.conversation.effects import OWED
from bot.doctor import keeping
from bot.doctor.finding import Finding, green, red, several, yellow
from bot.doctor.routes import routes
from config.settings import Settings, SettingsError
from store import beside, erased, figures, keyring, migrations, why
from store import tables as t
from store.rights import Gone
from store.session import Unusable

STUCK, LONG = timedelta(minutes=15), timedelta(hours=1)
NOT_READ: tuple[Gone, ...] = ("erased", "expired")


class Silent(Exception):
    """The database does not answer."""


def database(settings: Settings) -> Iterator[Finding]:
    """Everything about it. Raises `Silent` after a finding that says so."""
    url = settings.database_url
    if beside.is_in_memory(url):
        yield yellow("database", "It lives in memory: the end of the process is its end.", _GIVE)
        return
    if upkeep.cut_short(url):
        yield yellow("database", upkeep.CUT_SHORT, upkeep.END_IT)
        return
    try:
        with beside.reading(url) as connection:
            yield from several(_tables(connection), _sound(connection), _key(connection, settings))
            if migrations.revision(connection) == migrations.head():
                yield from waiting(connection, settings)
    except beside.Nothing:
        yield green("database", "There is none yet: it is made when Ownpace starts.")
    except (SQLAlchemyError, OSError) as error:
        told = why.of(error, url)
        yield red("integrity" if told is why.DAMAGED else "database", *told)
        if told is not why.DAMAGED:
            raise Silent from None


_RESTORE = why.DAMAGED.do
_GIVE = "Leave DATABASE_URL out, or give a file or a PostgreSQL server."


def _tables(connection: Connection) -> Iterator[Finding]:
    present, head = migrations.revision(connection), migrations.head()
    if present == head:
        yield green("database", f"It answers, and its tables are those of this version ({head}).")
        return
    try:
        migrations.check_known(present or head or "")
    except migrations.Refused:
        says = f"Its tables are of a newer version ({present})."
        yield red("database", says, "Install that version, or restore a backup of before.")
        return
    do = "ownpace db upgrade, or start ownpace serve: both make a copy first."
    yield yellow("database", f"Its tables are of an older version ({present or 'none'}).", do)


def _sound(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name != "sqlite":
        yield green("integrity", "PostgreSQL looks after its pages itself.")
        return
    told = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
    lost = connection.execute(text("PRAGMA foreign_key_check")).first()
    mode = connection.execute(text("PRAGMA journal_mode")).scalar()
    if told != "ok" or lost:
        says = "The file is damaged." if told != "ok" else "Rows refer to rows that are not there."
        yield red("integrity", says, _RESTORE)
    elif mode != "wal":
        says = f"The journal is {mode}: readers and the writer wait for each other."
        yield yellow("integrity", says, "Start ownpace serve once: it sets it.")
    else:
        yield green("integrity", "Every page is sound.")


def _key(connection: Connection, settings: Settings) -> Iterator[Finding]:
    try:
        known = upkeep.keys(settings)
        keyring.learn(connection, known)
    except (SettingsError, migrations.Refused, Unusable) as error:
        yield red("master key", f"{error}.", "Put back the key that belongs to this database.")
    else:
        yield green("master key", "It opens the database.")
        if migrations.revision(connection) == migrations.head():
            yield from keeping.keys_in_use(connection, known)
            yield from keeping.sealed(connection, known)


# --- What waits ----------------------------------------------------------------------------------


def waiting(connection: Connection, settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    found = figures.read(connection, now)
    yield _queue(found, now)
    yield _parked(found)
    yield _promises(connection, now)
    if settings.twilio:
        yield _read_back(connection)
        yield keeping.to_be_deleted(connection, now)
        yield keeping.to_be_removed(connection, now)
    yield _erased(connection, settings)
    with suppress(SettingsError, Unusable):  # a key that is not there is told elsewhere
        yield from routes(connection, settings)


def _queue(found: figures.Figures, now: datetime) -> Finding:
    since = min((w.since for w in found.queue.values() if w.since), default=now)
    count, age = sum(w.count for w in found.queue.values()), now - since
    if age <= STUCK:
        return green("queue", f"{count} messages wait, none for long.")
    says = f"{count} messages wait, the oldest for {int(age.total_seconds() // 60)} minutes."
    do = "Is ownpace serve running? Its log says what the provider answers."
    return (red if age > LONG else yellow)("queue", says, do)


def _parked(found: figures.Figures) -> Finding:
    count = sum(w.count for w in found.parked.values())
    if not count:
        return green("set aside", "Nothing.")
    says = f"{count} messages could not be read or taken, and nobody has looked."
    return yellow("set aside", says, "Look at them at the desk: somebody may wait for an answer.")


def _promises(connection: Connection, now: datetime) -> Finding:
    real = select(t.service.c.id).where(~t.service.c.practice)
    late = select(func.count()).where(
        t.handover.c.taken_at.is_(None),
        t.handover.c.kind.not_in(NOT_READ),
        t.handover.c.due_at < now,
        t.handover.c.service.in_(real),
    )
    count = connection.scalar(late) or 0
    if count:
        says = f"{count} intakes are past the time by which a worker was to read them."
        return red("promises", says, "Read them now, at the desk.")
    if owed := connection.scalar(_owed(real, now)):
        says = f"{owed} people were not answered by the day that they were told."
        return red("promises", says, "Answer them now, at the desk.")
    return green("promises", "What was promised was read, or answered, in its time.")


def _owed(real: Select[Any], now: datetime) -> Select[Any]:
    a, c = t.asked.c, t.conversation.c
    late = (a.what.in_(OWED), a.seen_at.is_(None), a.due_at < now)
    query = select(func.count()).select_from(t.asked).join(t.conversation, a.conversation == c.id)
    return query.where(*late, c.closed_at.is_(None), c.service.in_(real))


def _read_back(connection: Connection) -> Finding:
    """The mark is the time of the newest message in the log: a quiet day leaves it where it is."""
    read_to = connection.scalar(select(func.min(t.account.c.read_to)))
    if read_to is None:
        says = "Twilio's log was not read back yet."
        return yellow("read-back", says, "Start ownpace serve: it reads what came in meanwhile.")
    return green("read-back", f"Twilio's log was read up to {read_to:%Y-%m-%d %H:%M} UTC.")


def _erased(connection: Connection, settings: Settings) -> Finding:
    """Is everybody who was erased known to the file that restores go by?"""
    noted = erased.read(settings.data / erased.FILE)
    gone = connection.scalars(select(t.person.c.id).where(t.person.c.erased_at.is_not(None)))
    missing = len(set(gone) - noted.people)
    if missing or noted.unread:
        says = f"{missing} erased people are not noted for restores; {noted.unread} notes are cut."
        do = "Start ownpace serve, which notes them; then make a backup and destroy older ones."
        return yellow("erased", says, do)
    return green("erased", "Who was erased is noted for restores.")
