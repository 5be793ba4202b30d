"""People at the other end, who say what a transcript says.

The transcripts are played through the core alone elsewhere; here each line is a real message,
through the provider's own library and the whole product.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from tests.e2e.house import House
from tests.emulators.telegram import Telegram
from tests.emulators.telegram_people import Received
from tests.emulators.twilio import Twilio

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
# When it is depends on the day of the test.
MONTHS = "January February March April May June July August September October November December"
WHEN = re.compile(rf"\w+day \d{{1,2}}(:\d\d)?[ap]m|\d{{1,2}} ({'|'.join(MONTHS.split())})")
PRESSED = re.compile(r"\[(.+)\]")
WAIT = 15.0


class Person(Protocol):
    async def says(self, words: str) -> None: ...

    async def hears(self) -> str: ...


class Texter:
    """Somebody with a mobile phone."""

    def __init__(self, house: House, twilio: Twilio, number: str) -> None:
        self.number = number
        self._house, self._twilio = house, twilio
        self._phone = twilio.phone(number)

    async def says(self, words: str) -> None:
        answer = await self._phone.text(words)
        assert answer.status == 200

    async def hears(self) -> str:
        """The next message. Nobody answers before it is known that this one was sent."""
        said = await self._phone.next(WAIT)
        await self._twilio.settled()
        await self._house.quiet()
        return said.replace("\n", " / ")


class Chatter:
    """Somebody on Telegram. `[Yes]` is a button that they press."""

    def __init__(self, house: House, telegram: Telegram, number: int) -> None:
        self._house, self._telegram = house, telegram
        self._person = telegram.person(number)

    async def says(self, words: str) -> None:
        if pressed := PRESSED.fullmatch(words):
            await self._press(pressed[1])
        else:
            await self._person.text(words)
        await self._telegram.settled(WAIT)

    async def hears(self) -> str:
        said = await self._person.next(WAIT)
        await self._house.quiet()
        labels = "".join(f" [{label}]" for label in _buttons(said))
        return said.text.replace("\n", " / ") + labels

    async def _press(self, label: str) -> None:
        """The newest button with this label, also one that is gone from their screen by now: the
        press may have been on its way."""
        fitting = (m for m in reversed(self._person.messages) if label in _buttons(m))
        message = next(fitting)
        await self._person.press_code(_buttons(message)[label], message.id)

    async def blocks(self) -> None:
        await self._person.block()
        await self._telegram.settled(WAIT)


def transcript(name: str, until: str = "", since: str = "") -> list[str]:
    """What is said in a transcript, from one of its lines to another."""
    lines = (TRANSCRIPTS / f"{name}.txt").read_text("utf-8").splitlines()
    first = lines.index(since) if since else 0
    last = lines.index(until, first) if until else len(lines)
    return [line for line in lines[first:last] if line[:2] in ("> ", "< ")]


async def hold(person: Person, lines: Iterable[str]) -> None:
    """Say and hear these lines, word for word; only days and times are of today."""
    for line in lines:
        if line.startswith("> "):
            await person.says(line[2:])
        else:
            heard, specified = anytime(await person.hears()), anytime(line[2:])
            assert heard == specified, f"heard:     {heard!r}\nspecified: {specified!r}"


async def talk(person: Person, turns: Iterable[tuple[str, str]]) -> None:
    """Say the first of each, and hear something with the second in it."""
    for words, answer in turns:
        await person.says(words)
        heard = await person.hears()
        assert answer in heard, f"{words!r} got {heard!r}"


def anytime(said: str) -> str:
    """No day passes here: without the name that a day begins with."""
    return WHEN.sub("(then)", said).removeprefix("Harbour Support: ")


def _buttons(said: Received) -> dict[str, str]:
    """Code by label, as they were sent."""
    rows = json.loads(said.values.get("reply_markup", "{}")).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}
