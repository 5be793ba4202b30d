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
from desk.queries import Head
from store.sealing import Keys, Sealer, Unreadable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one question: `words` as they were typed, one string a message."""

    question: str
    status: str
    at: datetime
    codes: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)


def sealer_of(keys: Keys, head: Head) -> Sealer | None:
    """The key of the head's person; None once the person was erased."""
    return keys.person(head.wrapped_key) if head.wrapped_key else None


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
    """The present answers of each conversation, by question; with `questions` only those."""
    sealers = {head.id: sealer_of(keys, head) for head in heads}
    rows = queries.answers(connection, list(sealers), questions)
    named = [i for row in rows for i in row.messages]
    words = {message.id: message.text for message in queries.messages(connection, named)}
    found: dict[str, dict[str, Given]] = defaultdict(dict)
    for row in rows:
        if row.status != "answered":
            found[row.conversation][row.question] = Given(row.question, row.status, row.at)
            continue
        sealer = sealers[row.conversation]
        codes = opened(sealer, row.choices, f"answer.choices:{row.id}") or "[]"
        texts = [opened(sealer, words.get(i), f"message.text:{i}") for i in row.messages]
        found[row.conversation][row.question] = Given(
            row.question, row.status, row.at, tuple(json.loads(codes)), tuple(filter(None, texts))
        )
    return found
