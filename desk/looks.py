"""Who has looked, and what they gave as their purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from desk import queries
from desk.queries import Head
from desk.reading import opened, sealer_of
from store.sealing import Keys

READING = "reading a hand-over"
REHEARSING = "watching a rehearsal"
CODE_WORD = "saw the code word"
READY = "read what to know before first contact"
AS_THEY = "read it as the person would"
BY_A_SEARCH = "found by a search"
HOLDERS = "saw who held it, and their notes"
COPIED = "made a copy for the person"
SHOWN = "a copy was shown to the person"
PERSON = "the person"  # who looks at their own copy, by chat or by a link
LOOKED_BACK = "looked back at what happened"
# What the messages of both sides may be opened for; the last needs words of the worker's own.
PURPOSES = ("contact", "their_words", "safety", "request", "supervision", "other")
_TRANSCRIPT = "all messages: "


@dataclass(frozen=True, slots=True)
class Look:
    """`own`: was it with this worker then? `messages` is the purpose (one of `PURPOSES`) for
    which all messages were opened, "" for any other look."""

    at: datetime
    worker: str
    name: str
    role: str
    purpose: str
    own: bool
    messages: str = ""
    words: str = field(default="", repr=False)


def read(connection: Connection, keys: Keys, head: Head) -> tuple[Look, ...]:
    """Who has looked at this intake, the latest first."""
    sealer, found = sealer_of(keys, head), []
    for row in queries.looks(connection, head.id):
        words = opened(sealer, row.words, f"look.words:{row.id}")
        whose = (row.at, row.worker, row.name, row.role or "")
        found.append(Look(*whose, row.purpose, row.own, _messages(row.purpose), words))
    return tuple(found)


def for_messages(purpose: str) -> str:
    """How a purpose of the messages is stored."""
    return _TRANSCRIPT + purpose


def today(looks: Sequence[Look], worker: str, since: datetime) -> Look | None:
    """The last look of this worker at all messages since then."""
    mine = (k for k in looks if k.worker == worker and k.messages and k.at >= since)
    return next(mine, None)


def _messages(stored: str) -> str:
    return stored.removeprefix(_TRANSCRIPT) if stored.startswith(_TRANSCRIPT) else ""
