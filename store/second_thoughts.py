"""What the core has to know to bring back by chat what was erased: conversations of this contact
that are hidden, not due yet, and guarded by a code word."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation.model import Conversation, Wrote
from store import hiding
from store.conversations import Line
from store.sealing import Keys, Unreadable

LATEST = 5  # that were erased: each new beginning has tries of its own for the word


def met(connection: Connection, keys: Keys, line: Line, wrote: Wrote, now: datetime) -> Wrote:
    """The message with these. Where nothing waits to be erased, or somebody has agreed to begin
    anew, it is not even looked for."""
    hold = connection.get_execution_options().get(hiding.OPTION, {}).get(line.service)
    if not hold or line.conversation.agreed:
        return wrote
    found: dict[str, Conversation] = {}
    for hidden in hiding.of_contact(connection, line.contact, now)[:LATEST]:
        with suppress(Unreadable):  # told by its place; what they write now is heard all the same
            was = hiding.state_of(connection, keys, hidden)
            found |= {hidden.conversation: was} if was.code else {}
    return replace(wrote, hidden=found) if found else wrote
