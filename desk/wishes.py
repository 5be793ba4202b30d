"""What a worker sees at once: a wish (a `person` to call them, to `delete` their words, or another
of their rights: `bot/conversation/rights.py`), that somebody is under 18, or a text that may be a
sign of danger (a cue: `bot/conversation/cues.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, select, update

from bot.conversation.effects import OWED
from desk import queries
from desk.queries import Head
from desk.reading import opened, sealer_of
from store import tables as t
from store.sealing import Keys, Sealer


@dataclass(frozen=True, slots=True)
class Wish:
    """One such thing; `seen_at` is when a worker saw to it. Of a cue `message` is the text, to be
    read by `due_at`; `voice` is what found it, and `wrong_at` when they said that it was not so.
    What is owed an answer (`effects.OWED`) is seen to by that answer, which they are to have by
    `due_at`; `statement` are the messages that say, in their words, what should stand there."""

    id: str
    conversation: str
    what: str
    at: datetime
    seen_at: datetime | None
    message: str | None = None
    voice: str | None = None
    due_at: datetime | None = None
    wrong_at: datetime | None = None

    statement: tuple[str, ...] = ()

    @property
    def owed(self) -> bool:
        return self.what in OWED


_A = t.asked.c
_ALL = select(*(_A[field.name] for field in fields(Wish)))


def _read(connection: Connection, where: ColumnElement[bool]) -> list[Wish]:
    query = _ALL.where(where).order_by(_A.at, _A.id)
    return _wishes(connection, query)


def _wishes(connection: Connection, query: Select[Any]) -> list[Wish]:
    rows = (dict(row._mapping) for row in connection.execute(query))
    return [Wish(**{**row, "statement": tuple(row["statement"] or ())}) for row in rows]


def unanswered(connection: Connection, services: Sequence[str], most: int) -> list[Wish]:
    """What no worker has seen to yet, of people whose conversations go on: cues by their time,
    then the rest, first asked first."""
    c = t.conversation.c
    query = _ALL.join(t.conversation, _A.conversation == c.id)
    still = query.where(_A.seen_at.is_(None), c.service.in_(services), c.closed_at.is_(None))
    cue_due = case((_A.message.is_not(None), _A.due_at))
    first = still.order_by(_A.message.is_(None), cue_due, _A.at, _A.id).limit(most)
    return _wishes(connection, first)


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


@dataclass(frozen=True, slots=True)
class Reply:
    """What workers wrote about one of these: the `answer`, and `who` gave it; why it is late."""

    who: str = ""
    answer: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """What should stand beside what a worker wrote, in their words, and the reply to it."""

    wish: Wish
    words: str = field(repr=False)
    reply: Reply = Reply()


def statements(connection: Connection, keys: Keys, head: Head) -> tuple[Statement, ...]:
    """Those of this conversation, the latest first."""
    stated = [wish for wish in of_conversation(connection, head.id) if wish.statement]
    if not stated:
        return ()
    sealer, answers = sealer_of(keys, head), replies(connection, keys, head)
    named = [message for wish in stated for message in wish.statement]
    rows = queries.messages(connection, named)
    said = {row.id: opened(sealer, row.text, f"message.text:{row.id}") for row in rows}
    return tuple(
        Statement(wish, "\n".join(said.get(m, "") for m in wish.statement), answers[wish.id])
        for wish in reversed(stated)
    )


def signs(of: Sequence[Wish]) -> Mapping[str, str]:
    """The cues among these, by the message in which each was found; not those that they said were
    none."""
    return {w.message: w.what for w in of if w.message and w.wrong_at is None}


def answer_by(of: Sequence[Wish]) -> datetime | None:
    """The first day that they were told for an answer, of these."""
    return min((w.due_at for w in of if w.owed and not w.seen_at and w.due_at), default=None)


def replies(connection: Connection, keys: Keys, head: Head) -> dict[str, Reply]:
    """What workers wrote to what is asked here, by its id."""
    sealer, name = sealer_of(keys, head), t.worker.c.name
    query = select(_A.id, _A.answer, _A.reason, name).where(_A.conversation == head.id)
    query = query.outerjoin(t.worker, t.worker.c.id == _A.answered_by)
    return {
        row.id: Reply(
            row.name or "",
            opened(sealer, row.answer, f"asked.answer:{row.id}"),
            opened(sealer, row.reason, f"asked.reason:{row.id}"),
        )
        for row in connection.execute(query)
    }


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
    """Somebody sees to this, and to all that the same person asked for until then; but for what is
    owed an answer of its own."""
    a = t.asked.c
    until = (a.at <= wish.at) & a.seen_at.is_(None) & a.what.not_in(OWED)
    theirs = a.conversation.in_(_lines_of(person))
    connection.execute(update(t.asked).where(theirs, until).values(seen_at=now))
    _keep(connection, person, "care", now, t.promise.c.made_at <= wish.at)


def answer_owed(
    connection: Connection,
    sealer: Sealer,
    wish: Wish,
    person: str,
    worker: str,
    words: str,
    now: datetime,
) -> None:
    """They have this answer. What was promised is kept once nothing else of its kind waits."""
    a = t.asked.c
    this = update(t.asked).where(a.id == wish.id, a.seen_at.is_(None))
    sealed = sealer.seal(words, f"asked.answer:{wish.id}")
    connection.execute(this.values(seen_at=now, answer=sealed, answered_by=worker))
    others = (a.conversation.in_(_lines_of(person))) & (a.what == wish.what)
    if not connection.scalar(select(exists().where(others, a.seen_at.is_(None)))):
        _keep(connection, person, wish.what, now)


def say_why(connection: Connection, sealer: Sealer, wish: Wish, reason: str) -> None:
    """Why this will be late; with no words, no reason is given."""
    sealed = sealer.seal(reason, f"asked.reason:{wish.id}") if reason else None
    connection.execute(update(t.asked).where(t.asked.c.id == wish.id).values(reason=sealed))


def _lines_of(person: str) -> Select[tuple[str]]:
    return select(t.conversation.c.id).where(t.conversation.c.person == person)


def _keep(
    connection: Connection, person: str, kind: str, now: datetime, *which: ColumnElement[bool]
) -> None:
    """What of this kind was promised to them is kept."""
    p = t.promise.c
    theirs = p.conversation.in_(_lines_of(person)) & (p.kind == kind)
    still = theirs & p.kept_at.is_(None) & p.dropped_at.is_(None)
    connection.execute(update(t.promise).where(still, *which).values(kept_at=now))
