"""Some words of theirs are erased, and the rest stays: one answer, one message, what was put aside.

Here, and at the provider: their messages, and ours in which the words went out, in a quote or in a
copy by chat. (Our own rows hold words by reference only.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from store import clearing, rights, their_copies
from store import tables as t
from store.conversations import Line
from store.messages import quoted
from store.sealing import Keys, Unreadable

_M = t.message.c


def answer(connection: Connection, keys: Keys, line: Line, question: str, at: datetime) -> None:
    """Every version of the words of one answer."""
    theirs = select(_M.id).where(rights.words_of_answer(connection, line.id, question))
    _at_provider(connection, keys, line, connection.scalars(theirs).all(), at)
    rights.forget_answer(connection, line.id, question, at)


def message(connection: Connection, keys: Keys, line: Line, id: str, at: datetime) -> None:
    """One message."""
    _at_provider(connection, keys, line, [id], at)
    rights.forget_message(connection, line.id, id, at)


def asides(connection: Connection, keys: Keys, line: Line, at: datetime) -> None:
    """What was put aside before the agreement, in a log: the turn itself blanks it here. A chat
    stays as it is, because nobody asked for it."""
    which = select(_M.id).where(_M.conversation == line.id, _M.kind == "aside")
    clearing.messages(connection, keys, line.id, which, at, chats=False)


def _at_provider(
    connection: Connection, keys: Keys, line: Line, ids: Collection[str], at: datetime
) -> None:
    which = [*ids, *_quoting(connection, line, set(ids))]
    clearing.messages(connection, keys, line.id, which, at)


def _quoting(connection: Connection, line: Line, ids: set[str]) -> Iterable[str]:
    """Messages of ours with words of these in them, or with pieces of a copy."""
    ours = select(_M.id, _M.text).where(_M.conversation == line.id, _M.direction == "out")
    for row in connection.execute(ours.where(_M.text.is_not(None), _M.id > min(ids, default=""))):
        try:
            named = quoted(line.sealer.open(row.text, f"message.text:{row.id}"))
        except Unreadable:
            continue
        if ids.intersection(named) or any(
            name.startswith(f"{their_copies.MARK}:") for name in named
        ):
            yield row.id
