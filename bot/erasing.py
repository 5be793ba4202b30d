"""`ownpace erase`: the person of a reference, erased for good, while Ownpace runs or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select

from bot import plans, upkeep
from bot.clock import Clock
from bot.copying import ERASED, find
from bot.plans import Plan
from bot.upkeep import Failed
from config.settings import Settings
from desk import audit
from desk.exporting.leaving import OPERATOR
from desk.queries import Head
from store import clearing, erased, installation, keyring, leaving_for_good, outside, provider_logs
from store import tables as t
from store.leaving_for_good import OnHold
from store.sealing import Keys

Beside = Callable[[Callable[[Connection], Any]], Any]


@dataclass(frozen=True, slots=True)
class Erasing:
    """One person to be erased, by a reference of theirs. `beside` runs what it is given in the
    database; `why` goes into the audit, which outlives the person."""

    plan: Plan
    keys: Keys
    reference: str
    why: str
    beside: Beside

    def question(self) -> str:
        """What would be erased. Raises `Failed`, also where there is nothing left, or a hold."""
        head, many = self.beside(self._look)
        told = f"{head.reference}, shared {head.handed_at:%d %B %Y}"
        more = f", and {many - 1} more conversations of theirs" if many > 1 else ""
        return f"Erase for good all of the person of {told}{more}? It can't be undone"

    def run(self) -> Iterator[str]:
        """Do it, and tell of it. Raises `Failed`."""
        if not self.beside(self._erase):
            raise Failed(ERASED, upkeep.PROBLEM)
        yield f"Erased: everything of the person of {self.reference.strip().upper()}."
        yield "It leaves the files of the database within a minute while Ownpace runs. Backups from"
        yield "before hold it, sealed; a restore erases it again."

    def _look(self, connection: Connection) -> tuple[Head, int]:
        head = self._head(connection)
        now = Clock(installation.ahead(connection)).now(head.service)
        person = _allowed(
            self.plan, partial(leaving_for_good.whose, connection, head.id, now), head
        )
        if not person:
            raise Failed(ERASED, upkeep.PROBLEM)
        c = t.conversation.c
        theirs = select(func.count()).where(c.person == person)
        return head, connection.scalar(theirs) or 1

    def _erase(self, connection: Connection) -> bool:
        connection.execution_options(**_options(self.plan))
        keyring.learn(connection, self.keys)
        head, clock = self._head(connection), Clock(installation.ahead(connection))
        now = clock.now(head.service)
        work = partial(leaving_for_good.erase, connection, self.keys, head.id, now)
        done = bool(_allowed(self.plan, work, head))
        if done:
            row = ("erase.one", head.key, clock.now(), self.why)
            audit.note(connection, self.keys, OPERATOR, *row)
        return done

    def _head(self, connection: Connection) -> Head:
        return find(connection, self.reference, self.plan)


def prepare(settings: Settings, reference: str, why: str, beside: Beside) -> Erasing:
    """Raises `SettingsError`."""
    return Erasing(plans.plan(settings), upkeep.keys(settings), reference, why, beside)


def _allowed(plan: Plan, work: Callable[[], Any], head: Head) -> Any:
    try:
        return work()
    except OnHold as hold:
        zone = plan.worlds[head.service].service.hours.zone
        until = hold.until.astimezone(zone)
        told = f"Not erased: a legal hold forbids it until {until:%d %B %Y, %H:%M}."
        raise Failed(f"{told} A lead can end it at the desk.", upkeep.PROBLEM) from None


def _options(plan: Plan) -> Mapping[str, Any]:
    """What goes with an erasing, also on a connection that is not the store's: it is noted for
    restores, deleted at the provider's, told to another case system."""
    settings = plan.settings
    options: dict[str, Any] = {erased.OPTION: settings.data / erased.FILE}
    if settings.twilio:
        accounts = frozenset([plans.sms_account(settings.twilio).id])
        options[provider_logs.OPTION] = accounts
    options[clearing.OPTION] = plans.clears(plan)
    if settings.hook_url:
        options[outside.OPTION] = True
    return options
