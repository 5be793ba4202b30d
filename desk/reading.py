"""Answers with their words opened, for one intake or for a list of them."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from desk import queries
from desk.places import SAFETY
from desk.queries import AnyRow, Head
from store.sealing import Keys, Sealer, Unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one question: `words` as they were typed, one string a message; `messages`
    are the ids of all that answered it."""

    question: str
    status: str
    at: datetime
    codes: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    since: bool = False
    messages: tuple[str, ...] = ()


def sealer_of(keys: Keys, head: Head) -> Sealer | None:
    """The key of the head's person; None once the person was erased."""
    return keys.person(head.wrapped_key, head.person) if head.wrapped_key else None


def opened(sealer: Sealer | None, blob: bytes | None, name: str) -> str:
    """The words of a sealed column; empty where they were erased or can't be read."""
    if sealer is None or blob is None:
        return ""
    try:
        return sealer.open(blob, name)
    except Unreadable:
        log.error("can't be read: %s", name)
        return ""


def given(
    connection: Connection, keys: Keys, heads: Sequence[Head], questions: Sequence[str] = ()
) -> Mapping[str, Mapping[str, Given]]:
    """What each conversation shows, by question; with `questions` only those."""
    by_id = {head.id: head for head in heads}
    rows = _shared(by_id, queries.answers(connection, heads, questions))
    named = [i for row in rows for i in row.messages]
    words = {message.id: message for message in queries.messages(connection, named)}
    found: dict[str, dict[str, Given]] = defaultdict(dict)
    for row in rows:
        head = by_id[row.conversation]
        found[head.id][row.question] = _given(sealer_of(keys, head), head, row, words)
    return found


def _given(sealer: Sealer | None, head: Head, row: AnyRow, messages: Mapping[str, AnyRow]) -> Given:
    since = head.added_since(row.at)
    if row.status != "answered":
        return Given(row.question, row.status, row.at, since=since)
    codes = tuple(json.loads(opened(sealer, row.choices, f"answer.choices:{row.id}") or "[]"))
    named = [messages[id] for id in row.messages if id in messages]
    # Beside choices, a message of another kind only made the choice: "2".
    own = [message for message in named if not codes or message.kind == "answer"]
    words = (opened(sealer, message.text, f"message.text:{message.id}") for message in own)
    ids = tuple(row.messages)
    return Given(row.question, row.status, row.at, codes, tuple(filter(None, words)), since, ids)


def _shared(heads: Mapping[str, Head], rows: Sequence[AnyRow]) -> list[AnyRow]:
    """Of all versions, in order, the present ones; of a part that was shared, those of its time.

    Words about safe contact that changed since do not count any more, nor do the new ones yet:
    with nothing said, the desk errs on the side of silence.
    """
    then = {(r.conversation, r.question): r for r in rows if heads[r.conversation].shows(r.at)}
    shown = []
    for row in (row for row in rows if row.current):
        key = (row.conversation, row.question)
        if then.get(key) is row or (row.status == "removed" and key in then):
            shown.append(row)
        elif key in then and row.question not in SAFETY:
            shown.append(then[key])
    return shown
