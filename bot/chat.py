"""The conversation in a terminal: the same way in, store and sender, on a database in memory."""

from __future__ import annotations

import asyncio
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from bot.clock import Clock
from bot.conversation import segments
from bot.conversation.channel import TRAITS, Account, Button, Envelope, Outgoing, Traits
from bot.conversation.model import Delivered, World, Wrote
from bot.inbound import Inbox
from bot.outbound import Sender
from store import installation
from store.sealing import KEY_BYTES, Keys
from store.session import Store

ADDRESS = "terminal"
PROMPT = "> "
THEIRS = "(The phone network answers this word by itself, so we say nothing.)"


@dataclass(slots=True)
class Terminal:
    """A channel that keeps what it was given until it is printed."""

    traits: Traits
    arrived: list[Outgoing] = field(default_factory=list, repr=False)

    async def send(self, out: Outgoing) -> str:
        self.arrived.append(out)
        return out.message

    async def find(self, out: Outgoing) -> str | None:
        return next((known.message for known in self.arrived if known.message == out.message), None)

    async def close(self) -> None:
        """Nothing to close."""


class Chat:
    """One person and the service. Make it inside the loop that it is used in."""

    def __init__(self, world: World, channel: str, language: str) -> None:
        service = world.service
        self._language, self._clock = language, Clock()
        self._account = Account(ADDRESS, service.id, TRAITS[channel])
        self._terminal = Terminal(self._account.traits)
        self._store = Store.open("sqlite://", Keys(secrets.token_bytes(KEY_BYTES)))
        accounts = {ADDRESS: self._account}
        self._store.write_sync(
            lambda connection: installation.furnish(
                connection, [(service.id, service.practice)], accounts.values()
            )
        )
        self._inbox = Inbox(self._store, {service.id: world}, accounts, self._clock)
        channels = {ADDRESS: self._terminal}
        # Here each message is delivered before the next: no gap between two texts is needed.
        self._sender = Sender(self._store, channels, self._inbox, self._clock, gap=0)
        self._labels: dict[str, str] = {}

    async def says(self, line: str) -> list[Outgoing]:
        """The person sends this line, or presses a button that they name as `[Skip]`; what we
        answer."""
        pressed = re.fullmatch(r"\[(.+)\]", line.strip())
        code = self._labels.get(pressed[1].casefold(), "") if pressed else ""
        event = Wrote(choice=code) if code else Wrote(line)
        now, hint = self._clock.now(self._account.service), self._language
        await self._inbox.receive(Envelope(event, now, ADDRESS, ADDRESS, uuid4().hex, hint=hint))
        self._terminal.arrived.clear()
        told = 0
        while await self._sender.sweep():
            # Once one has arrived there may be more to say.
            for out in self._terminal.arrived[told:]:
                await self._inbox.receive(Envelope(Delivered(out.message), now, ADDRESS))
            told = len(self._terminal.arrived)
        self._remember_buttons(self._terminal.arrived)
        return list(self._terminal.arrived)

    async def close(self) -> None:
        await self._store.close()

    def _remember_buttons(self, answers: list[Outgoing]) -> None:
        buttons = [button for out in answers for button in out.buttons]
        self._labels |= {button.label.casefold(): button.code for button in buttons}


def run(world: World, channel: str, language: str) -> None:
    """Talk until the input ends or the person presses Ctrl-C."""
    person = sys.stdin.isatty()
    with asyncio.Runner() as runner:
        chat = Chat(world, channel, language)
        try:
            for line in _lines(person):
                answers = runner.run(chat.says(line))
                for out in answers:
                    print(_shown(out, channel, person), end="\n\n", flush=True)
                if not answers and line.strip().upper() in TRAITS[channel].owned:
                    print(THEIRS, file=sys.stderr, flush=True)
        finally:
            runner.run(chat.close())


def _lines(person: bool) -> Iterator[str]:
    """What is written, a line at a time; an empty line is no message."""
    if not person:
        raw = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        yield from (line.rstrip("\r\n") for line in raw if line.strip())
        return
    while True:
        try:
            line = input(PROMPT)
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if line.strip():
            yield line


def _shown(out: Outgoing, channel: str, person: bool) -> str:
    """A message with its buttons, and to a person what it costs to send."""
    buttons = " ".join(_hint(button) for button in out.buttons)
    parts = segments.count(out.text).parts
    note = f"({parts} parts)" if person and TRAITS[channel].segments and parts > 1 else ""
    return "\n".join(line for line in (out.text, buttons, note) if line)


def _hint(button: Button) -> str:
    return f"[{button.label}]"
