"""A channel that records what it sends and fails as told; people, words and a clock for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.clock import Clock
from bot.conversation.channel import SMS, TELEGRAM, Envelope, Outgoing, Receipt, Traits
from bot.conversation.model import Conversation, Delivered, Failed
from store import outbox
from store import tables as t
from store.ids import new_id
from store.packing import pack
from store.sealing import Keys, Sealer
from store.session import Store

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SERVICE = "harbour"
SMS_ACCOUNT, TELEGRAM_ACCOUNT = "sms:+447700900000", "telegram:harbour"


class StillClock(Clock):
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = MONDAY) -> None:
        super().__init__()
        self.at = at

    def now(self, service: str = "") -> datetime:
        return self.at + self._ahead.get(service, timedelta())

    def tick(self, **passed: float) -> None:
        """Let time pass, as in `tick(seconds=5)`."""
        self.at += timedelta(**passed)


class RecordingChannel:
    """Records every message sent. `troubles` are raised by the next calls of `send`, in order;
    a `SendError("unclear")` sends all the same where `sends_anyway`. `find` looks in the log of
    what was sent if the channel `has_log`. While `open` is clear, calls hang."""

    def __init__(self, traits: Traits = TELEGRAM, *, has_log: bool = False) -> None:
        self.traits = traits
        self.has_log = has_log
        self.sends_anyway = False
        self.troubles: list[Exception] = []
        self.sent: list[Outgoing] = []
        self.tried: list[Outgoing] = []
        self.looked_for: list[str] = []
        self.find_troubles: list[Exception] = []
        self.most_at_once = self.calls = 0
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, out: Outgoing) -> str:
        self.tried.append(out)
        self.calls += 1
        self.most_at_once = max(self.most_at_once, self.calls)
        try:
            await self.open.wait()
        finally:
            self.calls -= 1
        if self.troubles:
            if self.sends_anyway:
                self.sent.append(out)
            raise self.troubles.pop(0)
        self.sent.append(out)
        return f"ref-{len(self.sent)}"

    async def find(self, out: Outgoing) -> str | None:
        self.looked_for.append(out.message)
        if self.find_troubles:
            raise self.find_troubles.pop(0)
        found = self.has_log and any(sent.message == out.message for sent in self.sent)
        return "ref-found" if found else None

    async def close(self) -> None:
        pass

    @property
    def texts(self) -> list[str]:
        return [out.text for out in self.sent]


@dataclass
class NotingInbox:
    """Takes delivery news as the real way in does, without the core. `troubles` come first."""

    store: Store
    queued: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Envelope] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    async def receive(self, envelope: Envelope) -> Receipt:
        if self.troubles:
            raise self.troubles.pop(0)
        self.heard.append(envelope)
        event = envelope.event
        if isinstance(event, Delivered | Failed):
            await self.store.write(lambda c: outbox.settle(c, event, envelope.at))
        return Receipt(stored=True)

    @property
    def events(self) -> list[Any]:
        return [envelope.event for envelope in self.heard]


@dataclass(frozen=True)
class Someone:
    """A person with one contact and one open conversation."""

    person: str
    contact: str
    conversation: str
    sealer: Sealer


def furnish(connection: Connection, service: str = SERVICE) -> None:
    """One service with an SMS number and a Telegram bot."""
    connection.execute(insert(t.service).values(id=service))
    for account, traits in ((SMS_ACCOUNT, SMS), (TELEGRAM_ACCOUNT, TELEGRAM)):
        row = {"id": account, "service": service, "channel": traits.name}
        connection.execute(insert(t.account).values(**row))


def meet(
    connection: Connection,
    keys: Keys,
    address: str,
    account: str = TELEGRAM_ACCOUNT,
    at: datetime = MONDAY,
) -> Someone:
    """Somebody who has written to us for the first time."""
    person, contact, wrapped = new_id(), new_id(), keys.new_person_key()
    sealer = keys.person(wrapped)
    row: dict[str, Any] = {"id": person, "service": SERVICE, "wrapped_key": wrapped}
    connection.execute(insert(t.person).values(**row, created_at=at))
    row = {"id": contact, "account": account, "person": person, "valid_from": at}
    row["address"] = sealer.seal(address, f"contact.address:{contact}")
    row["address_hash"] = keys.lookup(account, address)
    connection.execute(insert(t.contact).values(**row))
    return Someone(person, contact, converse(connection, sealer, person, contact, at), sealer)


def converse(
    connection: Connection, sealer: Sealer, person: str, contact: str, at: datetime = MONDAY
) -> str:
    """Another conversation of the same person; returns its id."""
    conversation = new_id()
    row: dict[str, Any] = {"id": conversation, "person": person, "contact": contact}
    row |= {"service": SERVICE, "flow": "self_referral", "standing": "asking", "language": "en"}
    row["state"] = sealer.seal(pack(Conversation()), f"conversation.state:{conversation}")
    connection.execute(insert(t.conversation).values(**row, started_at=at))
    return conversation


def write(
    connection: Connection,
    who: Someone,
    text: str,
    *,
    direction: str = "in",
    question: str = "",
    at: datetime = MONDAY,
) -> str:
    """A message in their conversation; returns its id."""
    message = new_id()
    row: dict[str, Any] = {"id": message, "conversation": who.conversation, "at": at}
    row |= {"direction": direction, "kind": "answer" if question else "note"}
    row["text"] = who.sealer.seal(text, f"message.text:{message}")
    connection.execute(insert(t.message).values(**row, question=question))
    return message


def say(
    connection: Connection,
    who: Someone,
    text: str,
    not_before: datetime = MONDAY,
    buttons: Sequence[tuple[str, str]] = (),
    *,
    prompted: bool = True,
) -> str:
    """Queue words of ours for this person; returns the message's id."""
    message = write(connection, who, text, direction="out", at=not_before)
    last = select(func.max(t.outgoing.c.sequence)).where(t.outgoing.c.contact == who.contact)
    row: dict[str, Any] = {"message": message, "contact": who.contact, "not_before": not_before}
    row |= {"sequence": (connection.scalar(last) or 0) + 1, "prompted": prompted}
    connection.execute(insert(t.outgoing).values(**row, buttons=[list(b) for b in buttons]))
    return message
