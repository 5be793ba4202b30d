"""How far a provider's log was read back, and what in it is new to us."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from store import messages
from store import tables as t
from store.sealing import Keys

Given = tuple[str, str]  # account, and the id as its provider gives it
_HEX = 64  # as long is a keyed hash in `seen`; ids of before are shorter


def read_to(connection: Connection, account: str) -> datetime | None:
    """The mark of this account; None where its log was never read."""
    mark: datetime | None = connection.scalar(
        select(t.account.c.read_to).where(t.account.c.id == account)
    )
    return mark


def put(connection: Connection, account: str, mark: datetime) -> None:
    """Set the mark of this account. It never moves back."""
    behind = t.account.c.read_to.is_(None) | (t.account.c.read_to < mark)
    connection.execute(
        update(t.account).where(t.account.c.id == account, behind).values(read_to=mark)
    )


def unseen(connection: Connection, keys: Keys, copies: Collection[Given]) -> set[Given]:
    """Which of these were never taken."""
    hidden = {(account, keys.seen(account, id)): (account, id) for account, id in copies}
    return set(copies) - {hidden[copy] for copy in messages.already_seen(connection, set(hidden))}


def hide(connection: Connection, keys: Keys) -> None:
    """Ids that an older version left readable become keyed hashes."""
    c = t.seen.c
    for row in connection.execute(select(t.seen).where(func.length(c.provider_id) < _HEX)).all():
        this = (c.account == row.account) & (c.provider_id == row.provider_id)
        hidden = keys.seen(row.account, row.provider_id)
        connection.execute(update(t.seen).where(this).values(provider_id=hidden))
