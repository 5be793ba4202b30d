"""Short texts in a row: the words so far, and whether our reply to them was not begun yet."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, bindparam, select, update

from bot.conversation.model import Wrote
from store import messages
from store import tables as t
from store.conversations import Line
from store.prepared import Many
from store.sealing import Unreadable

# What is said later has a later id (see `ids`). Rows withdrawn before are of earlier texts.
_REPLY = (
    t.outgoing.c.contact == bindparam("who"),
    t.outgoing.c.message > bindparam("since"),
    t.outgoing.c.prompted.is_(True),
)
_UNTRIED = (t.outgoing.c.state == "new") & (t.outgoing.c.attempts == 0)
WITHDRAW_REPLY = Many(update(t.outgoing).where(*_REPLY, _UNTRIED).values(state="withdrawn"))
# Locked, so that no sender of another process begins what the turn is about to take back.
_STATES = (
    select(t.outgoing.c.state, t.outgoing.c.attempts)
    .where(*_REPLY, t.outgoing.c.state != "withdrawn")
    .with_for_update()
)


def met(connection: Connection, line: Line, wrote: Wrote) -> Wrote:
    """The message with what the core has to know of the burst that it may belong to.

    Words that are not there any more (erased), or do not open, leave `so_far` empty: then nothing
    joins them.
    """
    burst = line.conversation.burst
    if burst is None:
        return wrote
    try:
        words = messages.words_of(connection, line.sealer, burst.messages)
    except Unreadable:  # this message is heard by itself; what is wrong shows where it is read
        return wrote
    if not all(message in words for message in burst.messages):
        return wrote
    so_far = tuple(words[message] for message in burst.messages)
    return replace(wrote, so_far=so_far, unsent=_is_unsent(connection, line, burst.since))


def _is_unsent(connection: Connection, line: Line, since: str) -> bool:
    """Does all that we said after that message of theirs still wait for its first try?"""
    if not since:
        return False
    rows = connection.execute(_STATES, {"who": line.contact, "since": since}).all()
    return bool(rows) and all(row.state == "new" and not row.attempts for row in rows)
