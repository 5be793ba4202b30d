"""The list, read in one go: real people in one part, rehearsals in another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from desk import addressed, changes, covering, holding, listing, queries, reviews, wishes
from desk.cards import Asked, Card, asked_by
from desk.choosing import Chosen
from desk.covering import Cover
from desk.kit import Desk, Worker
from desk.listing import Place
from desk.places import HOW_SOON, listed
from desk.queries import Head
from desk.reading import given
from desk.record import record
from desk.wishes import Wish

PAGE = 25
FEW = 12  # of what stands lower on the page
WINDOW = 300  # looked through at once for a filter that no index serves
TODAY = "today"  # a code of how soon they want to talk


class Run(NamedTuple):
    """A page of a longer list, and what the next one's address asks for."""

    cards: Sequence[Card] = ()
    more: Chosen | None = None


NONE = Run()


@dataclass(frozen=True, slots=True)
class Part:
    """Either the real services or the practice ones, never both; messages set aside as well.

    `chosen` says which of it is shown: `found` are the intakes of a filter.
    """

    practice: bool
    chosen: Chosen
    zone: ZoneInfo
    found: Run = NONE
    mine: Run = NONE
    left: Sequence[Card] = ()
    waiting: Run = NONE
    others: Run = NONE
    writing: Sequence[Card] = ()
    unreached: Sequence[Card] = ()
    erased: Sequence[Card] = ()
    asked: Sequence[Asked] = ()
    covers: Sequence[Cover] = ()
    set_aside: int = 0

    @property
    def named(self) -> list[Card]:
        """Those who are shown with the name to use."""
        runs = (self.found, self.mine, self.waiting, self.others)
        return [*(card for run in runs for card in run.cards), *self.left, *self.writing]


