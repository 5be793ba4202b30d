"""People who do not exist, on a database that is thrown away: the real inbox under load."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bot.bench.cores import REAL, Core
from bot.clock import Clock
from bot.conversation.channel import SMS, Account, Envelope
from bot.conversation.model import Delivered, World, Wrote
from bot.inbound import Inbox
from store import installation
from store import tables as t
from store.ids import new_id
from store.sealing import Keys
from store.session import Store

# Numbers that are kept for fiction; longer than real ones, because there are a thousand only.
CROWD = tuple(f"+447700900{number:04d}" for number in range(128))
OPENING = ("hello", "ok", "yes", "ok")
# What somebody answers from the first question to the review.
ANSWERS = (
    "My mum",
    "yes",
    "Fixing bikes",
    "1",
    "Jo",
    "A place to live",
    "Help with the council form",
    "Please don't ring my work",
    "big print",
    "1, 3",
    "mornings",
    "yes but no name",
)
FILE = "bench.db"
ROUNDS = 4  # at least


@dataclass(frozen=True, slots=True)
class Talk:
    """One round: each of these people writes all of these words, one after the other."""

    people: Sequence[str]
    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.people) * len(self.words)


def talks(at_once: int) -> list[Talk]:
    """The whole crowd from the first question to the review, so many at once."""
    groups = [CROWD[first : first + at_once] for first in range(0, len(CROWD), at_once)]
    each = len(ANSWERS) * len(groups) // max(ROUNDS, len(groups))
    parts = [ANSWERS[first : first + each] for first in range(0, len(ANSWERS), each)]
    return [Talk(group, part) for part in parts for group in groups]


@dataclass(frozen=True, slots=True)
class Place:
    """A database with one account on it, and a way in to it."""

    store: Store
    account: Account
    world: World

    def inbox(self, core: Core) -> Inbox:
        worlds, accounts = {self.world.service.id: self.world}, {self.account.id: self.account}
        return Inbox(self.store, worlds, accounts, Clock(), core.step, core.render)

    def wrote(self, address: str, words: str) -> Envelope:
        return Envelope(Wrote(words), datetime.now(UTC), self.account.id, address, new_id())


@dataclass(frozen=True, slots=True)
class Town:
    """A folder in which the whole crowd stands at the first question, to be copied."""

    folder: Path
    keys: Keys
    world: World

    def copy(self, name: str) -> Path:
        """A copy beside it; returns its folder."""
        return shutil.copytree(self.folder, self.folder.with_name(name))

    @contextmanager
    def place(self, folder: Path) -> Iterator[Place]:
        """The database in this folder, opened and furnished."""
        store = Store.open(f"sqlite:///{folder / FILE}", self.keys)
        try:
            account = Account("sms:+447700900000", self.world.service.id, SMS)
            services = [(self.world.service.id, False)]
            store.write_sync(lambda c: installation.furnish(c, services, [account]))
            yield Place(store, account, self.world)
        finally:
            store.close_sync()


async def settle(folder: Path, world: World) -> Town:
    """Everybody has been through the opening, whose notices count only once they were sent."""
    town = Town(folder, Keys(new_id().encode()), world)
    waiting = select(t.outgoing.c.message).where(t.outgoing.c.state == "new")
    with town.place(folder) as place:
        inbox = place.inbox(REAL)
        for words in OPENING:
            await converse(place, inbox, Talk(CROWD, (words,)))
            ids = await place.store.read(lambda connection: connection.scalars(waiting).all())
            news = [Envelope(Delivered(id, "sent"), datetime.now(UTC)) for id in ids]
            await asyncio.gather(*map(inbox.receive, news))
    return town


async def converse(place: Place, inbox: Inbox, talk: Talk) -> None:
    """All of them at once, each waiting for the answer before writing again."""

    async def person(address: str) -> None:
        for words in talk.words:
            await inbox.receive(place.wrote(address, words))

    await asyncio.gather(*map(person, talk.people))
