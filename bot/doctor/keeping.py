"""Does what is sealed open, under which key; and what is still to be erased elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.doctor.finding import Finding, green, red, yellow
from store import clearing, places, provider_logs, rotation
from store import tables as t
from store.places import Sealed
from store.sealing import Keys, Unreadable

LATEST = 1000  # values of each column that are opened
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_ROTATE = "Run ownpace keys rotate: it goes on where it was."


def keys_in_use(connection: Connection, keys: Keys) -> Iterator[Finding]:
    """Which key is sealed under, and may the one of before go? `keys` know their numbers."""
    left = sum(rotation.left(connection, keys).values())
    told = f"Key {keys.number} is the present one"
    if left or rotation.goes_on(connection):
        yield yellow("keys", f"{told}; {left} rows need one of before: keep it.", _ROTATE)
    elif keys.present is not keys.given[0]:
        says = f"{told}; a newer one was given and is not used yet."
        do = "Start every process with both keys, then run ownpace keys rotate."
        yield yellow("keys", says, do)
    elif len(keys.given) > 1:
        says = f"{told}, and nothing needs one of before."
        do = "Take OWNPACE_SECRET_KEY_OLD away, and start every process again."
        yield yellow("keys", says, do)
    else:
        yield green("keys", f"{told}, and nothing needs another one.")


def sealed(connection: Connection, keys: Keys) -> Iterator[Finding]:
    """Does everybody's key open, and the latest of all that is sealed?"""
    bad = [*_people(connection, keys), *_values(connection, keys)]
    failed = select(func.count()).where(t.message.c.failed_code == "unreadable")
    count = len(bad) + (connection.scalar(failed) or 0)
    if not count:
        yield green("sealed", "Everybody's key opens, and the latest of all that is sealed.")
        return
    named = f": {', '.join(bad[:3])}" if bad else ""
    says = f"{count} sealed values do not open{named}."
    do = "Somebody changed the database, a page is damaged, or a key is missing: see the log."
    yield red("sealed", says, do)


def to_be_deleted(connection: Connection, now: datetime) -> Finding:
    """What was erased here, and still stands in a provider's log."""
    count, since = provider_logs.waiting(connection)
    if since is None or now - since < DAY:
        return green("provider", f"{count} people's messages wait to be deleted at the provider.")
    says = f"{count} people's messages wait to be deleted at the provider, for over a day."
    return yellow("provider", says, "Its log says why: credentials, or a message that hangs.")


def to_be_removed(connection: Connection, now: datetime) -> Finding:
    """What is to go from chats or a log message by message, and did not yet."""
    count, since = clearing.waiting(connection)
    if since is None or now - since < HOUR:
        return green("removal", f"{count} chats wait for messages to be removed.")
    says = f"{count} chats wait for messages to be removed, for over an hour."
    return yellow("removal", says, "The log says why. On Telegram there are 48 hours for it.")


def _people(connection: Connection, keys: Keys) -> Iterator[str]:
    query = select(t.person.c.id, t.person.c.wrapped_key)
    for row in connection.execute(query.where(t.person.c.wrapped_key.is_not(None))):
        try:
            keys.person(row.wrapped_key, row.id)
        except Unreadable:
            yield f"person.wrapped_key:{row.id}"


def _values(connection: Connection, keys: Keys) -> Iterator[str]:
    for sealed in places.latest(connection, LATEST):
        try:
            _open(keys, sealed)
        except Unreadable:
            yield sealed.place


def _open(keys: Keys, sealed: Sealed) -> None:
    """Raises `Unreadable`. A person's key that does not open was told already."""
    try:
        sealer = keys.person(sealed.wrapped) if sealed.wrapped else keys.master
    except Unreadable:
        return
    sealer.open(sealed.value, sealed.place)
