"""How a person stands in a list: an intake, or what they asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk import wishes
from desk.holding import From
from desk.kit import Service
from desk.queries import Head
from desk.record import Record
from desk.wishes import Wish


@dataclass(frozen=True, slots=True)
class Card:
    """One intake in a list; `record` holds the few answers that a list shows. `new`: there are
    words that this worker, who opened it once or holds it, has not seen; `seen`: they opened it;
    `again`: it is with them, and by this day somebody was to look at it again."""

    head: Head
    record: Record
    service: Service
    now: datetime
    new: bool = False
    seen: bool = False
    handed: From | None = None
    again: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        return self.service.hours.zone


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, beside who it was: one line a person, whatever they asked for.

    `wish` is the last of them, `since` when they asked first, `due` the first day that they were
    told for an answer.
    """

    wish: Wish
    since: datetime
    what: frozenset[str]
    card: Card
    due: datetime | None = None


def asked_by(own: Sequence[Wish], card: Card) -> Asked:
    """What one person asked for, the first of it first."""
    what, due = frozenset(wish.what for wish in own), wishes.answer_by(own)
    return Asked(own[-1], own[0].at, what, card, due)
