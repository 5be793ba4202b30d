"""Who writes to us, and where their conversation is: loaded and saved many at a time.

A `Line` is one person's line to us: the contact that they write from, and the conversation that
is open on it. Everything here works for a whole batch with one statement of each kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    null,
    select,
    update,
)

from bot.conversation.model import Conversation
from store import tables as t
from store.ids import new_id
from store.packing import pack, unpack
from store.prepared import Find, Many
from store.sealing import Keys, Sealer

Address = tuple[str, str]  # account, address
Reachable = Literal["open", "stopped", "unreachable"]


@dataclass(slots=True)
class Line:
    """One contact with its open conversation. Where there is none, `id` is empty and the line
    closed; a conversation looked up by its id may be closed too. `state` is the contact's."""

    id: str
    service: str
    account: str
    contact: str
    person: str
    sealer: Sealer = field(repr=False)
    conversation: Conversation = field(repr=False)
    sequence: int = 0
    closed: bool = False
    state: Reachable = "open"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An address that we hear from for the first time, or again after its conversation closed."""

    account: str
    service: str
    flow: str
    at: datetime
    address: str = field(repr=False)
    conversation: Conversation = field(repr=False)


_LAST_SEQUENCE = (
    select(func.max(t.outgoing.c.sequence))
    .where(t.outgoing.c.contact == t.contact.c.id)
    .scalar_subquery()
)
_COLUMNS = (
    t.contact.c.id.label("contact"),
    t.contact.c.account,
    t.contact.c.address_hash,
    t.contact.c.person,
    t.person.c.wrapped_key,
    t.person.c.service,
    t.conversation.c.id,
    t.conversation.c.state,
    t.conversation.c.closed_at.is_not(None).label("closed"),
    _LAST_SEQUENCE.label("sequence"),
    t.contact.c.state.label("reach"),
)
_HASH = 2  # where the hash stands among these
_OPEN = and_(t.conversation.c.contact == t.contact.c.id, t.conversation.c.closed_at.is_(None))
_PEOPLE = t.contact.join(t.person, t.person.c.id == t.contact.c.person)


def _in(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))


_BY_ADDRESS = Find(
    select(*_COLUMNS)
    .select_from(_PEOPLE.outerjoin(t.conversation, _OPEN))
    .where(t.contact.c.valid_to.is_(None))
    .where(_in(t.contact.c.account, "accounts"), _in(t.contact.c.address_hash, "hashes"))
)
_BY_ID = Find(
    select(*_COLUMNS)
    .select_from(_PEOPLE.join(t.conversation, t.conversation.c.contact == t.contact.c.id))
    .where(_in(t.conversation.c.id, "ids"))
)
_LAST_IN = t.conversation.c.last_in_at
# From when on its chat is looked through for what is old (`store.clearing`); a time that is set
# stays, or each word would put it off.
_FROM = bindparam("clear_from", type_=t.UTCTime)
_CLEAR_AT = case(
    (bindparam("clears", type_=Boolean), func.coalesce(t.conversation.c.clear_at, _FROM)),
    else_=null(),
)
_SAVE = Many(
    update(t.conversation)
    .where(t.conversation.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("state", "standing", "language", "holder")})
    .values(last_in_at=func.coalesce(bindparam("last_in_at", type_=t.UTCTime), _LAST_IN))
    .values(delete_on=bindparam("delete_on"), clear_at=_CLEAR_AT)
    .values(version=t.conversation.c.version + 1)
)
_NEW = {table: Many(insert(table)) for table in (t.person, t.contact, t.conversation)}


def by_address(
    connection: Connection, keys: Keys, addresses: Iterable[Address]
) -> dict[Address, Line]:
    """The live lines of these addresses; one whose conversation is closed has no `id`."""
    hashes = {keys.lookup(*address): address for address in addresses}
    accounts = {account for account, _ in hashes.values()}
    rows = _BY_ADDRESS.rows(connection, accounts=accounts, hashes=hashes)
    return {hashes[row[_HASH]]: _line(keys, row) for row in rows}


def by_id(connection: Connection, keys: Keys, ids: Iterable[str]) -> dict[str, Line]:
    """These conversations, closed ones too (news of their last words may still come)."""
    rows = _BY_ID.rows(connection, ids=set(ids))
    lines = [_line(keys, row) for row in rows]
    return {line.id: line for line in lines}


def _line(keys: Keys, row: Any) -> Line:
    contact, account, _, person, wrapped, service, id, sealed, closed, sequence, reach = row
    sealer = keys.person(wrapped, person)
    state = unpack(sealer.open(sealed, f"conversation.state:{id}")) if id else Conversation()
    return Line(
        id=id or "",
        service=service,
        account=account,
        contact=contact,
        person=person,
        sealer=sealer,
        conversation=state,
        sequence=sequence or 0,
        closed=not id or bool(closed),
        state=reach,
    )


def open_lines(
    connection: Connection,
    keys: Keys,
    newcomers: Iterable[Newcomer],
    known: Mapping[Address, Line],
) -> dict[Address, Line]:
    """Make what a first message needs: the person, the contact, the conversation.

    `known` are the lines there already; theirs lack the open conversation only. Where we may not
    write to such a contact, the new conversation knows it.
    """
    rows: dict[Any, list[dict[str, Any]]] = {t.person: [], t.contact: [], t.conversation: []}
    lines: dict[Address, Line] = {}
    for new in newcomers:
        address = (new.account, new.address)
        line = known.get(address) or _meet(keys, new, rows)
        line.id, line.closed = new_id(), False
        line.conversation = new.conversation
        if line.state != "open":
            line.conversation = replace(new.conversation, blocked=line.state)
        rows[t.conversation].append(_conversation_row(line, new.flow, new.at))
        lines[address] = line
    for table, values in rows.items():
        _NEW[table].run(connection, values)
    return lines


def _meet(keys: Keys, new: Newcomer, rows: dict[Any, list[dict[str, Any]]]) -> Line:
    """A person and their contact: neither was here before."""
    person, contact, wrapped = new_id(), new_id(), keys.new_person_key()
    sealer = keys.person(wrapped)
    rows[t.person].append(
        {"id": person, "service": new.service, "wrapped_key": wrapped, "created_at": new.at}
    )
    rows[t.contact].append(
        {
            "id": contact,
            "account": new.account,
            "address_hash": keys.lookup(new.account, new.address),
            "address": sealer.seal(new.address, f"contact.address:{contact}"),
            "person": person,
            "state": "open",
            "state_code": "",
            "valid_from": new.at,
        }
    )
    return Line("", new.service, new.account, contact, person, sealer, new.conversation)


def _conversation_row(line: Line, flow: str, at: datetime) -> dict[str, Any]:
    conversation = line.conversation
    return {
        "id": line.id,
        "person": line.person,
        "contact": line.contact,
        "service": line.service,
        "flow": flow,
        "state": sealed_state(line),
        "standing": conversation.standing,
        "language": conversation.language,
        "holder": conversation.holder,
        "version": 1,
        "started_at": at,
    }


def sealed_state(line: Line) -> bytes:
    """The line's conversation as its row holds it."""
    return line.sealer.seal(pack(line.conversation), f"conversation.state:{line.id}")


def save(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write where these conversations are now; the rows are `saved`'s."""
    _SAVE.run(connection, rows)


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a service keeps what is said: days, of whole and of unfinished intakes; and whether
    this chat is cleared of what is old meanwhile."""

    days: int
    partial_days: int
    clears: bool = False


def saved(
    line: Line, wrote_at: datetime | None, delete_on: datetime, clears: bool, at: datetime
) -> dict[str, Any]:
    """What a turn changes in the row of its conversation; `wrote_at` if the person wrote."""
    return {
        "key": line.id,
        "state": sealed_state(line),
        "standing": line.conversation.standing,
        "language": line.conversation.language,
        "holder": line.conversation.holder,
        "last_in_at": wrote_at,
        "delete_on": delete_on,
        "clears": clears,
        "clear_from": at,
    }


def timers(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """The timers set in these conversations: when each is due, by conversation and name."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = connection.execute(select(t.timer).where(t.timer.c.conversation.in_(wanted)))
    return {(row.conversation, row.name): row.due_at for row in rows}
