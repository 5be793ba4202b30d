"""Where people skip a question and where they stop, and in which languages they write: rounded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from bot.conversation.flow import Flow
from desk.small import rounded
from desk.weeks import mondays
from store import tables as t

MOST = 2000  # people: the latest of them
WEEKS = 8  # whole ones
QUIET = timedelta(days=1)  # who has written nothing for so long has stopped there
ASK = "ask."  # what a message that asks says: `ask.name`
Z = 1.96  # 95 in 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: whom it was asked, who skipped it, who wrote nothing more."""

    question: str
    heading: str
    reached: int
    skipped: int
    stopped: int


@dataclass(frozen=True, slots=True)
class People:
    """Those who began in whole weeks, from `since` until `until`. `languages` by code, the one
    that most write in first; `other` asked for a language and took none of ours; `stops` are
    questions at which more stop than chance explains."""

    since: datetime
    until: datetime
    began: int
    asked: tuple[Asked, ...]
    stops: tuple[Asked, ...]
    languages: tuple[tuple[str, int], ...]
    other: int


def read(
    connection: Connection,
    service: str,
    flows: Mapping[str, Flow],
    zone: ZoneInfo,
    now: datetime,
) -> People:
    """Of this service. Whose words were erased is not counted any more."""
    weeks = mondays(now, zone, WEEKS + 1)
    chosen = _chosen(service, weeks[0], weeks[-1])
    languages = _languages(connection, chosen)
    asked = _asked(connection, chosen, flows, weeks[-1])
    return People(
        weeks[0],
        weeks[-1],
        rounded(sum(languages.values())),
        tuple(_rounded(one) for one in asked if rounded(one.reached)),
        tuple(map(_rounded, standing_out(asked))),
        tuple((code, rounded(many)) for code, many in languages.items() if rounded(many)),
        rounded(connection.scalar(_other(chosen)) or 0),
    )


def _chosen(service: str, since: datetime, until: datetime) -> Select[tuple[str]]:
    c = t.conversation.c
    latest = select(c.id, c.started_at).where(c.service == service, c.closed_at.is_(None))
    found = latest.order_by(c.id.desc()).limit(MOST).subquery().c
    return select(found.id).where(found.started_at >= since, found.started_at < until)


def _languages(connection: Connection, chosen: Select[tuple[str]]) -> dict[str, int]:
    c, many = t.conversation.c, func.count()
    query = select(c.language, many).where(c.id.in_(chosen)).group_by(c.language)
    rows = connection.execute(query.order_by(many.desc(), c.language))
    return {row[0]: row[1] for row in rows}


def _says(key: str) -> ColumnElement[bool]:
    """Does a message of ours say this? (Keys are ours: no word of anybody is in them.)"""
    return cast(t.message.c.said, String).like(f'%"{key}%')


def _other(chosen: Select[tuple[str]]) -> Select[Any]:
    m, took = t.message.c, t.message.alias("took")
    chose = exists().where(
        took.c.conversation == m.conversation,
        cast(took.c.said, String).like('%"language_set"%'),
    )
    query = select(func.count(m.conversation.distinct()))
    return query.where(m.conversation.in_(chosen), _says('language"'), ~chose)


def _asked(
    connection: Connection, chosen: Select[tuple[str]], flows: Mapping[str, Flow], until: datetime
) -> list[Asked]:
    """In the order of the flows, counted exactly. Left out are those that no flow has any more."""
    a = t.answer.c
    query = select(a.question, func.count(), func.count(case((a.status == "skipped", 1))))
    query = query.where(a.conversation.in_(chosen), a.current, a.at < until).group_by(a.question)
    answered = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    stopped = _stopped(connection, chosen, until)
    found = []
    for question in (q for flow in flows.values() for q in flow.questions):
        said, skipped = answered.get(question.id, (0, 0))
        stops = stopped.get(question.id, 0)
        found.append(Asked(question.id, question.shows_as, said + stops, skipped, stops))
    return found


def _rounded(one: Asked) -> Asked:
    """As it may be shown. That few were asked a question at all is nothing to be shown."""
    counts = map(rounded, (one.reached, one.skipped, one.stopped))
    return Asked(one.question, one.heading, *counts)


def standing_out(asked: Sequence[Asked]) -> list[Asked]:
    """Questions at which more people stop than chance explains: the least share that the numbers
    bear (Wilson, 95 in 100) is above twice that of all the other questions together."""
    found = []
    for one in asked:
        reached = sum(other.reached for other in asked) - one.reached
        stopped = sum(other.stopped for other in asked) - one.stopped
        usual = stopped / reached if reached else 0.0
        if rounded(one.stopped) and _least(one.stopped, one.reached) > 2 * usual:
            found.append(one)
    return found


def _least(some: int, of: int) -> float:
    """The lower end of Wilson's interval for a share."""
    share, square = some / of, Z * Z
    middle = share + square / (2 * of)
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - half) / (1 + square / of))


def _stopped(
    connection: Connection, chosen: Select[tuple[str]], until: datetime
) -> Mapping[str, int]:
    """How many were asked a question last, left it open, and wrote nothing for a day: not those
    who went to the end, nor those whom a worker writes to."""
    c, h, a = t.conversation.c, t.handover.c, t.answer.c
    whole = exists().where(h.conversation == c.id, h.kind == "complete")
    away = or_(c.last_in_at < until - QUIET, c.standing.in_(("paused", "stopped")))
    quiet = select(c.id).where(c.id.in_(chosen), away, c.holder == "assistant", ~whole)
    given = select(a.conversation, a.question).where(a.conversation.in_(quiet), a.current)
    answered = {(row.conversation, row.question) for row in connection.execute(given)}
    counts: dict[str, int] = {}
    for conversation, question in _last_asked(connection, quiet):
        if (conversation, question) not in answered:
            counts[question] = counts.get(question, 0) + 1
    return counts


def _last_asked(
    connection: Connection, conversations: Select[tuple[str]]
) -> Iterator[tuple[str, str]]:
    """What each of these was asked last."""
    m = t.message.c
    asks = and_(m.conversation.in_(conversations), m.direction == "out", _says(ASK))
    last = select(func.max(m.id)).where(asks).group_by(m.conversation)
    for row in connection.execute(select(m.conversation, m.said).where(m.id.in_(last))):
        asked = [key for key in row.said if key.startswith(ASK)]
        yield row.conversation, asked[-1].removeprefix(ASK)
