"""Everything of one person erased for good, now: also what they had erased themselves and is only
hidden yet. A legal hold forbids it.

What somebody else had erased under the same contact keeps its own time (`store.hiding`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from store import hiding, legal_hold, locks, rights
from store import tables as t
from store.sealing import Keys


class OnHold(Exception):
    """Nothing of this person may be erased before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("there is a legal hold")
        self.until = until


def whose(connection: Connection, conversation: str, at: datetime) -> str:
    """The person whose words stand in this conversation, hidden or not; "" where they are erased.
    Raises `OnHold`, and `NoResultFound` for an unknown conversation."""
    c = t.conversation.c
    row = connection.execute(select(c.person, c.closed_at).where(c.id == conversation)).one()
    hidden = hiding.of_conversation(connection, conversation)
    if hidden is None and row.closed_at is not None:
        return ""
    person: str = hidden.person if hidden else row.person
    if hold := legal_hold.of_person(connection, None, person, at):
        raise OnHold(hold.until)
    return person


def erase(connection: Connection, keys: Keys, conversation: str, at: datetime) -> bool:
    """Erase that person; False where they were erased before. Raises as `whose` does."""
    locks.people(connection, conversations=[conversation])
    person = whose(connection, conversation, at)
    if not person:
        return False
    if hiding.is_hidden(connection, person):
        hiding.finish(connection, keys, person, at)
    elif hiding.holds_hidden(connection, person):
        # What is hidden of somebody else moves on unopened, and this person's words go.
        hiding.hide(connection, keys, conversation, at, at)
        hiding.finish(connection, keys, person, at)
    else:
        rights.erase(connection, keys, conversation, at)
    return True
