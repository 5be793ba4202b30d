"""A person's copy by chat: made in the transaction of the turn that wants it, kept in pieces.

Each is noted as a look of the person's own before a word is opened. See docs/decisions/0029.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot import copying
from bot.conversation import own_copy
from bot.conversation.channel import TRAITS
from bot.conversation.model import Conversation, CopyMade
from bot.conversation.render import render
from bot.conversation.rights import GOING, CopyWay, link_lasts
from bot.conversation.segments import fits
from bot.conversation.step import Step
from bot.plans import Plan
from desk import changes, looks, queries
from desk.copying import pieces, rendering
from desk.copying.structure import Copy
from desk.queries import Head
from desk.reading import sealer_of
from store import their_copies
from store.conversations import Line
from store.sealing import Keys

PATH = "/copy/"
LONGEST = 1200  # characters of a piece where messages are not texts
MOST = 999  # stands for how many pieces there are, before we know


@dataclass(frozen=True, slots=True)
class Copies:
    """Makes copies for people. `base_url` is where links lead."""

    plan: Plan
    keys: Keys = field(repr=False)
    base_url: str

    def __call__(
        self,
        connection: Connection,
        line: Line,
        conversation: Conversation,
        way: CopyWay,
        now: datetime,
    ) -> CopyMade:
        """What came of it; without pieces where there is nothing to show. Raises `Unreadable`."""
        if way == "link":
            return self._link(connection, line, now)
        if way != "more" and not self._begin(connection, line, conversation, way, now):
            return CopyMade(way)
        most = own_copy.PIECES
        some = their_copies.more(connection, line.sealer, line.id, most, now)
        if some is None:
            return CopyMade(way)
        return CopyMade(way, some.id, tuple(map(len, some.words)), some.first, some.count)

    def read(
        self, connection: Connection, id: str, now: datetime, language: str, in_chat: bool
    ) -> Copy | None:
        """The copy of this conversation, noted; None where the team has nothing of it."""
        head = _shared(connection, id, self.plan.worlds)
        if head is None or (sealer := sealer_of(self.keys, head)) is None:
            return None
        changes.look_for(connection, id, looks.PERSON, looks.SHOWN, now, sealer)
        return copying.made(connection, self.keys, self.plan, head, now, language, in_chat)

    def _begin(
        self,
        connection: Connection,
        line: Line,
        conversation: Conversation,
        way: CopyWay,
        now: datetime,
    ) -> bool:
        made = self.read(connection, line.id, now, conversation.language, in_chat=True)
        if made is None:
            return False
        lines = rendering.lines(made, "looks" if way == "looks" else "")
        cut = self._cut(line, conversation, lines, now)
        ends_at = now + their_copies.SITTING
        their_copies.begin(connection, line.sealer, line.id, cut, ends_at)
        return True

    def _cut(
        self, line: Line, conversation: Conversation, lines: Iterable[str], now: datetime
    ) -> list[str]:
        """Each piece fits into one message, with what we ask below it."""
        if not TRAITS[conversation.channel].segments:
            return pieces.cut(lines, lambda text: len(text) <= LONGEST)
        step = Step(self.plan.worlds[line.service], conversation, now)
        step.push(GOING)
        own_copy.ask_more(step, CopyMade("here", first=MOST, count=MOST))
        traits = TRAITS[conversation.channel]
        below = " ".join(r.text for r in render(step.world, conversation, step.says, traits))
        return pieces.cut(lines, lambda text: fits(f"{text}\n{below}"))

    def _link(self, connection: Connection, line: Line, now: datetime) -> CopyMade:
        if _shared(connection, line.id, self.plan.worlds) is None:
            return CopyMade("link")
        token = secrets.token_urlsafe(32)
        address = f"{self.base_url}{PATH}{token}"
        ends_at = now + link_lasts(self.plan.worlds[line.service].service)
        id = their_copies.begin(connection, line.sealer, line.id, [address], ends_at, token)
        return CopyMade("link", id, (len(address),), 0, 1)


def _shared(connection: Connection, id: str, services: Iterable[str]) -> Head | None:
    """What of this conversation the team has; None where that is nothing, or it was erased."""
    head = queries.find(connection, id, list(services))
    return head if head and head.reference and not head.gone else None
