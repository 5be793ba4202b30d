"""Who is waiting, read in one go: real people in one part, rehearsals in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from desk import queries, wishes
from desk.kit import Desk, Service
from desk.places import listed
from desk.queries import Head
from desk.reading import Given, given
from desk.record import Record, record
from desk.wishes import Wish


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
    """What somebody asked for, beside who it was: one line a person, whatever they asked for.

    `wish` is the last of them, `since` when they asked first.
    """

    wish: Wish
    since: datetime
    what: frozenset[str]
    card: Card


@dataclass(frozen=True, slots=True)
class Part:
    """Either the real services or the practice ones, never both; messages set aside as well."""

    practice: bool
    waiting: Sequence[Card]
    taken: Sequence[Card]
    erased: Sequence[Card]
    writing: Sequence[Card]
    unreached: Sequence[Card]
    asked: Sequence[Asked]
    set_aside: int

    @property
    def named(self) -> list[Card]:
        """Those who are shown with the name to use."""
        return [*self.waiting, *self.taken, *self.writing]


def read(connection: Connection, desk: Desk, services: Mapping[str, Service]) -> list[Part]:
    """Everything that the list shows of these services: the real ones, then those of practice."""
    practice = [id for id, service in services.items() if service.practice]
    real = [id for id in services if id not in practice]
    parts = ((real, False), (practice, True))
    return [_part(connection, desk, ids, practice=made_up) for ids, made_up in parts if ids]


def _part(connection: Connection, desk: Desk, services: Sequence[str], practice: bool) -> Part:
    open_wishes = wishes.unanswered(connection)
    people = queries.of_ids(connection, [wish.conversation for wish in open_wishes], services)
    groups = [
        queries.waiting(connection, services),
        queries.taken(connection, services),
        queries.erased(connection, services),
        queries.writing(connection, services) if practice else [],
        queries.unreached(connection, services),
        list(people.values()),
    ]
    # The list shows a name and how to reach somebody of what they shared, and nothing else.
    shared = [head for group in groups for head in group if head.reference or practice]
    words = given(connection, desk.store.keys, shared, listed(desk.flows.values()))
    waiting, taken, erased, writing, unreached, asking = (
        [_card(desk, head, words) for head in group] for group in groups
    )
    asked = _asked(open_wishes, {card.head.id: card for card in asking})
    set_aside = queries.parked(connection, practice)
    return Part(practice, waiting, taken, erased, writing, unreached, asked, set_aside)


def _asked(open_wishes: Sequence[Wish], cards: Mapping[str, Card]) -> list[Asked]:
    """One line a person, whoever asked first in front."""
    by_person: dict[str, list[Wish]] = {}
    for wish in open_wishes:
        if wish.conversation in cards:
            by_person.setdefault(cards[wish.conversation].head.person, []).append(wish)
    return [
        Asked(own[-1], own[0].at, frozenset(w.what for w in own), cards[own[-1].conversation])
        for own in by_person.values()
    ]


def _card(desk: Desk, head: Head, words: Mapping[str, Mapping[str, Given]]) -> Card:
    answers = record(desk.flows.get(head.flow), words.get(head.id, {}))
    return Card(head, answers, desk.services[head.service], desk.clock.now(head.service))


def card(connection: Connection, desk: Desk, head: Head) -> Card:
    """One person as a list shows them."""
    questions = listed(desk.flows.values())
    return _card(desk, head, given(connection, desk.store.keys, [head], questions))
