"""What the desk asks of the store: plain selects, run inside a read of `store.session.Store`.

Words come out sealed here; `desk.reading` opens them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from bot.conversation.effects import OWED
from store import tables as t

AnyRow = Row[*tuple[Any, ...]]
GONE = ("erased", "expired")  # by the person, or because their time with us was over
_C = t.conversation.c


@dataclass(frozen=True, slots=True)
class Head:
    """One conversation and what became of it; `reference` is None until it was handed over.

    `taken_left` is when the account of the worker who holds it was closed.
    """

    id: str
    person: str
    service: str
    flow: str
    standing: str
    language: str
    started_at: datetime
    last_in_at: datetime | None
    closed_at: datetime | None
    delete_on: datetime | None
    channel: str
    state: str
    state_code: str
    state_at: datetime | None
    contact: str
    address: bytes = field(repr=False)
    wrapped_key: bytes | None = field(repr=False)
    reference: str | None
    kind: str | None
    handed_at: datetime | None
    due_at: datetime | None
    taken_by: str | None
    taken_at: datetime | None
    taken_name: str | None
    taken_left: datetime | None
    read_at: datetime | None

    @property
    def gone(self) -> bool:
        """Are its words erased? The row stays, so that who took it on is told."""
        return self.kind in GONE or self.closed_at is not None

    def shows(self, at: datetime) -> bool:
        """Is what was said then for workers? Of a part, only what was there when it was shared."""
        return self.kind != "partial" or not self.handed_at or at <= self.handed_at

    def added_since(self, at: datetime) -> bool:
        """Was it said after the intake was shared to the end?"""
        return self.kind == "complete" and bool(self.handed_at and at > self.handed_at)

    @property
    def read(self) -> bool:
        """Has a worker read what was handed over last?"""
        return bool(self.read_at and self.handed_at and self.read_at >= self.handed_at)

    @property
    def new_at(self) -> datetime | None:
        """When there was last something new to read: of a part, when it was shared."""
        if self.kind == "complete" and self.last_in_at and self.handed_at:
            return max(self.last_in_at, self.handed_at)
        return self.handed_at

    @property
    def key(self) -> str:
        """What names it in an address of the desk."""
        return self.reference or self.id


def _heads() -> Select[Any]:
    c, h = t.conversation.c, t.handover.c
    own = (c.id, c.person, c.service, c.flow, c.standing, c.language, c.started_at, c.last_in_at)
    k = t.contact.c
    reach = (k.state, k.state_code, k.state_at, k.address)
    p = t.promise.c
    kept = select(func.max(p.kept_at)).where(p.conversation == c.id, p.kind.not_in(OWED))
    handed = (h.reference, h.kind, h.at.label("handed_at"), h.due_at, h.taken_by, h.taken_at)
    return (
        select(*own, c.closed_at, c.delete_on, t.account.c.channel, k.id.label("contact"))
        .add_columns(*reach, t.person.c.wrapped_key, *handed, t.worker.c.name.label("taken_name"))
        .add_columns(t.worker.c.closed_at.label("taken_left"))
        .add_columns(kept.correlate(t.conversation).scalar_subquery().label("read_at"))
        .join_from(t.conversation, t.person, c.person == t.person.c.id)
        .join(t.contact, c.contact == t.contact.c.id)
        .join(t.account, t.contact.c.account == t.account.c.id)
        .outerjoin(t.handover, h.conversation == c.id)
        .outerjoin(t.worker, t.worker.c.id == h.taken_by)
    )


def _read(connection: Connection, query: Select[Any]) -> list[Head]:
    return [Head(**row._mapping) for row in connection.execute(query)]


def _of(services: Sequence[str]) -> Select[Any]:
    return _heads().where(t.conversation.c.service.in_(services))


def of_conversations(
    connection: Connection,
    ids: Sequence[str],
    which: Sequence[ColumnElement[bool]],
    order: ColumnElement[Any],
    most: int,
) -> list[Head]:
    """Those of these conversations that are such ones, in this order."""
    query = _heads().where(t.conversation.c.id.in_(ids), *which)
    return _read(connection, query.order_by(order).limit(most)) if ids else []


def in_order(connection: Connection, ids: Sequence[str]) -> list[Head]:
    """These conversations, in the order given."""
    found = {head.id: head for head in of_conversations(connection, ids, (), _C.id, len(ids))}
    return [found[id] for id in ids if id in found]


def handed(
    connection: Connection,
    services: Sequence[str],
    since: datetime | None,
    before: datetime | None,
    most: int,
) -> list[Head]:
    """Shared with the team in that time, the earliest first; what was erased since is left out."""
    h = t.handover.c
    query = _of(services).where(h.id.is_not(None), h.kind.not_in(GONE))
    query = query.where(h.at >= since) if since else query
    query = query.where(h.at < before) if before else query
    return _read(connection, query.order_by(h.at, h.id).limit(most))


def find(connection: Connection, key: str, services: Sequence[str]) -> Head | None:
    """By the reference of a hand-over, or by a conversation's id, among those of `services`."""
    # One after the other: an index serves each, and none serves either of them.
    for matches in (t.handover.c.reference == key.upper(), _C.id == key):
        for head in _read(connection, _of(services).where(matches).limit(1)):
            return head
    return None


