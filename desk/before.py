"""What came before: who wrote when, how long each waited, what was asked. No word of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.conversation.flow import Flow
from store import tables as t
from store.looking_back import ASK

MOST = 14  # moments
AFTER = timedelta(hours=1)  # what is shown of the time after it


@dataclass(frozen=True, slots=True)
class Moment:
    """A message: `theirs`, of a worker, or ours with the heading of the question that it asked.
    `waited` is the time since the one before it, where that was the other's."""

    at: datetime
    whose: str
    asked: str
    waited: timedelta | None


def read(
    connection: Connection, flows: Mapping[str, Flow], conversation: str, until: datetime
) -> list[Moment]:
    """The last moments up to then, and a little after it, in their order."""
    m = t.message.c
    query = select(m.at, m.direction, m.kind, m.said).where(m.conversation == conversation)
    latest = query.where(m.at <= until + AFTER).order_by(m.at.desc(), m.id.desc()).limit(MOST)
    headings = {q.id: q.shows_as for flow in flows.values() for q in flow.questions}
    found: list[Moment] = []
    for row in reversed(connection.execute(latest).all()):
        whose = "theirs" if row.direction == "in" else "worker" if row.kind == "worker" else "ours"
        asked = [key.removeprefix(ASK) for key in row.said if key.startswith(ASK)]
        turns = bool(found) and (found[-1].whose == "theirs") != (whose == "theirs")
        waited = row.at - found[-1].at if turns else None
        found.append(Moment(row.at, whose, headings.get(asked[-1], "") if asked else "", waited))
    return found