def read(connection: Connection, desk: Desk, worker: Worker, chosen: Chosen) -> list[Part]:
    """Everything that this worker's list shows: the real ones, then those of practice."""
    services = desk.services_of(worker)
    covers = covering.covered_by(connection, worker.id, desk.clock.now())
    parts = []
    for practice in (False, True):
        ids = [id for id, service in services.items() if service.practice == practice]
        if ids and not (chosen.after and chosen.practice != practice):
            reader = _Reader(connection, desk, worker, covers, ids, practice)
            parts.append(reader.filtered(chosen) if chosen.show else reader.whole())
    return parts


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one part."""

    connection: Connection
    desk: Desk
    worker: Worker
    covers: Sequence[Cover]
    services: Sequence[str]
    practice: bool
    mine: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        theirs = dict.fromkeys([self.worker.id, *(cover.worker for cover in self.covers)])
        object.__setattr__(self, "mine", list(theirs))

    @property
    def _zone(self) -> ZoneInfo:
        return self.desk.services[self.services[0]].hours.zone

    def whole(self) -> Part:
        """All of it, a page of each list."""
        left = listing.with_nobody_here(self.connection, self.services, PAGE)
        writing = self._short(listing.writing) if self.practice else []
        return Part(
            self.practice,
            Chosen(),
            self._zone,
            mine=self._page(Chosen("mine")),
            left=self._cards(self._heads(left)),
            waiting=self._page(Chosen("waiting")),
            others=self._page(Chosen("others"), FEW),
            writing=writing,
            unreached=self._short(listing.unreached),
            erased=self._short(listing.erased),
            asked=self._asked(),
            covers=self.covers,
            set_aside=queries.parked(self.connection, self.practice),
        )

    def filtered(self, chosen: Chosen) -> Part:
        """One list of it."""
        keep = {"new": _is_new, "today": _is_for_today}.get(chosen.show)
        found = self._looked_through(chosen, keep) if keep else self._page(chosen)
        return Part(self.practice, chosen, self._zone, found, covers=self.covers)

    def _page(self, chosen: Chosen, most: int = PAGE) -> Run:
        places = self._places(chosen, most + 1)
        more = places[most - 1] if len(places) > most else None
        return Run(self._cards(self._heads(places[:most])), self._more(chosen, more))

    def _looked_through(self, chosen: Chosen, keep: Callable[[Card], bool]) -> Run:
        """Those of a window that are such ones; where it is not the end, one may look further."""
        places = self._places(chosen, WINDOW)
        kept = [card for card in self._cards(self._heads(places)) if keep(card)][:PAGE]
        last = kept[-1].head.id if len(kept) == PAGE else None
        ended = [place for place in places if place.conversation == last]
        if len(places) == WINDOW:
            ended.append(places[-1])
        return Run(kept, self._more(chosen, next(iter(ended), None)))

    def _places(self, chosen: Chosen, most: int) -> list[Place]:
        if chosen.show == "others":
            ask = listing.with_others
            return ask(self.connection, self.services, self.mine, most, chosen.after)
        holders = {"mine": self.mine, "waiting": (None,)}.get(chosen.show, (None, *self.mine))
        return listing.by_promise(self.connection, self.services, holders, most, chosen.after)

    def _more(self, chosen: Chosen, place: Place | None) -> Chosen | None:
        return replace(chosen, practice=self.practice, after=place) if place else None

    def _heads(self, places: Iterable[Place]) -> list[Head]:
        return queries.in_order(self.connection, [place.conversation for place in places])

    def _short(self, ask: Callable[[Connection, Sequence[str], int], list[Head]]) -> list[Card]:
        return self._cards(ask(self.connection, self.services, FEW))

    def _cards(self, heads: Sequence[Head]) -> list[Card]:
        # The list shows a name and how to reach somebody of what they shared, and nothing else.
        shared = [head for head in heads if head.reference or self.practice]
        questions = listed(self.desk.flows.values())
        words = given(self.connection, self.desk.store.keys, shared, questions)
        ids = [head.id for head in shared]
        seen = changes.last_looks(self.connection, ids, self.worker.id)
        handed = holding.handed_on(self.connection, ids)
        told = addressed.latest(self.connection, ids)
        mine = [head.id for head in shared if head.taken_by in self.mine and not head.gone]
        again = reviews.due(self.connection, mine, self.desk.clock.now(self.services[0]))
        return [
            Card(
                head,
                record(self.desk.flows.get(head.flow), words.get(head.id, {})),
                self.desk.services[head.service],
                self.desk.clock.now(head.service),
                new=self._new(head, seen.get(head.id), told.get(head.id)),
                seen=head.id in seen,
                handed=handed.get(head.id),
                again=again.get(head.id),
            )
            for head in heads
        ]

    def _new(self, head: Head, seen: datetime | None, told: datetime | None) -> bool:
        """Is there something to read since this worker `seen` it? `told`: words to a worker."""
        if head.gone or head.new_at is None:
            return False
        return seen < max(head.new_at, told or head.new_at) if seen else head.taken_by in self.mine

    def _asked(self) -> list[Asked]:
        """One line a person, whoever asked first in front."""
        open_wishes = wishes.unanswered(self.connection, self.services, PAGE)
        heads = queries.in_order(self.connection, [wish.conversation for wish in open_wishes])
        cards = {card.head.id: card for card in self._cards(heads)}
        by_person: dict[str, list[Wish]] = {}
        for wish in open_wishes:
            by_person.setdefault(cards[wish.conversation].head.person, []).append(wish)
        return [asked_by(own, cards[own[-1].conversation]) for own in by_person.values()]


def _is_new(card: Card) -> bool:
    return card.new


def _is_for_today(card: Card) -> bool:
    return TODAY in card.record.by(HOW_SOON).codes


def card(connection: Connection, desk: Desk, head: Head) -> Card:
    """One person as a list shows them."""
    shown = given(connection, desk.store.keys, [head], listed(desk.flows.values()))
    answers = record(desk.flows.get(head.flow), shown.get(head.id, {}))
    return Card(head, answers, desk.services[head.service], desk.clock.now(head.service))
