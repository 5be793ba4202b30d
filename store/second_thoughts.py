"""What the core has to know to bring back by chat what was erased: conversations of this contact
that are hidden, not due yet, and guarded by a code word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from msgspec.structs import replace as changed
from sqlalchemy import Connection

from bot.conversation.model import Conversation, Wrote
from store import hiding
from store.conversations import Line
from store.sealing import Keys


def met(connection: Connection, keys: Keys, line: Line, wrote: Wrote, now: datetime) -> Wrote:
    """The message with these; the line's conversation then knows what was tried before. Where
    nothing waits to be erased, or somebody has agreed to begin anew, it is not even looked for."""
    hold = connection.get_execution_options().get(hiding.OPTION, {}).get(line.service)
    if not hold or line.conversation.agreed:
        return wrote
    erased = hiding.states_of_contact(connection, keys, line.contact, now)
    # However many were erased since by whoever holds the phone: they take nobody's place.
    guarded = {id: was for id, was in erased.items() if was.code}
    if not guarded:
        return wrote
    line.conversation = _tried(line.conversation, next(iter(erased.values())))
    return replace(wrote, hidden=guarded)


def _tried(conversation: Conversation, before: Conversation) -> Conversation:
    """A new beginning brings no new tries for the word: those of the one that was erased before it
    count on."""
    if conversation.tries_since is not None:
        return conversation
    return changed(conversation, tries=before.tries, tries_since=before.tries_since)
