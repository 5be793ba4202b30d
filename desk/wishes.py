"""What a worker sees at once: a wish (a `person` to call them, to `delete` their words, or another
of their rights: `bot/conversation/rights.py`), that somebody is under 18, or a text that may be a
sign of danger (a cue: `bot/conversation/cues.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, select, update

from desk import queries
from desk.queries import Head
from desk.reading import opened, sealer_of
from store import tables as t
from store.sealing import Keys


@dataclass(frozen=True, slots=True)
class Wish:
    """One such thing; `seen_at` is when a worker saw to it. Of a cue `message` is the text, to be
    read by `due_at`; `voice` is what found it, and `wrong_at` when they said that it was not so."""

    id: str
    conversation: str
    what: str
    at: datetime
    seen_at: datetime | None
    message: str | None = None
    voice: str | None = None
    due_at: datetime | None = None
    wrong_at: datetime | None = None


_A = t.asked.c
_ALL = select(*(_A[field.name] for field in fields(Wish)))


def _read(connection: Connection, where: ColumnElement[bool]) -> list[Wish]:
    query = _ALL.where(where).order_by(_A.at, _A.id)
    return [Wish(**row._mapping) for row in connection.execute(query)]


def unanswered(connection: Connection, services: Sequence[str], most: int) -> list[Wish]:
    """What no worker has seen to yet, of people whose conversations go on: cues by their time,
    then the rest, first asked first."""
    c = t.conversation.c
    query = _ALL.join(t.conversation, _A.conversation == c.id)
    still = query.where(_A.seen_at.is_(None), c.service.in_(services), c.closed_at.is_(None))
    cue_due = case((_A.message.is_not(None), _A.due_at))
    first = still.order_by(_A.message.is_(None), cue_due, _A.at, _A.id).limit(most)
    return [Wish(**row._mapping) for row in connection.execute(first)]


def of_conversation(connection: Connection, conversation: str) -> list[Wish]:
    return _read(connection, t.asked.c.conversation == conversation)


def find(connection: Connection, id: str, services: Sequence[str]) -> Wish | None:
    """The wish of this id, if it is one of these services'."""
    c = t.conversation.c
    shown = select(c.id).where(
        c.service.in_(services), c.id.not_in(select(t.hidden.c.conversation))
    )
    theirs = t.asked.c.conversation.in_(shown)
    return next(iter(_read(connection, (t.asked.c.id == id) & theirs)), None)


@dataclass(frozen=True, slots=True)
class Sign:
    """A cue with the very words; empty where they were erased."""

    wish: Wish
    words: str = field(repr=False)


def signs(of: Sequence[Wish]) -> Mapping[str, str]:
    """The cues among these, by the message in which each was found; not those that they said were
    none."""
    return {w.message: w.what for w in of if w.message and w.wrong_at is None}


def answer_by(of: Sequence[Wish]) -> datetime | None:
    """The time that they were told for the first complaint among these."""
    return min((w.due_at for w in of if w.what == "complain" and w.due_at), default=None)


def cues(connection: Connection, keys: Keys, head: Head, of: Sequence[Wish]) -> list[Sign]:
    """Those of these wishes that are cues, with their words."""
    signs = [wish for wish in of if wish.message]
    sealer = sealer_of(keys, head)
    named = [wish.message for wish in signs if wish.message]
    rows = {row.id: row.text for row in queries.messages(connection, named)}
    return [
        Sign(wish, opened(sealer, rows.get(wish.message), f"message.text:{wish.message}"))
        for wish in signs
    ]


def answer(connection: Connection, wish: Wish, person: str, now: datetime) -> None:
    """Somebody sees to this, and to all that the same person asked for until then."""
    a, c = t.asked.c, t.conversation.c
    theirs = a.conversation.in_(select(c.id).where(c.person == person))
    until = (a.at <= wish.at) & a.seen_at.is_(None)
    connection.execute(update(t.asked).where(theirs, until).values(seen_at=now))
    p = t.promise.c
    told = p.conversation.in_(select(c.id).where(c.person == person)) & (p.kind == "care")
    kept = told & p.kept_at.is_(None) & p.dropped_at.is_(None) & (p.made_at <= wish.at)
    connection.execute(update(t.promise).where(kept).values(kept_at=now))
