"""Whose envelope is this? For a whole batch at once: one select of each kind, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation.channel import Account, Envelope
from bot.conversation.model import (
    Conversation,
    Delivered,
    Due,
    Event,
    Failed,
    WorkerWrote,
    World,
    Wrote,
)
from store import conversations, locks, messages
from store.conversations import Address, Line, Newcomer
from store.ids import new_id
from store.late import LATE
from store.sealing import Keys

Numbered = Mapping[int, Envelope]
Found = tuple[int, Line, Event]


@dataclass(frozen=True, slots=True)
class Times:
    """`now`, and `at`: when it happened. That is earlier where words waited at the provider."""

    now: datetime
    at: datetime

    @classmethod
    def of(cls, envelope: Envelope, line: Line, now: datetime) -> Times:
        """Time goes forward in a conversation, whatever another clock says."""
        before = line.conversation.last_wrote or line.conversation.started
        at = envelope.written_at or now
        return cls(now, min(now, max(at, before)) if before else min(now, at))

    @property
    def late(self) -> bool:
        """Did they wait so long that they may sleep by now?"""
        return self.now - self.at > LATE


class Lines:
    """The lines that a batch of envelopes is about; first messages open new ones."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        envelopes: Iterable[Envelope],
        newcomer: Callable[[Envelope], Newcomer],
    ) -> None:
        envelopes = list(envelopes)
        self._about = messages.about(connection, filter(None, map(message_named, envelopes)))
        ids = [e.conversation for e in envelopes if e.conversation]
        ids += [conversation for conversation, _ in self._about.values()]
        self._by_id = conversations.by_id(connection, keys, ids)
        due = [e.conversation for e in envelopes if isinstance(e.event, Due)]
        self._timers = conversations.timers(connection, due)
        outside = [e for e in envelopes if _is_by_address(e)]
        lines = conversations.by_address(connection, keys, {_address(e) for e in outside})
        first = {_address(e): e for e in reversed(outside) if isinstance(e.event, Wrote)}
        new = [newcomer(e) for a, e in first.items() if a not in lines or not lines[a].id]
        self._by_address = lines | conversations.open_lines(connection, keys, new, lines)

    def of(self, envelope: Envelope) -> Line | None:
        """The line that this envelope is about; None where we know of none."""
        if _is_by_address(envelope):
            return self._by_address.get(_address(envelope))
        conversation, _ = self._about.get(message_named(envelope), (envelope.conversation, ()))
        return self._by_id.get(conversation)

    def one_each(self, waiting: Numbered) -> tuple[list[Found], Numbered]:
        """The first envelope of everyone who waits, and those that wait for a later round.

        What is about nobody we know, or about a timer that is no longer set, is left out.
        """
        chosen: list[Found] = []
        later: dict[int, Envelope] = {}
        taken: set[str] = set()
        for number, envelope in waiting.items():
            line = self.of(envelope)
            if line is None or not self._is_due(envelope):
                continue
            if line.contact in taken:
                later[number] = envelope
            else:
                taken.add(line.contact)
                chosen.append((number, line, self._named(envelope)))
        return chosen, later

    def _named(self, envelope: Envelope) -> Event:
        """The event with what only we know: the id of new words, the keys of our old ones."""
        event = envelope.event
        if isinstance(event, Wrote):
            named = Wrote(event.text, event.choice, event.media, message=new_id())
            return replace(named, ref=event.ref)
        if isinstance(event, WorkerWrote):
            return replace(event, message=event.message or new_id())
        if isinstance(event, Delivered | Failed):
            return replace(event, said=self._about.get(event.message, ("", ()))[1])
        return event

    def _is_due(self, envelope: Envelope) -> bool:
        """A timer that words put off between the look at the clock and now does not ring."""
        event = envelope.event
        if not isinstance(event, Due):
            return True
        due_at = self._timers.get((envelope.conversation, event.name))
        return due_at is not None and due_at <= envelope.at


def hold(connection: Connection, keys: Keys, envelopes: Sequence[Envelope]) -> None:
    """Whoever these are about, no other process changes anything of theirs until we commit."""
    locks.people(
        connection,
        (keys.lookup(*_address(e)) for e in envelopes if _is_by_address(e)),
        (e.conversation for e in envelopes if e.conversation),
        filter(None, map(message_named, envelopes)),
    )


def newcomer(world: World, account: Account, envelope: Envelope, now: datetime) -> Newcomer:
    """Someone who has no conversation yet, and the one that we open with them."""
    return Newcomer(
        account=account.id,
        service=account.service,
        flow=world.flow.id,
        at=now,
        address=envelope.address,
        conversation=Conversation(
            language=language(envelope.hint, world.service.languages),
            channel=account.traits.name,
            started=now,
        ),
    )


def language(hint: str, offered: Sequence[str]) -> str:
    """The language that the person's app is set to, if the service has it, or else its first."""
    wanted = hint.replace("_", "-").lower()
    exact = [code for code in offered if code.lower() == wanted]
    close = [code for code in offered if code.lower().split("-")[0] == wanted.split("-")[0]]
    return [*exact, *close, *offered][0]


def message_named(envelope: Envelope) -> str:
    """The message of ours that delivery news is about."""
    event = envelope.event
    return event.message if isinstance(event, Delivered | Failed) else ""


def _is_by_address(envelope: Envelope) -> bool:
    inside = envelope.conversation or message_named(envelope)
    return bool(envelope.address) and not inside


def _address(envelope: Envelope) -> Address:
    return envelope.account, envelope.address
