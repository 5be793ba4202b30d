"""Who is waiting, read in one go: real people in one part, rehearsals in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from desk import queries
from desk.kit import Desk, Service
from desk.queries import Head, Wish
from desk.reading import Given, given
from desk.record import LISTED, Record, record


@dataclass(frozen=True, slots=True)
class Card:
    """One intake in a list; `record` holds the few answers that a list shows."""

    head: Head
    record: Record
    service: Service
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.service.hours.zone


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, beside who it was."""

    wish: Wish
    card: Card


@dataclass(frozen=True, slots=True)
class Part:
    """Either the real services or the practice ones, never both."""

    practice: bool
    waiting: Sequence[Card]
    taken: Sequence[Card]
    erased: Sequence[Card]
    writing: Sequence[Card]
    unreached: Sequence[Card]
    asked: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Waiting:
    parts: Sequence[Part]
    set_aside: int


def read(connection: Connection, desk: Desk) -> Waiting:
    """Everything that the list shows. A practice part is there only with a practice service."""
    practice = [id for id, service in desk.services.items() if service.practice]
    real = [id for id in desk.services if id not in practice]
    parts = [_part(connection, desk, real, practice=False)]
    if practice:
        parts.append(_part(connection, desk, practice, practice=True))
    return Waiting(parts, queries.parked(connection))


def _part(connection: Connection, desk: Desk, services: Sequence[str], practice: bool) -> Part:
    wishes = queries.open_wishes(connection)
    people = queries.of_ids(connection, [wish.conversation for wish in wishes])
    groups = [
        queries.waiting(connection, services),
        queries.taken(connection, services),
        queries.erased(connection, services),
        queries.writing(connection, services) if practice else [],
        queries.unreached(connection, services),
        [head for head in people.values() if head.service in services],
    ]
    # The list shows a name and how to reach somebody of what they shared, and nothing else.
    shared = [head for group in groups for head in group if head.reference or practice]
    words = given(connection, desk.store.keys, shared, LISTED)
    waiting, taken, erased, writing, unreached, asking = (
        [_card(desk, head, words) for head in group] for group in groups
    )
    cards = {card.head.id: card for card in asking}
    asked = [Asked(wish, cards[id]) for wish in wishes if (id := wish.conversation) in cards]
    return Part(practice, waiting, taken, erased, writing, unreached, asked)


def _card(desk: Desk, head: Head, words: Mapping[str, Mapping[str, Given]]) -> Card:
    answers = record(desk.flows.get(head.flow), words.get(head.id, {}))
    return Card(head, answers, desk.services[head.service], desk.clock.now(head.service))


def card(connection: Connection, desk: Desk, head: Head) -> Card:
    """One person as a list shows them."""
    return _card(desk, head, given(connection, desk.store.keys, [head], LISTED))
