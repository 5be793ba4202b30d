"""What went wrong, or nearly: a review is opened once for each, so that somebody looks back.

Opened by the program for what the brief (6.6) names; a worker opens one in two clicks. No word of
anybody is read for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from store import nudges
from store import tables as t
from store.ids import new_id

Why = Literal["level", "complaint", "unsafe", "promise", "false_alarm", "stopped", "noticed"]
LATELY = timedelta(days=14)  # what is older than that, nobody remembers
ASK = "ask."  # what a message that asks says: `ask.name`
_ASKS = cast(t.message.c.said, String).like(f'%"{ASK}%')


@dataclass(frozen=True, slots=True)
class Reason:
    """Why to look back at a conversation: `about` is the row that says so, `question` what was
    asked last, where it matters."""

    conversation: str
    why: Why
    about: str
    at: datetime
    question: str = ""


def open_due(connection: Connection, service: str, hard: Collection[str], now: datetime) -> int:
    """Open what has to be opened in this service, and say how many that were. `hard` are the
    questions of sensitivity 2. Practice is not looked back at."""
    real = select(t.service.c.id).where(t.service.c.id == service, ~t.service.c.practice)
    if connection.scalar(real) is None:
        return 0
    found = [*_rows(connection, service, now), *_stopped(connection, service, hard, now)]
    for reason in found:
        open_one(connection, reason, now)
    return len(found)


def open_one(connection: Connection, reason: Reason, now: datetime, by: str | None = None) -> str:
    """Open a review; returns its id, or that of the one that is there."""
    r, c = t.review.c, t.conversation.c
    same = (r.conversation == reason.conversation, r.why == reason.why, r.about == reason.about)
    if there := connection.scalar(select(r.id).where(*same)):
        return str(there)
    about = select(c.service, c.language, t.account.c.channel).join_from(t.conversation, t.contact)
    row = connection.execute(about.join(t.account).where(c.id == reason.conversation)).one()
    id = new_id()
    opened = {"id": id, "opened_at": now, "opened_by": by, "flow": _flow(connection, reason)}
    values = {"service": row.service, "language": row.language, "channel": row.channel}
    told = {"why": reason.why, "about": reason.about, "at": reason.at, "question": reason.question}
    whose = {"conversation": reason.conversation, "themes": []}
    connection.execute(insert(t.review).values(**opened, **values, **told, **whose))
    return id


def _flow(connection: Connection, reason: Reason) -> str:
    """The version of the intake that they had agreed to by then; empty where they had not yet."""
    a = t.agreement.c
    query = select(a.flow_fingerprint).where(a.conversation == reason.conversation)
    return connection.scalar(query.order_by(a.at.desc()).limit(1)) or ""


def _rows(connection: Connection, service: str, now: datetime) -> list[Reason]:
    """Where a row says so by itself."""
    c, r = t.conversation.c, t.review.c
    found: list[Reason] = []
    for why, query in _SAYING.items():
        rows = query(now).subquery().c
        there = exists().where(r.conversation == rows.line, r.why == why, r.about == rows.about)
        lately = and_(rows.at > now - LATELY, rows.at <= now)
        chosen = select(rows.line, rows.about, rows.at).join(t.conversation, c.id == rows.line)
        chosen = chosen.where(c.service == service, c.closed_at.is_(None), lately, ~there)
        found += [Reason(row.line, why, row.about, row.at) for row in connection.execute(chosen)]
    return found


def _levels(now: datetime) -> Select[Any]:
    n = t.concern.c
    rose = or_(n.before.is_(None), n.before < nudges.HIGHEST)
    query = select(n.conversation.label("line"), n.id.label("about"), n.at)
    return query.where(n.level == nudges.HIGHEST, rose)


def _complaints(now: datetime) -> Select[Any]:
    a = t.asked.c
    query = select(a.conversation.label("line"), a.id.label("about"), a.at)
    return query.where(a.what == "complain")


def _false_alarms(now: datetime) -> Select[Any]:
    a = t.asked.c
    query = select(a.conversation.label("line"), a.id.label("about"), a.wrong_at.label("at"))
    return query.where(a.wrong_at.is_not(None))


def _unsafe(now: datetime) -> Select[Any]:
    """They were reached outside the times that they gave."""
    o = t.override.c
    return select(o.conversation.label("line"), o.id.label("about"), o.at)


def _promises(now: datetime) -> Select[Any]:
    """What they were told of, and was not done by then."""
    p = t.promise.c
    late = or_(p.kept_at.is_(None), p.kept_at > p.due_at)
    stood = or_(p.dropped_at.is_(None), p.dropped_at > p.due_at)
    query = select(p.conversation.label("line"), p.id.label("about"), p.due_at.label("at"))
    return query.where(p.kind != "aim", p.due_at < literal(now, p.due_at.type), late, stood)


_SAYING: dict[Why, Any] = {
    "level": _levels,
    "complaint": _complaints,
    "unsafe": _unsafe,
    "promise": _promises,
    "false_alarm": _false_alarms,
}


def _stopped(
    connection: Connection, service: str, hard: Collection[str], now: datetime
) -> list[Reason]:
    """Who said STOP straight after one of the hardest questions."""
    c, m, r = t.conversation.c, t.message.c, t.review.c
    stops = and_(c.service == service, c.standing == "stopped", c.closed_at.is_(None))
    lately = and_(c.last_in_at > now - LATELY, c.last_in_at <= now)
    there = exists().where(r.conversation == c.id, r.why == "stopped")
    ids = select(c.id).where(stops, lately, ~there)
    last = select(func.max(m.id)).where(m.conversation.in_(ids), m.direction == "out", _ASKS)
    query = select(m.conversation, m.said, c.last_in_at).join(
        t.conversation, c.id == m.conversation
    )
    found = []
    for row in connection.execute(query.where(m.id.in_(last.group_by(m.conversation)))):
        question = [key for key in row.said if key.startswith(ASK)][-1].removeprefix(ASK)
        if question in hard:
            found.append(Reason(row.conversation, "stopped", "", row.last_in_at, question))
    return found
