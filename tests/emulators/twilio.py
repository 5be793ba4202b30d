"""Twilio on loopback, as far as the product uses it: its REST, its web hooks, and a carrier.

    async with Twilio() as twilio:          # TWILIO_API_BASE is twilio.base_url
        twilio.reach(public_url, address)   # web hooks: signed for the one, sent to the other
        phone = twilio.phone("+447700900001")
        await phone.text("hi")
        assert "..." in await phone.next()

Whoever waits is woken by what happens; nothing sleeps. It works the same whether the product
runs in this process or in another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar
from xml.etree import ElementTree

from aiohttp.test_utils import TestServer

from tests.emulators.twilio_hooks import Answer, Hooks
from tests.emulators.twilio_log import DELIVERED, Delivery, Fault, Message, Refused, new_sid
from tests.emulators.twilio_rest import Rest

ACCOUNT, TOKEN, NUMBER = f"AC{'a' * 32}", "twilio-token", "+447700900999"
INBOUND = "/channels/sms"
WAIT = 10.0
# twilio.com/docs/messaging/tutorials/advanced-opt-out: the whole text, in any case.
STOP = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
START = frozenset("START UNSTOP YES".split())
_T = TypeVar("_T")


class Twilio:
    """One account with one number (or messaging service). `messages` is its log, oldest first."""

    def __init__(self, sender: str = NUMBER, account: str = ACCOUNT, token: str = TOKEN) -> None:
        self.sender, self.account, self.token = sender, account, token
        self.messages: list[Message] = []
        self.blocked: set[str] = set()
        self.callbacks: list[tuple[str, str, int]] = []
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.delivery: Delivery = DELIVERED
        self.deliveries: dict[str, Delivery] = {}
        self.rest = Rest(account, token, self.messages, self._accept)
        self._server = TestServer(self.rest.app(), host="127.0.0.1")
        self._arrived: dict[str, list[Message]] = {}
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._server.start_server(access_log=None)
        self.hooks = Hooks(self.account, self.token, self.sender)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.rest.closing.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hooks.close()
        await self._server.close()

    @property
    def base_url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    @property
    def sent(self) -> list[Message]:
        """What the product sent, oldest first."""
        return [message for message in self.messages if message.direction != "inbound"]

    def reach(self, public_url: str, address: str) -> None:
        """Where the product listens, and the address that it thinks it is known by."""
        self.hooks.public, self.hooks.product = public_url.rstrip("/"), address.rstrip("/")

    def fail(self, fault: Fault, times: int = 1, method: str = "POST") -> None:
        """The next requests meet this fault; more calls queue up behind it."""
        self.rest.faults[method].extend([fault] * times)

    def phone(self, number: str) -> Phone:
        return Phone(self, number)

    def arrived(self, number: str) -> list[Message]:
        """What the handset got, oldest first."""
        return self._arrived.setdefault(number, [])

    async def wait_for(self, look: Callable[[list[Message]], _T], within: float = WAIT) -> _T:
        """What `look(sent)` gives as soon as it is true; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within), self._changed:
            return await self._changed.wait_for(lambda: look(self.sent))

    async def settled(self, within: float = WAIT) -> None:
        """Until every status call-back on its way has been answered."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: not self._tasks)

    async def _accept(self, message: Message) -> None:
        if self.sender not in (message.from_, message.service):
            raise Refused(21606)
        if message.to in self.blocked:
            raise Refused(21610)
        await self._take(message)

    async def _take(self, message: Message) -> None:
        delivery = self.deliveries.get(message.to, self.delivery)
        self.messages.append(message)
        if delivery.arrives:
            self.arrived(message.to).append(message)
        task = asyncio.create_task(self._deliver(message, delivery))
        self._tasks.add(task)
        await self._wake()

    async def _deliver(self, message: Message, delivery: Delivery) -> None:
        try:
            for status in delivery.statuses:
                failed = status in ("undelivered", "failed")
                await self.call_back(message, status, delivery.code if failed else 0)
        finally:
            if task := asyncio.current_task():
                self._tasks.discard(task)
        await self._wake()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def call_back(self, message: Message, status: str, code: int = 0) -> Answer:
        """Tell the product, at its StatusCallback, what became of a message."""
        message.status, message.error_code = status, code
        if not message.callback:
            return Answer(0)
        answer = await self.hooks.post(message.callback, self.hooks.status(message))
        self.callbacks.append((message.sid, status, answer.status))
        await self._wake()
        return answer

    async def text_in(
        self,
        number: str,
        body: str,
        *,
        sid: str = "",
        media: Sequence[str] = (),
        **more: str,
    ) -> Answer:
        """A text comes in. Give the `sid` of an earlier one to deliver that one again."""
        self._heed(number, body)
        form = self.hooks.inbound(number, body, sid or new_sid(), media)
        form.update(more)
        if not any(message.sid == form["MessageSid"] for message in self.messages):
            self.log_in(number, body, form["MessageSid"], media)
        answer = await self.hooks.post(f"{self.hooks.public}{INBOUND}", form)
        await self._say(number, answer)
        return answer

    def log_in(
        self, number: str, body: str, sid: str = "", media: Sequence[str] = (), to: str = ""
    ) -> Message:
        """A text comes in, and nobody is told of it: it stands in the log only."""
        to = to or self.sender
        message = Message(to, number, body, "inbound", "received", media=tuple(media))
        message.sid, message.created = sid or message.sid, self.now().replace(microsecond=0)
        self.messages.append(message)
        return message

    def _heed(self, number: str, body: str) -> None:
        """Carriers act on one word as the whole text, before the product hears of it."""
        word = body.strip().upper()
        if word in STOP:
            self.blocked.add(number)
        elif word in START:
            self.blocked.discard(number)

    async def _say(self, number: str, answer: Answer) -> None:
        """Send what the product answered as TwiML."""
        if answer.status != 200 or number in self.blocked:
            return
        # Twilio itself refuses an answer that is not well formed: so does this, loudly.
        for said in ElementTree.fromstring(answer.text).iter("Message"):  # noqa: S314
            await self._take(Message(number, self.sender, said.text or "", "outbound-reply"))


class Phone:
    """A person's handset: text, and read what arrives, one message after the other."""

    def __init__(self, twilio: Twilio, number: str) -> None:
        self.number = number
        self._twilio, self._read = twilio, 0

    async def text(self, body: str) -> Answer:
        return await self._twilio.text_in(self.number, body)

    @property
    def unread(self) -> list[str]:
        return [message.body for message in self._twilio.arrived(self.number)[self._read :]]

    async def next(self, within: float = WAIT) -> str:
        """The oldest message not read yet; waits for one, at most `within` seconds."""
        await self._twilio.wait_for(lambda _: bool(self.unread), within)
        self._read += 1
        return self._twilio.arrived(self.number)[self._read - 1].body
