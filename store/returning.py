"""What was hidden comes back: the contact, and each conversation, under the person's own key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, Table, exists, insert, null, select, update

from store import erased, rights
from store import tables as t
from store.ids import new_id
from store.packing import pack, unpack
from store.sealing import Keys, Sealer


def contact(
    connection: Connection,
    keys: Keys,
    id: str,
    person: str,
    sealer: Sealer,
    conversations: Sequence[str],
    at: datetime,
    claimed: bool,
) -> None:
    """Give this contact back to the person of these hidden conversations. One from which somebody
    has agreed to begin since stays as it is, and they get an ended copy of it. Where it is
    `claimed`, what was written since goes with them."""
    row = connection.execute(
        select(t.contact, t.person.c.wrapped_key)
        .join(t.person, t.person.c.id == t.contact.c.person)
        .where(t.contact.c.id == id)
    ).one()
    place, fresh = f"contact.address:{id}", keys.person(row.wrapped_key, row.person)
    address = fresh.open(row.address, place) if row.address else ""
    newer = _newer(connection, id)
    told = newer and (_agreed(connection, newer) or _told_something(connection, newer))
    if told and not claimed:
        _apart(connection, row, address, person, sealer, conversations, at)
        return
    if newer and claimed:
        _join(connection, newer, max(conversations), fresh, sealer)
    if newer:
        rights.blank(connection, fresh, [newer], at)
    sealed = sealer.seal(address, place) if row.address else row.address
    this = update(t.contact).where(t.contact.c.id == id)
    connection.execute(this.values(person=person, address=sealed))
    others = (t.conversation.c.contact == id) & t.conversation.c.id.not_in(conversations)
    for other in list(connection.scalars(select(t.conversation.c.id).where(others))):
        rights.empty(connection, sealer, other, person)
    _let_go(connection, row.person, at)


def conversation(
    connection: Connection, row: Any, person: str, sealer: Sealer, fresh: Sealer
) -> None:
    """Put one back as its row of `hidden` has it; what lay over its bookmark (the question whether
    to erase it all) is over. What we said of the erasing was sealed for the fresh person."""
    _ours_since(connection, row, sealer, fresh)
    place = f"conversation.state:{row.conversation}"
    state = replace(unpack(sealer.open(row.state, place)), over=())
    values = {"person": person, "state": sealer.seal(pack(state), place), "closed_at": null()}
    values |= {"standing": row.standing, "delete_on": row.delete_on}
    this = t.conversation.c.id == row.conversation
    connection.execute(update(t.conversation).where(this).values(**values))
    if row.kind:
        theirs = update(t.handover).where(t.handover.c.conversation == row.conversation)
        connection.execute(theirs.values(kind=row.kind, due_at=row.due_at))
    p = t.promise.c
    dropped = (p.conversation == row.conversation) & (p.dropped_at == row.at)
    connection.execute(update(t.promise).where(dropped).values(dropped_at=null()))


def _join(connection: Connection, newer: str, older: str, fresh: Sealer, sealer: Sealer) -> None:
    """What was written in the newer conversation stands in the older one, and so does what a worker
    is to see because of it."""
    m = t.message.c
    theirs = (m.conversation == newer) & (m.direction == "in") & m.text.is_not(None)
    for id, kind, text in connection.execute(select(m.id, m.kind, m.text).where(theirs)).all():
        place = f"message.text:{id}"
        own = {"text": sealer.seal(fresh.open(text, place), place), "conversation": older}
        own["kind"] = kind if kind == "command" else "note"
        connection.execute(update(t.message).where(m.id == id).values(**own))
    _seal_anew(connection, t.asked, ("answer", "reason"), newer, fresh, sealer)
    for table in (t.asked, t.promise, t.nudge):
        of_it = update(table).where(table.c.conversation == newer)
        connection.execute(of_it.values(conversation=older))


def _seal_anew(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    conversation: str,
    fresh: Sealer,
    sealer: Sealer,
) -> None:
    """What workers wrote to what is asked there goes by the other key."""
    for row in connection.execute(select(table).where(table.c.conversation == conversation)).all():
        place = {name: f"{table.name}.{name}:{row.id}" for name in names}
        words = {name: getattr(row, name) for name in names if getattr(row, name)}
        anew = {n: sealer.seal(fresh.open(w, place[n]), place[n]) for n, w in words.items()}
        if anew:
            connection.execute(update(table).where(table.c.id == row.id).values(**anew))


def _ours_since(connection: Connection, row: Any, sealer: Sealer, fresh: Sealer) -> None:
    m = t.message.c
    since = (m.conversation == row.conversation) & (m.direction == "out") & (m.at >= row.at)
    for id, text in connection.execute(select(m.id, m.text).where(since, m.text.is_not(None))):
        place = f"message.text:{id}"
        if sealer.opens(text, place) is not None:
            continue
        said, told = fresh.opens(text, place), {"text": None, "erased_at": row.at}
        if said is not None:
            told = {"text": sealer.seal(said, place)}
        # Else its key is gone: they had all erased a second time since. It told of the first.
        connection.execute(update(t.message).where(m.id == id).values(**told))


def _newer(connection: Connection, id: str) -> str | None:
    c = t.conversation.c
    found: str | None = connection.scalar(
        select(c.id).where(c.contact == id, c.closed_at.is_(None)).limit(1)
    )
    return found


def _agreed(connection: Connection, id: str) -> bool:
    a = t.agreement.c
    begun = exists().where(a.conversation == id, a.kind == "start", a.value)
    return bool(connection.scalar(select(begun)))


def _told_something(connection: Connection, id: str) -> bool:
    """Words of whoever writes now, who has agreed to nothing yet: they may be a call for help."""
    m = t.message.c
    own = m.kind.in_(("aside", "note", "answer")) & m.text.is_not(None)
    return bool(connection.scalar(select(exists().where(m.conversation == id, own))))


def _apart(
    connection: Connection,
    row: Any,
    address: str,
    person: str,
    sealer: Sealer,
    conversations: Sequence[str],
    at: datetime,
) -> None:
    """A contact that has ended: workers see it, and nothing of ours goes there."""
    id = new_id()
    kept = ("account", "address_hash", "state", "state_code", "state_at", "valid_from")
    values = {name: getattr(row, name) for name in kept}
    values |= {"id": id, "person": person, "valid_to": at}
    values["address"] = sealer.seal(address, f"contact.address:{id}")
    connection.execute(insert(t.contact).values(**values))
    theirs = t.conversation.c.id.in_(conversations)
    connection.execute(update(t.conversation).where(theirs).values(contact=id))


def _let_go(connection: Connection, person: str, at: datetime) -> None:
    """The fresh person of meanwhile, of whom nothing is left."""
    tables = (t.contact.c.person, t.hidden.c.person)
    # The conversations that come back still belong to it: they move within this transaction.
    if any(connection.scalar(select(exists().where(c == person))) for c in tables):
        return
    erased.note(connection, people=[person])
    rights.destroy_key(connection, person, at)