def parked(connection: Connection, practice: bool) -> int:
    """How many messages were set aside because we could not read them or could not go on: those
    that came in on practice accounts, or all others."""
    made_up = select(t.account.c.id).join(t.service).where(t.service.c.practice)
    rehearsed = t.parked.c.account.in_(made_up)
    query = select(func.count()).select_from(t.parked).where(t.parked.c.seen_at.is_(None))
    return connection.scalar(query.where(rehearsed if practice else ~rehearsed)) or 0


def answers(
    connection: Connection, heads: Sequence[Head], questions: Sequence[str]
) -> Sequence[AnyRow]:
    """The present answers, to these questions or with none named to all; where only a part was
    shared, earlier ones too."""
    a = t.answer.c
    row = (a.id, a.conversation, a.question, a.status, a.choices, a.messages, a.at, a.current)
    of_parts = a.conversation.in_([head.id for head in heads if head.kind == "partial"])
    query = select(*row).where(a.conversation.in_([head.id for head in heads]))
    query = query.where(or_(a.current, of_parts))
    if questions:
        query = query.where(a.question.in_(questions))
    return connection.execute(query.order_by(a.at, a.id)).all()


def messages(connection: Connection, ids: Sequence[str]) -> Sequence[AnyRow]:
    m = t.message.c
    query = select(m.id, m.kind, m.text, m.at, m.sent_at, m.delivered_at, m.failed_at)
    return connection.execute(query.where(m.id.in_(ids))).all()


def notes(connection: Connection, conversation: str) -> Sequence[AnyRow]:
    """What the person wrote that answered no question."""
    m = t.message.c
    query = select(m.id, m.text, m.at, m.media, m.erased_at).order_by(m.at, m.id)
    return connection.execute(
        query.where(m.conversation == conversation, m.direction == "in", m.kind == "note")
    ).all()


def agreements(connection: Connection, conversation: str) -> Sequence[AnyRow]:
    a = t.agreement.c
    query = select(a.kind, a.value, a.language, a.channel, a.flow_fingerprint, a.shown, a.at)
    query = query.add_columns(a.lawful_basis, a.special_condition)
    return connection.execute(
        query.where(a.conversation == conversation).order_by(a.at, a.id)
    ).all()


def promises(connection: Connection, conversation: str) -> Sequence[AnyRow]:
    p = t.promise.c
    query = select(p.kind, p.due_at, p.made_at, p.kept_at, p.dropped_at).order_by(p.made_at, p.id)
    return connection.execute(query.where(p.conversation == conversation)).all()


def looks(connection: Connection, conversation: str) -> Sequence[AnyRow]:
    """Who has looked, the latest first."""
    k = t.look.c
    name = func.coalesce(t.worker.c.name, k.worker).label("name")
    who = (k.worker, name, t.worker.c.role)
    query = select(k.id, *who, k.purpose, k.words, k.own, k.at)
    query = query.outerjoin(t.worker, t.worker.c.id == k.worker)
    chosen = query.where(k.conversation == conversation)
    return connection.execute(chosen.order_by(k.at.desc(), k.id.desc())).all()
