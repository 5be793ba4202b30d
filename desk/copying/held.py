"""All that is kept about a person in one intake, opened: what the desk's page shows, and what
stands beside it on pages of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from bot.conversation.flow import Flow
from desk import addressed, holding, intake, looking_back, queries, wishes
from desk.holding import Held as Holding
from desk.intake import Intake
from desk.looking_back import Review
from desk.places import CODE_WORD
from desk.queries import AnyRow, Head
from desk.reading import given, opened, sealer_of
from desk.record import Said, said
from desk.wishes import Reply, Wish
from store import legal_hold, messages
from store import tables as t
from store.legal_hold import Hold
from store.messages import Written
from store.sealing import Keys


@dataclass(frozen=True, slots=True)
class Reached:
    """A worker wrote to them outside their good times, and why."""

    who: str
    at: datetime
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """`written` are the messages of both sides that are for workers; `kept_back`: there are more.
    `others` are references of the same person's other intakes, `left` answers that no longer fit
    what they said later: no page of the desk shows those but the preview."""

    intake: Intake
    written: tuple[Written, ...] = field(repr=False)
    kept_back: bool
    agreements: tuple[AnyRow, ...]
    promises: tuple[AnyRow, ...]
    asked: tuple[Wish, ...]
    replies: Mapping[str, Reply]
    history: tuple[Holding, ...]
    reached: tuple[Reached, ...]
    hold: Hold | None
    reviews: tuple[Review, ...]
    others: tuple[str, ...]
    left: tuple[Said, ...]

    @property
    def head(self) -> Head:
        return self.intake.head


def read(
    connection: Connection, keys: Keys, flows: Mapping[str, Flow], head: Head, now: datetime
) -> Held:
    """Open everything of it. The code word is left out of the messages, also where we quote it."""
    sealer = sealer_of(keys, head)
    everything = messages.transcript(connection, keys, head.id, CODE_WORD)
    shared = addressed.shared(head, everything)
    promises = queries.promises(connection, head.id)
    read_there = intake.read(connection, keys, flows, head)
    answers, flow = given(connection, keys, [head]).get(head.id, {}), flows.get(head.flow)
    left = (g for id, g in answers.items() if id not in read_there.record.said)
    return Held(
        read_there,
        tuple(shared),
        len(shared) < len(everything),
        tuple(queries.agreements(connection, head.id)),
        tuple(row for row in promises if row.kind == "read" and row.dropped_at is None),
        tuple(wishes.of_conversation(connection, head.id)),
        wishes.replies(connection, keys, head),
        tuple(holding.history(connection, keys, head)),
        _reached(connection, keys, head),
        legal_hold.of_person(connection, sealer, head.person, now),
        looking_back.of_conversation(connection, keys, head.id, head.service),
        _others(connection, head),
        tuple(said(flow.question(g.question) if flow else None, g) for g in left),
    )


def _reached(connection: Connection, keys: Keys, head: Head) -> tuple[Reached, ...]:
    o, sealer = t.override.c, sealer_of(keys, head)
    query = select(o.id, o.at, o.reason, t.worker.c.name).join(t.worker, t.worker.c.id == o.worker)
    rows = connection.execute(query.where(o.conversation == head.id).order_by(o.at, o.id))
    return tuple(
        Reached(row.name, row.at, opened(sealer, row.reason, f"override.reason:{row.id}"))
        for row in rows
    )


def _others(connection: Connection, head: Head) -> tuple[str, ...]:
    c, h = t.conversation.c, t.handover.c
    query = select(h.reference).join(t.conversation, c.id == h.conversation)
    theirs = query.where(c.person == head.person, c.id != head.id, h.kind.not_in(queries.GONE))
    return tuple(connection.scalars(theirs.order_by(h.at)))
