"""`ownpace copy`: a person's readable copy of their record, while Ownpace runs or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot import plans, upkeep
from bot.clock import Clock
from bot.plans import Plan
from bot.upkeep import Failed
from config.settings import Settings
from desk import audit, changes, looks, pages, queries
from desk.copying import held, rendering
from desk.copying.build import build
from desk.copying.saying import Say
from desk.copying.structure import Copy
from desk.exporting.leaving import OPERATOR
from desk.queries import Head
from desk.reading import sealer_of
from store import installation, keyring
from store.sealing import Keys

Beside = Callable[[Callable[[Connection], Any]], Any]
BEFORE_IT_GOES = (
    "Look first for other people in what workers wrote: no program knows whom a note names.",
    "Hand it over only in a way that is safe for them: the top of its page at the desk says how.",
)
ERASED = "There is nothing under that reference any more: the words were erased."


@dataclass(frozen=True, slots=True)
class _Making:
    """What a copy needs. Two works on the database: the look is stored before a word is opened."""

    plan: Plan
    keys: Keys
    reference: str
    why: str

    def note(self, connection: Connection) -> None:
        """Note that a copy is made: a look, and a row of the audit, each with the reason."""
        keyring.learn(connection, self.keys)
        head, clock = self._head(connection), _clock(connection)
        sealer = sealer_of(self.keys, head)
        if sealer is None:
            raise Failed(ERASED, upkeep.PROBLEM)
        about = (OPERATOR, looks.COPIED, clock.now(head.service))
        changes.look_for(connection, head.id, *about, sealer, self.why)
        row = ("copy.one", head.key, clock.now(), self.why)
        audit.note(connection, self.keys, OPERATOR, *row)

    def make(self, connection: Connection, language: str) -> Copy:
        """Read it, in this language or with "" in the person's."""
        head = self._head(connection)
        now = _clock(connection).now(head.service)
        return made(connection, self.keys, self.plan, head, now, language or head.language)

    def _head(self, connection: Connection) -> Head:
        head = find(connection, self.reference, self.plan)
        if head.gone:
            raise Failed(ERASED, upkeep.PROBLEM)
        return head


def copy(
    settings: Settings, reference: str, language: str, html: bool, why: str, beside: Beside
) -> str:
    """The copy, as text or as a page. `beside` runs what it is given in the database. Raises
    `Failed`."""
    plan = plans.plan(settings)
    known = plan.library.catalogues
    if language and language not in known:
        told = f"There are no words in {language!r}; there are: {', '.join(known)}."
        raise Failed(told, upkeep.WRONG_USE)
    making = _Making(plan, upkeep.keys(settings), reference, why)
    beside(making.note)
    made: Copy = beside(partial(making.make, language=language))
    return rendering.page(pages.environment(), made) if html else rendering.text(made)


def made(
    connection: Connection,
    keys: Keys,
    plan: Plan,
    head: Head,
    now: datetime,
    language: str,
    in_chat: bool = False,
) -> Copy:
    """The copy as data, in this language or, where nobody knows it, the service's first."""
    all_of_it = held.read(connection, keys, plan.library.flows, head, now)
    service, known = plan.worlds[head.service].service, plan.library.catalogues
    catalogue = known[language if language in known else service.languages[0]]
    say = Say(plan.library.phrases.copy, catalogue, service.hours.zone)
    return build(all_of_it, say, service, now, in_chat=in_chat)


def find(connection: Connection, reference: str, plan: Plan) -> Head:
    """What was handed over under this reference, perhaps erased since. Raises `Failed`."""
    head = queries.find(connection, reference.strip(), list(plan.worlds))
    if head is None or head.reference != reference.strip().upper():
        told = "No intake has that reference. It stands at the top of its page at the desk."
        raise Failed(told, upkeep.WRONG_USE)
    return head


def _clock(connection: Connection) -> Clock:
    return Clock(installation.ahead(connection))
