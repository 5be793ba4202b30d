"""What the core and the edges say to each other: traits in, envelopes in, outgoing words out.

A channel translates and decides nothing. What it can do is data here, so that the core, the
checker and the rehearsal phone all speak of the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from bot.conversation.model import Event

# Words a mobile carrier acts on by itself when one is the whole text (Twilio's defaults for
# long codes, docs/messaging/tutorials/advanced-opt-out, read 2026-09).
CARRIER_STOP = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
CARRIER_START = frozenset("START UNSTOP YES".split())
CARRIER_HELP = frozenset("HELP INFO".split())


@dataclass(frozen=True, slots=True)
class Traits:
    """What one kind of channel can do.

    `limit` is the most characters in one message; `segments` says that words are sent and paid
    for in SMS segments; `owned` maps the words that the carrier itself acts on to what it does;
    `log` says that what was sent can be looked up afterwards; `clears` that what was written can be
    removed from the chat, theirs and ours, while it is young.
    """

    name: str
    buttons: bool
    segments: bool
    limit: int
    owned: Mapping[str, Literal["stop", "start", "help"]] = field(default_factory=dict, hash=False)
    log: bool = False
    clears: bool = False


def _carrier_words() -> dict[str, Literal["stop", "start", "help"]]:
    words: dict[str, Literal["stop", "start", "help"]] = dict.fromkeys(CARRIER_STOP, "stop")
    words |= dict.fromkeys(CARRIER_START, "start")
    return words | dict.fromkeys(CARRIER_HELP, "help")


# 1600: Twilio's longest `Body`; 4096: Telegram's longest `sendMessage` text.
SMS = Traits("sms", buttons=False, segments=True, limit=1600, owned=_carrier_words(), log=True)
TELEGRAM = Traits("telegram", buttons=True, segments=False, limit=4096, clears=True)
TRAITS: Mapping[str, Traits] = {SMS.name: SMS, TELEGRAM.name: TELEGRAM}


@dataclass(frozen=True, slots=True)
class Account:
    """One bot or number of one service. `id` is stable text such as `sms:+447700900000`."""

    id: str
    service: str
    traits: Traits


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event, and whom it is about.

    From outside: `account` and `address` say who, `provider_id` refuses a second copy (unique
    within the account). From inside: `conversation`, or for delivery news the `message` named in
    the event. `at` is in UTC. `hint` is the language that the person's app is set to, if known.
    `written_at` (UTC) is given where the words waited at the provider while we were away.
    """

    event: Event
    at: datetime
    account: str = ""
    address: str = field(default="", repr=False)
    provider_id: str = ""
    conversation: str = ""
    hint: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an envelope: `stored` is False for a copy of one already taken."""

    stored: bool
    conversation: str = ""
    message: str = ""


class Receive(Protocol):
    """The one way in. Returns after the commit; raises `Away` when the store can't be reached."""

    async def __call__(self, envelope: Envelope) -> Receipt: ...


class Away(Exception):
    """The database can't be reached now: nothing was stored, the provider should try again."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. `code` comes back as `Wrote.choice`, at most 64 bytes."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out: final words, for one address.

    `attempt` counts from 1. `begun_at` is set when an earlier try may already have sent it.
    """

    message: str
    account: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = ()
    attempt: int = 1
    begun_at: datetime | None = None


SendTrouble = Literal["retry", "unclear", "refused", "give_up", "stopped", "moved", "alarm"]


class SendError(Exception):
    """A message was not sent, or may not have been.

    retry: not sent, try later (after `retry_after` seconds if given). unclear: may have been
    sent. refused: these words will never be taken, others may be. give_up: this address can't be
    reached. stopped: the person has closed this contact. moved: not sent, the provider has given
    this contact another `address`. alarm: our settings are wrong; keep the
    message for some hours and tell the operator. `code` is the provider's, safe to log.
    """

    def __init__(
        self, trouble: SendTrouble, code: str = "", retry_after: float = 0.0, address: str = ""
    ) -> None:
        super().__init__(f"{trouble} {code}".strip())
        self.trouble: SendTrouble = trouble
        self.code = code
        self.retry_after = retry_after
        self.address = address


class Channel(Protocol):
    """A way out. `send` returns the provider's id of the message or raises `SendError`."""

    @property
    def traits(self) -> Traits: ...

    async def send(self, out: Outgoing) -> str: ...

    async def find(self, out: Outgoing) -> str | None:
        """Look for a message whose sending was unclear; None where it was not sent or where
        the channel has no log to look in."""

    async def close(self) -> None: ...
