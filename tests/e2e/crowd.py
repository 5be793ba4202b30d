"""Many people at once, who answer what they are asked and never wait for one another.

Each says the same things in their own words, so that a word that is lost, taken twice or filed
with somebody else shows. What is refused for want of an answer is delivered again, under the same
id, until it is taken: that is what Telegram does, and what reading Twilio's log comes to.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from tests.e2e.house import until
from tests.emulators.telegram import Json, Telegram
from tests.emulators.telegram_methods import Delivery
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_hooks import Answer
from tests.emulators.twilio_log import Message, new_sid
from tests.worlds import world

GREETING = "hello"
LAST = "Is it safe for us to write to you here?"
AGAIN = "I am not sure that my last message reached you. Here it is again."
INVITES = ("Text OK", "Ready?", "Shall we begin?")
OWN_WORDS = ("keeps_going", "good_at")
ASKS = {question.ask: question.id for question in world().flow.questions}
WAIT = 90.0
Taken = Callable[[str], None]  # told of each id that was answered with 200


class BusyTwilio(Twilio):
    """Wakes only whom a message is for: two hundred who look at each would take all the time."""

    def __init__(self) -> None:
        super().__init__()
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.known_sent: set[str] = set()

    async def _take(self, message: Message) -> None:
        await super()._take(message)
        self._bells[message.to].set()

    async def call_back(self, message: Message, status: str, code: int = 0) -> Answer:
        answer = await super().call_back(message, status, code)
        # One that finds nobody there is lost, and they must find out by themselves.
        self.known_sent.add(message.sid)
        self._bells[message.to].set()
        return answer

    async def hear(self, number: str, read: int, within: float) -> str:
        """The message after those read; nobody answers before there was news of it."""
        async with asyncio.timeout(within):
            while True:
                new = self.arrived(number)[read:]
                if new and new[0].sid in self.known_sent:
                    return new[0].body
                self._bells[number].clear()
                await self._bells[number].wait()


class BusyTelegram(Telegram):
    """Tells of each update that was taken, and keeps it."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self._taken = taken
        self.bodies: dict[str, bytes | Json] = {}

    async def post(self, body: bytes | Json, secret: str | None = None) -> Delivery:
        delivery = await super().post(body, secret)
        if delivery.status == 200 and (id := f"u{delivery.update_id}") not in self.bodies:
            self.bodies[id] = body
            self._taken(id)
        return delivery


class Someone(Protocol):
    """One of the crowd. `said` is what they said, by the provider's id of it."""

    account: str
    address: str
    said: dict[str, str]
    heard: list[str]

    @property
    def arrived(self) -> list[str]:
        """All that ever came to their phone; `heard` is as far as they have read."""

    async def say(self, words: str) -> None: ...

    async def say_again(self, id: str) -> None: ...

    async def hear(self, within: float = WAIT) -> str: ...


class TexterInCrowd:
    def __init__(self, twilio: BusyTwilio, address: str, taken: Taken) -> None:
        self.address, self.said, self.heard = address, dict[str, str](), list[str]()
        self.account = f"sms:{twilio.sender}"
        self._twilio, self._taken = twilio, taken

    async def say(self, words: str) -> None:
        sid = new_sid()
        self.said[sid] = words
        await until(lambda: self._deliver(sid), WAIT, lambda: f"{sid} was not taken")
        self._taken(sid)

    async def say_again(self, id: str) -> None:
        assert await self._deliver(id)

    async def _deliver(self, sid: str) -> bool:
        answer = await self._twilio.text_in(self.address, self.said[sid], sid=sid)
        assert answer.status in (0, 200), answer
        return answer.status == 200

    @property
    def arrived(self) -> list[str]:
        return [message.body for message in self._twilio.arrived(self.address)]

    async def hear(self, within: float = WAIT) -> str:
        self.heard.append(await self._twilio.hear(self.address, len(self.heard), within))
        return self.heard[-1]

    def catch_up(self) -> None:
        """They have read all that came."""
        self.heard[:] = self.arrived


class ChatterInCrowd:
    def __init__(self, telegram: BusyTelegram, number: int) -> None:
        self.address, self.said, self.heard = str(number), dict[str, str](), list[str]()
        self.account = f"telegram:{telegram.token.partition(':')[0]}"
        self._telegram, self._person = telegram, telegram.person(number)

    async def say(self, words: str) -> None:
        self.said[f"u{await self._person.text(words)}"] = words

    async def say_again(self, id: str) -> None:
        assert (await self._telegram.post(self._telegram.bodies[id])).status == 200

    @property
    def arrived(self) -> list[str]:
        return [message.text for message in self._person.messages]

    async def hear(self, within: float = WAIT) -> str:
        self.heard.append((await self._person.next(within)).text)
        return self.heard[-1]

    def catch_up(self) -> None:
        """As of a texter."""
        self.heard[:] = self.arrived
        self._person.read_all()


async def converse(someone: Someone) -> None:
    """From the greeting until it is asked whether writing is safe."""
    await someone.say(GREETING)
    try:
        while LAST not in (heard := await someone.hear()):
            if words := reply(someone, heard):
                await someone.say(words)
    except TimeoutError:
        said, heard = list(someone.said.values()), (someone.heard or [""])[-1]
        raise AssertionError(
            f"{someone.address} said {said}, last heard {heard!r}, and then nothing"
        ) from None


def reply(someone: Someone, heard: str) -> str:
    """What this person says to that; nothing where more is to follow."""
    twice = someone.heard[-2:] == [heard, heard]
    if twice or _goes_on(someone, heard):
        return ""
    asked = next((id for ask, id in ASKS.items() if ask in heard), "")
    if asked in OWN_WORDS:
        return own_words(someone, asked)
    return "1" if "may our team read" in heard else "ok"


def _goes_on(someone: Someone, heard: str) -> bool:
    """Is more to follow? By SMS what is said again may come in two."""
    by_sms = someone.account.startswith("sms")
    invited = not by_sms or any(words in heard for words in INVITES)
    return heard == AGAIN or (AGAIN in heard and not invited)


def own_words(someone: Someone, question: str) -> str:
    return f"{question.replace('_', ' ')} in the words of {someone.address}"
