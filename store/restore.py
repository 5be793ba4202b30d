"""A backup becomes the database again, of either kind; what was erased since stays erased.

Everything happens in one transaction: there is the whole of it afterwards, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, delete, inspect, select, update

from store import backup, beside, copying, hiding, keyring, migrations, outbox, rights, swapping
from store import tables as t
from store.backup import Damaged, Manifest, Occupied
from store.erased import Erased
from store.sealing import Keys

CHUNK = 500
UNASKED = ("remind", "deletion")  # timers whose turn writes to somebody who did not write first


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what did not."""

    manifest: Manifest
    erased: int  # people and conversations erased again
    held_back: int  # messages of ours that waited: they may have been sent since
    aside: Path | None = None  # the SQLite database of before


def put_back(
    path: Path, url: str, keys: Keys, erased: Erased, *, moved: bool = False, over: bool = False
) -> Restored:
    """Make the backup at `path` the database at `url`. Nobody else may use that one meanwhile.

    `moved`: nothing ran since the backup was made, so what waited to be sent still waits. `over`:
    what is there gives way; a SQLite file is kept aside under another name.

    Raises `Damaged`, `Occupied`, `migrations.Refused`, `FileNotFoundError`, `OSError`, and
    SQLAlchemy's errors.
    """
    manifest = backup.look(path)
    backup.check(path, manifest)
    with beside.opened(path) as source:
        keyring.learn(source, keys)

        def fill(target: Connection) -> Restored:
            return _fill(source, target, manifest, keys, erased, moved)

        file = beside.sqlite_path(url)
        return _into_postgres(url, fill, over) if file is None else _into_file(file, fill, over)


Fill = Callable[[Connection], Restored]


def _into_file(file: Path, fill: Fill, over: bool) -> Restored:
    swapping.end(file)
    taken = file.exists() and file.stat().st_size
    if taken and not over:
        raise Occupied(f"{file} is there already: move it away, or say --overwrite.")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with swapping.replacing(file) as draft:
        with beside.draft(draft).begin() as target:
            done = fill(target)
        beside.keep_log(draft)
    return replace(done, aside=swapping.end(file))


def _into_postgres(url: str, fill: Fill, over: bool) -> Restored:
    with beside.postgres(url).begin() as target:
        migrations.wait_briefly(target)
        if inspect(target).get_table_names() and not over:
            raise Occupied("That database has tables already: give an empty one, or --overwrite.")
        old = MetaData()
        old.reflect(target)
        old.drop_all(target)
        return fill(target)


def _fill(
    source: Connection,
    target: Connection,
    manifest: Manifest,
    keys: Keys,
    erased: Erased,
    moved: bool,
) -> Restored:
    migrations.upgrade(target, manifest.revision)
    of = copying.tables(source)
    copying.copy(source, target, of)
    if copying.totals(target, of) != manifest.totals:
        raise Damaged("What was written is not what stands in the backup: nothing was changed.")
    migrations.upgrade(target)
    again = forget_again(target, keys, erased)
    return Restored(manifest, again, 0 if moved else hold_back(target))


def forget_again(connection: Connection, keys: Keys, erased: Erased) -> int:
    """Erase what was erased after the backup was made; how many people and conversations."""
    now = datetime.now(UTC)
    _hide_again(connection, keys, erased, now)
    here = t.person.c.wrapped_key.is_not(None)
    people = erased.people & set(connection.scalars(select(t.person.c.id).where(here)))
    for person in sorted(people):
        _forget_person(connection, keys, person, now)
    stands = t.conversation.c.closed_at.is_(None) | t.conversation.c.delete_on.is_not(None)
    standing = select(t.conversation.c.id, t.person.c.wrapped_key).join(t.person).where(stands)
    rows = [row for row in connection.execute(standing) if row.id in erased.conversations]
    for row in rows:
        rights.blank(connection, keys.person(row.wrapped_key), [row.id], now)
    for start in range(0, len(erased.messages | erased.answers), CHUNK):
        _forget_words(connection, erased, start, now)
    return len(people) + len(rows)


def _hide_again(connection: Connection, keys: Keys, erased: Erased, now: datetime) -> None:
    """What was hidden since is so again, for as long as it was to be; what was brought back since
    is back."""
    c = t.conversation.c
    for person, until in erased.hidden.items():
        theirs = select(c.id).where(c.person == person, c.closed_at.is_(None)).limit(1)
        if conversation := connection.scalar(theirs):
            hiding.hide(connection, keys, conversation, now, until)
    for person in erased.brought_back - erased.people:
        # Before anything is erased again: what was written since is theirs, and not with the rest.
        hiding.bring_back(connection, keys, person, now, claimed=person in erased.claimed)


def _forget_person(connection: Connection, keys: Keys, person: str, now: datetime) -> None:
    if hiding.is_hidden(connection, person):
        hiding.finish(connection, keys, person, now)
        return
    theirs = select(t.conversation.c.id).where(t.conversation.c.person == person).limit(1)
    conversation = connection.scalar(theirs)
    if conversation is not None:
        rights.erase(connection, keys, conversation, now)
        return
    connection.execute(delete(t.contact).where(t.contact.c.person == person))
    rights.destroy_key(connection, person, now)


def _forget_words(connection: Connection, erased: Erased, start: int, now: datetime) -> None:
    """Single answers that somebody had us forget."""
    messages = sorted(erased.messages)[start : start + CHUNK]
    answers = sorted(erased.answers)[start : start + CHUNK]
    rights.blank_messages(connection, t.message.c.id.in_(messages), now)
    connection.execute(update(t.answer).where(t.answer.c.id.in_(answers)).values(choices=None))


def hold_back(connection: Connection) -> int:
    """Send nothing twice and nobody words of long ago; how many messages are not sent."""
    waits = t.outgoing.c.state.in_(outbox.WAITING)
    held = connection.execute(update(t.outgoing).where(waits).values(state="withdrawn"))
    connection.execute(delete(t.timer).where(t.timer.c.name.in_(UNASKED)))
    return held.rowcount
