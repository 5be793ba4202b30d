"""Each web hook ten times, eight of them at once: one step, one set of replies.

Every word of the longest transcripts comes in tenfold, and every piece of
delivery news too; what is heard must be the same, word for word, as if each had come once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from multidict import MultiDict

from tests.e2e.house import House
from tests.e2e.kept import kept
from tests.e2e.on_duty import on_duty
from tests.e2e.people import Chatter, Texter, hold, transcript
from tests.emulators.telegram import Json, Telegram
from tests.emulators.telegram_methods import Delivery
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_hooks import Answer, Hooks

AT_ONCE, AFTERWARDS = 8, 2
TURNS = 25
TENTIMES = TURNS * (AT_ONCE + AFTERWARDS)
T = TypeVar("T")


async def tenfold(post: Callable[[], Awaitable[T]]) -> list[T]:
    """What each of ten copies is answered, eight of which go at once."""
    answers = await asyncio.gather(*(post() for _ in range(AT_ONCE)))
    return [*answers, *[await post() for _ in range(AFTERWARDS)]]


class TenfoldHooks(Hooks):
    """Twilio's web hooks, each posted ten times over."""

    def __init__(self, like: Hooks) -> None:
        super().__init__(like.account, like.token, like.sender)
        self.public, self.product = like.public, like.product
        self.statuses: list[int] = []

    async def post(self, url: str, form: MultiDict[str], signature: str | None = None) -> Answer:
        once = super().post
        answers = await tenfold(lambda: once(url, form, signature))
        self.statuses += [answer.status for answer in answers]
        return answers[0]


class TenfoldTelegram(Telegram):
    """Telegram, with each update posted ten times over."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    async def post(self, body: bytes | Json, secret: str | None = None) -> Delivery:
        once = super().post
        answers = await tenfold(lambda: once(body, secret))
        self.statuses += [answer.status for answer in answers]
        return answers[0]


def a_house(folder: Path, twilio: Twilio | None = None, telegram: Telegram | None = None) -> House:
    """One in which somebody is on duty, so that times are promised."""
    house = House(folder, twilio, telegram)
    on_duty(house)
    return house


async def test_by_sms(tmp_path: Path) -> None:
    async with Twilio() as twilio, a_house(tmp_path, twilio) as house:
        once, twilio.hooks = twilio.hooks, TenfoldHooks(twilio.hooks)
        await once.close()
        scripts = {
            "+447700900201": transcript("goes_to_the_end"),
            "+447700900202": transcript("says_no", until="~ 2 days later"),
        }
        for number, script in scripts.items():
            await hold(Texter(house, twilio, number), script)
        assert set(twilio.hooks.statuses) == {200, 204}
        assert len(twilio.hooks.statuses) >= 3 * TENTIMES  # the words, and two pieces of news each
        await house.stop()
        arrived = {n: [message.body for message in twilio.arrived(n)] for n in scripts}
        _each_once(house, f"sms:{twilio.sender}", scripts, arrived)


async def test_by_telegram(tmp_path: Path) -> None:
    telegram = TenfoldTelegram()
    async with telegram, a_house(tmp_path, telegram=telegram) as house:
        await telegram.until(lambda: telegram.hook.get("url"))
        scripts = {"7000201": transcript("buttons")}
        await hold(Chatter(house, telegram, 7_000_201), scripts["7000201"])
        assert set(telegram.statuses) == {200}
        assert len(telegram.statuses) >= TENTIMES
        await house.stop()
        arrived = {"7000201": [message.text for message in telegram.person(7_000_201).messages]}
        _each_once(house, "telegram:7700900", scripts, arrived)


def _each_once(
    house: House, account: str, scripts: dict[str, list[str]], arrived: dict[str, list[str]]
) -> None:
    """As many steps as things said, and nothing sent that was not in the script."""
    turns = sum(line.startswith("> ") for script in scripts.values() for line in script)
    assert turns >= TURNS
    assert house.count("FROM seen") == turns
    assert house.count("FROM message WHERE direction = 'in'") == turns
    assert house.count("FROM outgoing WHERE attempts != 1") == 0
    with house.store() as store:
        for address, script in scripts.items():
            person = kept(store, account, address)
            assert person.told == arrived[address]
            assert len(person.told) + len(person.wrote) == len(script)
