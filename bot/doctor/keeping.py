"""Does what is sealed open, under which key; and what is still to be erased elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from bot.doctor.finding import Finding, green, red, yellow
from store import provider_logs, rotation
from store import tables as t
from store.sealing import Keys, Sealer, Unreadable

LATEST = 1000  # messages that are opened
DAY = timedelta(days=1)
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
    """Does everybody's key open, their address, and the latest of what was written?"""
    bad = [*_people(connection, keys), *_messages(connection, keys)]
    failed = select(func.count()).where(t.message.c.failed_code == "unreadable")
    count = len(bad) + (connection.scalar(failed) or 0)
    if not count:
        yield green("sealed", "Everybody's key and address open, and the latest messages.")
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


def _people(connection: Connection, keys: Keys) -> Iterator[str]:
    k, p = t.contact.c, t.person.c
    query = select(p.id, p.wrapped_key).where(p.wrapped_key.is_not(None))
    sealers: dict[str, Sealer] = {}
    for row in connection.execute(query):
        try:
            sealers[row.id] = keys.person(row.wrapped_key, row.id)
        except Unreadable:
            yield f"person.wrapped_key:{row.id}"
    for contact in connection.execute(select(k.id, k.person, k.address)):
        sealer, place = sealers.get(contact.person), f"contact.address:{contact.id}"
        if sealer and contact.address and not _opens(sealer, contact.address, place):
            yield place


def _messages(connection: Connection, keys: Keys) -> Iterator[str]:
    m, c, h = t.message.c, t.conversation.c, t.hidden.c
    whose = func.coalesce(h.person, c.person)
    query = (
        select(m.id, m.text, t.person.c.wrapped_key)
        .join(t.conversation, c.id == m.conversation)
        .outerjoin(t.hidden, h.conversation == c.id)
        .join(t.person, t.person.c.id == whose)
        .where(m.text.is_not(None), t.person.c.wrapped_key.is_not(None))
    )
    for row in connection.execute(query.order_by(m.id.desc()).limit(LATEST)):
        try:
            sealer = keys.person(row.wrapped_key)
        except Unreadable:
            continue  # told above
        if not _opens(sealer, row.text, f"message.text:{row.id}"):
            yield f"message.text:{row.id}"


def _opens(sealer: Sealer, blob: bytes, place: str) -> bool:
    try:
        sealer.open(blob, place)
    except Unreadable:
        return False
    return True
