"""A small house for the tests of the store and of the way in: one service, a toy step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Connection, Table, func, insert, make_url, select

from bot.clock import Clock
from bot.conversation.channel import SMS, Account, Envelope, Traits
from bot.conversation.effects import Effect, Filed
from bot.conversation.model import Conversation, Event, Rendered, Say, Turn, World, Wrote
from bot.inbound import Inbox, Step
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.databases import Kind, fresh
from tests.worlds import world

KEY = b"a master key of thirty-two bytes"
LINE = Account("sms:+447700900000", "harbour", SMS)
NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
NUMBER = "+447700900123"


class StandingClock(Clock):
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOON) -> None:
        super().__init__()
        self.at = at

    def now(self, service: str = "") -> datetime:
        return self.at


def echo(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """A toy step: it remembers how often the person wrote, and says the number."""
    count = conversation.since_hint + 1 if conversation.told else 1
    turned = replace(conversation, told={"words": "said"}, since_hint=count, last_wrote=now)
    filed: tuple[Effect, ...] = (Filed("answer", "q1"),) if isinstance(event, Wrote) else ()
    return Turn(turned, (Say("count", str(count)),), filed)


def plain(
    world: World, conversation: Conversation, says: Sequence[Say], traits: Traits
) -> tuple[Rendered, ...]:
    """A toy rendering: the words as they stand, a message each."""
    return tuple(Rendered(say.text, (), (say.key,), say.prompted) for say in says)


def saying(*effects: Effect, says: Sequence[Say] = (), **changes: object) -> Step:
    """A step that always does this."""

    def step(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        return Turn(replace(conversation, **changes), tuple(says), effects)

    return step


@dataclass
class House:
    """A store, and a way in to it. `url` is its database's address."""

    store: Store
    url: str = ""
    clock: StandingClock = field(default_factory=StandingClock)
    world: World = field(default_factory=world)
    accounts: Mapping[str, Account] = field(default_factory=lambda: {LINE.id: LINE})

    def inbox(self, step: Step = echo) -> Inbox:
        worlds = {"harbour": self.world}
        return Inbox(self.store, worlds, self.accounts, self.clock, step=step, render=plain)

    def rows(self, table: Table) -> list[dict[str, object]]:
        """All rows of a table, in order of their making."""
        order = table.c.id if "id" in table.c else next(iter(table.c))
        query = select(table).order_by(order)
        found = self.store.read_sync(lambda c: c.execute(query).mappings().all())
        return [dict(row) for row in found]

    def everything(self) -> bytes:
        return everything(self.store, self.url)

    def count(self, table: Table) -> int:
        query = select(func.count()).select_from(table)
        return self.store.read_sync(lambda c: c.scalar(query)) or 0


def wrote(text: str, id: str = "", number: str = NUMBER, hint: str = "", ref: str = "") -> Envelope:
    """Someone writes this."""
    return Envelope(Wrote(text, ref=ref), NOON, LINE.id, number, id, hint=hint)


def everything(store: Store, url: str) -> bytes:
    """All that a thief of the database would have: SQLite's files, or else all rows."""
    if url.startswith("sqlite"):
        files = Path(make_url(url).database or "").parent.iterdir()
        return b"".join(file.read_bytes() for file in files)

    def rows(connection: Connection) -> list[object]:
        tables = [connection.execute(select(table)).all() for table in t.metadata.sorted_tables]
        return [value for table in tables for row in table for value in row]

    values = store.read_sync(rows)
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)


def furnish(connection: Connection) -> None:
    """The rows that settings make at the start: the service and its number."""
    connection.execute(insert(t.service).values(id="harbour", practice=False, ahead=0))
    row = {"id": LINE.id, "service": "harbour", "channel": "sms"}
    connection.execute(insert(t.account).values(row))


def open_house(folder: Path, kind: Kind = "sqlite") -> House:
    url = fresh(kind, folder)
    store = Store.open(url, Keys(KEY))
    store.write_sync(furnish)
    return House(store, url)


def after(hours: float) -> timedelta:
    return timedelta(hours=hours)
