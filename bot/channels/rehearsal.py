"""The rehearsal phone as a channel: made-up phones in memory, one channel for each kind.

`rehearsal_page` shows them in a browser. What life does to a phone (no signal, the carrier's
STOP, days that pass) happens here; what to answer never does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.channels.rehearsal_phone import Entry, NoSignal, Phone, State, addresses, words
from bot.conversation.channel import Away, Envelope, Outgoing, Receive, SendError, Traits
from bot.conversation.model import Delivered, Event, Failed, Wrote

log = logging.getLogger(__name__)

MAX_PHONES = 25  # of each kind; there are two
# Carriers keep trying for up to 72 hours (GOV.UK Notify and Twilio say the same).
GIVE_UP_AFTER = timedelta(days=3)
UNREACHABLE, STOPPED = "30003", "21610"  # Twilio's codes


async def _nobody(address: str) -> bool:
    return False


class RehearsalChannel:
    """Phones of one kind, such as `sms`. Its `run` must be running: it brings delivery news.

    `now` is the practice clock. `parts` counts the SMS parts of a text. `taken` says whether an
    address had a conversation before, so that a new phone is a new person. A message is on its
    way for `travel` seconds.
    """

    def __init__(
        self,
        traits: Traits,
        receive: Receive,
        now: Callable[[], datetime],
        parts: Callable[[str], int] | None = None,
        taken: Callable[[str], Awaitable[bool]] = _nobody,
        travel: float = 0.0,
    ) -> None:
        self._traits = traits
        self._receive = receive
        self._parts = parts or (lambda text: 0)
        self._taken = taken
        self._travel = travel
        self._phones: dict[str, Phone] = {}
        self._news: asyncio.Queue[tuple[Phone, Entry]] = asyncio.Queue()
        self.now = now
        self.account = f"rehearsal-{traits.name}"

    @property
    def traits(self) -> Traits:
        return self._traits

    # --- The way out ---------------------------------------------------------------------------

    async def send(self, out: Outgoing) -> str:
        """Put it on the phone. Raises SendError where the carrier blocks it or no such phone
        is left (they are forgotten when the program ends)."""
        phone = self._at(out.address)
        if phone is None:
            raise SendError("give_up", UNREACHABLE)
        if phone.blocked:
            raise SendError("stopped", STOPPED)
        entry = phone.add(
            "service",
            self.now(),
            text=out.text,
            buttons=out.buttons,
            state="sent" if phone.signal else "waiting",
            parts=self._parts(out.text),
            message=out.message,
            ref=secrets.token_hex(16),
        )
        if phone.signal:
            self._news.put_nowait((phone, entry))
        return entry.ref

    async def find(self, out: Outgoing) -> str | None:
        phone = self._at(out.address)
        entries = phone.entries if phone else ()
        return next((entry.ref for entry in entries if entry.message == out.message), None)

    async def clear(self, address: str, refs: Sequence[str]) -> None:
        """Take these messages from the phone, theirs and ours."""
        phone = self._at(address)
        for entry in phone.entries if phone else ():
            if phone and entry.ref in refs:
                entry.text, entry.buttons, entry.gone = "", (), True
                phone.touch(entry)

    async def close(self) -> None:
        """Nothing to close: the phones are only memory."""

    async def run(self) -> None:
        """Tell the inbox what arrived and what did not, in order, for ever."""
        while True:
            phone, entry = await self._news.get()
            try:
                await self._tell(phone, entry)
            except Exception as error:
                # One lost piece of news must not keep all later ones away.
                log.error("news of message %s lost: %s", entry.message, type(error).__name__)
            finally:
                self._news.task_done()

    async def _tell(self, phone: Phone, entry: Entry) -> None:
        event: Event = Failed(entry.message, "unreachable", UNREACHABLE)
        if entry.state != "failed":
            await asyncio.sleep(self._travel)
            event = Delivered(entry.message, "delivered", entry.ref)
        while True:
            try:
                await self._receive(Envelope(event, self.now(), account=self.account))
                break
            except Away:
                await asyncio.sleep(1)
        if entry.state != "failed":
            entry.state = "delivered"
            phone.touch(entry)

    # --- Phones --------------------------------------------------------------------------------

    async def new_phone(self, language: str) -> Phone:
        """A phone with an address of its own; the oldest makes room where there are too many."""
        address = await self._free_address()
        while len(self._phones) >= MAX_PHONES:
            unseen = (phone for phone in self._phones.values() if not phone.watchers)
            oldest = next(unseen, next(iter(self._phones.values())))
            del self._phones[oldest.id]
            oldest.touch()
        phone = Phone(secrets.token_hex(8), self._traits.name, address, language)
        self._phones[phone.id] = phone
        return phone

    def phone(self, id: str) -> Phone | None:
        return self._phones.get(id)

    def _at(self, address: str) -> Phone | None:
        phones = self._phones.values()
        return next((phone for phone in phones if phone.address == address), None)

    async def _free_address(self) -> str:
        free = [one for one in addresses(self._traits.segments) if self._at(one) is None]
        for address in free:
            if not await self._taken(address):
                return address
        return free[0]

    # --- What the person does ------------------------------------------------------------------

    async def write(self, phone: Phone, text: str) -> None:
        """The person sends this. Raises NoSignal, or Away where it could not be stored."""
        self.check_signal(phone)
        ref = secrets.token_hex(16)
        entry = phone.add("person", self.now(), text=text, state="sending", ref=ref)
        self._carrier_acts(phone, text)
        try:
            await self._hear(phone, Wrote(text, ref=ref))
        except Away:
            entry.state = "failed"
            raise
        else:
            entry.state = "delivered"
        finally:
            phone.touch(entry)

    async def press(self, phone: Phone, message: str, code: str) -> bool:
        """The person presses a button under one of our messages; False where there is none."""
        self.check_signal(phone)
        for entry in phone.entries:
            codes = [button.code for button in entry.buttons]
            if message and entry.message == message and code in codes:
                entry.chosen = code
                phone.touch(entry)
                await self._hear(phone, Wrote(choice=code))
                return True
        return False

    def check_signal(self, phone: Phone) -> None:
        """Raises NoSignal where nothing can be sent from this phone."""
        if not phone.signal:
            raise NoSignal

    async def _hear(self, phone: Phone, event: Wrote) -> None:
        # What the person has read must be known as delivered before their answer to it.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5 + self._travel):
                await self._news.join()
        await self._receive(
            Envelope(
                event,
                self.now(),
                account=self.account,
                address=phone.address,
                provider_id=secrets.token_hex(16),
                hint=phone.language,
            )
        )

    # --- What life does ------------------------------------------------------------------------

    def _carrier_acts(self, phone: Phone, text: str) -> None:
        act = self._traits.owned.get(text.strip().upper())
        # YES and START open only what was closed; otherwise they are words like any other.
        if act is None or (act == "start" and not phone.blocked):
            return
        if act != "help":
            phone.blocked = act == "stop"
            phone.touch()
        phone.add("carrier", self.now(), text=words()["carrier"][act])

    def set_signal(self, phone: Phone, on: bool) -> None:
        """Take the signal away, or give it back: then what waited goes through, in order."""
        phone.signal = on
        phone.touch()
        self._give_up_waiting(phone)
        if on:
            for entry in [entry for entry in phone.entries if entry.state == "waiting"]:
                self._settle(phone, entry, "sent")

    def hand(self, phone: Phone, stranger: bool) -> None:
        """Someone else holds the phone now, or its owner has it back."""
        if phone.stranger != stranger:
            phone.stranger = stranger
            phone.add("handed" if stranger else "returned", self.now())
            phone.touch()

    def mark_time(self, kind: Literal["days_later", "minutes_later"], at: datetime) -> None:
        """Show on every phone that time has passed: they all share the practice clock."""
        for phone in self._phones.values():
            phone.add(kind, at)

    def time_passed(self) -> None:
        """The practice clock was put forward."""
        for phone in self._phones.values():
            phone.touch()
            self._give_up_waiting(phone)

    def _give_up_waiting(self, phone: Phone) -> None:
        for entry in phone.entries:
            if entry.state == "waiting" and self.now() - entry.at >= GIVE_UP_AFTER:
                self._settle(phone, entry, "failed")

    def _settle(self, phone: Phone, entry: Entry, state: State) -> None:
        entry.state = state
        phone.touch(entry)
        self._news.put_nowait((phone, entry))
