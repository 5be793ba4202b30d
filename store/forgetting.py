"""What a turn erases at once, before anything of it is recorded, or brings back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation import effects as e
from store import conversations, hiding, unsaying
from store.conversations import Line
from store.sealing import Keys


def forget(
    connection: Connection, keys: Keys, line: Line, effects: Sequence[e.Effect], at: datetime
) -> None:
    """Erase what a turn says, at once, or bring it back. After `all` the line is closed, and goes
    by a new key."""
    for effect in effects:
        match effect:
            case e.Forget("answer", question):
                unsaying.answer(connection, keys, line, question, at)
            case e.Forget("message", message=message):
                unsaying.message(connection, keys, line, message, at)
            case e.Forget("aside"):
                unsaying.asides(connection, keys, line, at)
            case e.Forget("all"):
                hiding.forget_all(connection, keys, line.id, line.service, at)
                fresh = conversations.by_id(connection, keys, [line.id])[line.id]
                line.person, line.sealer, line.closed = fresh.person, fresh.sealer, True
            case e.BringBack(conversation):
                _bring_back(connection, keys, line, conversation, at)


def _bring_back(
    connection: Connection, keys: Keys, line: Line, conversation: str, at: datetime
) -> None:
    """This is what the line is about from now on. Raises `LookupError` where it is erased."""
    hidden = hiding.of_conversation(connection, conversation)
    if not hidden or not hiding.bring_back(connection, keys, hidden.person, at, claimed=True):
        raise LookupError("it is erased for good")
    back = conversations.by_id(connection, keys, [conversation])[conversation]
    line.id, line.person, line.sealer = back.id, back.person, back.sealer
    line.contact, line.closed = back.contact, False
