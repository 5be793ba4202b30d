"""What an erased person wrote still stands in their provider's log: it is deleted there, too.

A row of `to_forget` says whose messages, by a sealed address, until when. Only where a store was
told that there is such a log (`OPTION`), and somebody (`bot.forgetting`) who deletes from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from store import tables as t
from store.ids import new_id
from store.sealing import Keys, Sealer, Unreadable

OPTION = "ownpace_provider_logs"  # of the connection: accounts whose provider keeps one
OUR_LAST_WORDS = timedelta(minutes=10)  # after somebody had all erased: our confirmation of it
_PLACE = "to_forget.address:{}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody's messages of then and before, to be deleted from the log of this account."""

    id: str
    account: str
    address: str = field(repr=False)
    until: datetime
    made_at: datetime
    attempts: int


def ask(
    connection: Connection, keys: Keys, contact: Any, sealer: Sealer, until: datetime, at: datetime
) -> None:
    """Have this contact's messages deleted (`account`, `address`, and `address_of`, its id)."""
    if contact.account not in connection.get_execution_options().get(OPTION, ()):
        return
    try:
        address = sealer.open(contact.address, f"contact.address:{contact.address_of}")
    except Unreadable:
        return
    id = new_id()
    row = {"id": id, "account": contact.account, "until": until, "made_at": at, "next_at": at}
    sealed = keys.master.seal(address, _PLACE.format(id))
    connection.execute(insert(t.to_forget).values(**row, address=sealed, attempts=0))


def due(connection: Connection, keys: Keys, account: str, now: datetime, most: int) -> list[Wanted]:
    """What is to be deleted now, the oldest first; what can't be opened is left, and told of."""
    f = t.to_forget.c
    query = select(t.to_forget).where(f.account == account, f.next_at <= now)
    found = []
    for row in connection.execute(query.order_by(f.next_at, f.id).limit(most)):
        try:
            address = keys.master.open(row.address, _PLACE.format(row.id))
        except Unreadable:
            continue
        about = (row.until, row.made_at, row.attempts)
        found.append(Wanted(row.id, row.account, address, *about))
    return found


def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many people's messages are still to be deleted, and since when the first of them is."""
    row = connection.execute(
        select(func.count(), func.min(t.to_forget.c.made_at)).select_from(t.to_forget)
    ).one()
    return row[0], row[1]
