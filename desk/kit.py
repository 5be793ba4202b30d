"""What every page of the desk has at hand: the store, the flows, the services, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment

from bot.conversation.flow import Flow
from desk.roles import CARING, MAY
from desk.safeguarding import PlainWords
from desk.tries import Tries
from desk.writing import Way
from store.session import Store


class Hours(Protocol):
    @property
    def zone(self) -> ZoneInfo: ...


class Service(Protocol):
    """What the desk needs to know of a service; the core's `Service` fits."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def practice(self) -> bool: ...
    @property
    def hours(self) -> Hours: ...


class Clock(Protocol):
    """Aware UTC time; a practice service may live in days that have not come yet."""

    def now(self, service: str = "") -> datetime: ...


class Routes(Protocol):
    """Tests of the ways to workers; `send` returns a code where a test could not be sent."""

    @property
    def kinds(self) -> frozenset[str]: ...

    async def send(self, service: str, worker: str, kind: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """`base_url` is the public address without a path at its end; `secure_cookies` says that it
    is https; without a `way` nobody can be written to from here. `sentences` are those of a
    person's copy of their record, by key, and `plain` what they are told of safeguarding."""

    store: Store
    flows: Mapping[str, Flow]
    services: Mapping[str, Service]
    clock: Clock
    base_url: str
    secure_cookies: bool
    pages: Environment
    tries: Tries
    routes: Routes | None = None
    way: Way | None = None
    sentences: Mapping[str, str] = field(default_factory=dict, repr=False)
    plain: PlainWords = field(default_factory=PlainWords)

    def services_of(self, worker: Worker) -> Mapping[str, Service]:
        """The services whose people this worker may see: their own, and practice."""
        own = worker.services if worker.role in CARING else frozenset()
        return {id: s for id, s in self.services.items() if s.practice or id in own}


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is signed in, how they came, whose people they see, the token that their forms carry.

    `totp_last` is 0 until a second factor is set up; `stepped_up_at` is when they last showed it.
    """

    id: str
    name: str
    role: str
    csrf: str
    how: str = "link"
    totp_last: int = 0
    stepped_up_at: datetime | None = None
    services: frozenset[str] = frozenset()

    @property
    def half_way(self) -> bool:
        """In by password, and no second factor set up yet: that comes first."""
        return self.how == "password" and not self.totp_last

    def may(self, permission: str) -> bool:
        return permission in MAY.get(self.role, ())


DESK = web.AppKey("DESK", Desk)
WORKER = web.RequestKey("WORKER", Worker)
