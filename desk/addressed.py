"""What a person wrote to a worker: what came after a worker's message had gone out, and before the
assistant spoke again. It is for workers, also where only a part of the intake was shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Select, select

from desk.queries import AnyRow, Head
from store import tables as t
from store.messages import Written


class Message(Protocol):
    """A row of the messages, or what was opened of it."""

    @property
    def id(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...


def to_worker(messages: Iterable[Message]) -> frozenset[str]:
    """The ids of those; `messages` are all of one conversation, in order. A worker's message that
    was taken back, or still waits, was read by nobody: words after it are no answer to it."""
    found, listens = set(), False
    for one in messages:
        if one.direction == "out" and (one.kind != "worker" or one.sent_at or one.delivered_at):
            listens = one.kind == "worker"
        elif listens and one.direction == "in" and one.kind == "note":
            found.add(one.id)
    return frozenset(found)


def shared(head: Head, written: Sequence[Written]) -> list[Written]:
    """Of a part that was shared only what was there then, and what workers wrote and were told."""
    ours = to_worker(written)
    return [one for one in written if head.shows(one.at) or one.kind == "worker" or one.id in ours]


def latest(connection: Connection, conversations: Sequence[str]) -> Mapping[str, datetime]:
    """When each of these conversations last brought words to a worker, where it did."""
    m = t.message.c
    held = select(m.conversation).where(m.conversation.in_(conversations), m.kind == "worker")
    rows = connection.execute(_rows().where(m.conversation.in_(held)))
    by_conversation: dict[str, list[AnyRow]] = {}
    for row in rows:
        by_conversation.setdefault(row.conversation, []).append(row)
    found = {}
    for id, messages in by_conversation.items():
        answers = to_worker(messages)
        times = [one.at for one in messages if one.id in answers]
        if times:
            found[id] = times[-1]
    return found


def of_conversation(connection: Connection, conversation: str) -> frozenset[str]:
    """The ids of what this conversation brought to workers."""
    rows = connection.execute(_rows().where(t.message.c.conversation == conversation))
    return to_worker(rows)


def _rows() -> Select[Any]:
    m = t.message.c
    row = (m.id, m.conversation, m.direction, m.kind, m.at, m.sent_at, m.delivered_at)
    return select(*row).order_by(m.at, m.id)
