"""Conversations from the first text to the desk, by SMS, by Telegram's webhook and by polling.

The product runs as a process, with the real client libraries pointed at servers on loopback that
speak Twilio's REST and the Bot API.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from tests.e2e.caseworker import Caseworker, Page
from tests.e2e.house import House, until
from tests.e2e.on_duty import on_duty
from tests.e2e.people import Chatter, Texter, hold, talk, transcript
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_log import undelivered
from tests.worlds import world

pytestmark = pytest.mark.asyncio(loop_scope="module")
Way = Literal["sms", "polling", "webhook"]
PUBLIC = "https://intake.example.org"
DAYS = timedelta(days=3)


@dataclass(frozen=True)
class Town:
    """A house, the providers, and a caseworker who is signed in."""

    house: House
    twilio: Twilio
    telegram: Telegram
    desk: Caseworker

    def person(self, way: Way, number: int) -> Texter | Chatter:
        if way == "sms":
            return Texter(self.house, self.twilio, f"+447700900{number}")
        return Chatter(self.house, self.telegram, 7_000_000 + number)


async def _town(stack: AsyncExitStack, folder: Path, way: Way) -> Town:
    """By polling it stands behind a proxy for https; by webhook Telegram calls it directly."""
    twilio = await stack.enter_async_context(Twilio())
    telegram = await stack.enter_async_context(Telegram())
    public = "" if way == "webhook" else PUBLIC
    polling = way != "webhook"
    house = House(folder, twilio, telegram, polling=polling, public=public)
    on_duty(house)
    await stack.enter_async_context(house)
    if not polling:
        await telegram.until(lambda: telegram.hook.get("url"))
    desk = await stack.enter_async_context(Caseworker(house))
    await desk.sign_in(house.link())
    return Town(house, twilio, telegram, desk)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield await _town(stack, tmp_path_factory.mktemp("proxy"), "polling")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def called_directly(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        yield await _town(stack, tmp_path_factory.mktemp("direct"), "webhook")


@pytest.fixture(params=["sms", "polling", "webhook"])
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture
def town(way: Way, behind_a_proxy: Town, called_directly: Town) -> Town:
    return called_directly if way == "webhook" else behind_a_proxy


# --- To the end ----------------------------------------------------------------------------------


async def test_to_the_end(town: Town, way: Way) -> None:
    """Everything is answered, looked over and given to the team: word for word as transcribed."""
    script, name, words = {
        "sms": ("goes_to_the_end", "Jo", "Please don't ring my work"),
        "polling": ("buttons", "Sam", "peace and quiet"),
        "webhook": ("buttons", "Sam", "peace and quiet"),
    }[way]
    await hold(town.person(way, 101), transcript(script))

    intake = await town.desk.intake(words)
    assert f"{name} went to the end" in intake.text
    assert "The explanation was delivered" in intake.text or way != "sms"
    assert "Pass on a part if they stop: yes" in intake.text

    held = await town.desk.press(intake, f"{_path(intake)}/pick-up")
    assert "With First worker since" in held.text


def _path(intake: Page) -> str:
    reference = next(
        word for word in intake.text.split() if word.count("-") == 1 and word[3] == "-"
    )
    return f"/desk/intake/{reference}"


# --- Half way ------------------------------------------------------------------------------------

HALF = {
    "sms": transcript("spec/a_phone_that_her_partner_reads", until="~ 1 day later"),
    "polling": transcript("buttons", until="> [Go on]"),
    "webhook": transcript("buttons", until="> [Go on]"),
}
HALF_WORDS = {"sms": "my sister. and the dog honestly", "polling": "my dog", "webhook": "my dog"}


@pytest.mark.parametrize("ways", [("sms", "polling"), ("webhook",)], ids="+".join)
async def test_half_way_and_days_of_quiet(ways: tuple[Way, ...], tmp_path: Path) -> None:
    """PAUSE, and nothing more for three days: what was said so far stands at the desk."""
    async with AsyncExitStack() as stack:
        town = await _town(stack, tmp_path, ways[0])
        for way in ways:
            await hold(town.person(way, 102), HALF[way])
        assert "Nobody is waiting at the moment" in (await town.desk.open()).text

        await town.house.stop()
        link = town.house.new_link(DAYS)
        await town.house.start(DAYS)
        await town.desk.sign_in(link)
        handed = lambda: town.house.count("FROM handover") == len(ways)  # noqa: E731
        await until(handed, 15, town.house.output)
        for way in ways:
            intake = await town.desk.intake(HALF_WORDS[way])
            assert "shared part of it" in intake.text
            assert "Not talked about yet:" in intake.text


# --- STOP ----------------------------------------------------------------------------------------

STOPPED = "They asked us to stop writing. Nothing can be sent here."
BEGUN = (
    ("hi", "I am a computer"),
    ("ok", "your words go to our team"),
    ("ok", "Shall we begin?"),
)
SHARED = (
    ("ok", "on a hard day"),
    ("the radio at night", "may our team read what you have said"),
    ("yes", "good at, or proud of"),
)


async def test_the_carriers_stop(behind_a_proxy: Town) -> None:
    """STOP by text: the carrier answers it, we are silent until its START."""
    town, number = behind_a_proxy, "+447700900103"
    person = Texter(town.house, town.twilio, number)
    await hold(person, transcript("carriers_stop", until="~ 20 days later"))
    assert number in town.twilio.blocked  # whatever is sent now gets 21610
    await town.house.quiet()
    assert _asked_to_send(town, number) == 6

    intake = await town.desk.intake("music")
    assert "shared part of it" in intake.text
    assert STOPPED in intake.text
    # Written after they stopped: not part of what they chose to share.
    assert "are you there" not in intake.quotes

    await hold(person, transcript("carriers_stop", since="~ 20 days later"))
    assert STOPPED not in (await town.desk.intake("music")).text


def _asked_to_send(town: Town, number: str) -> int:
    posts = (form for method, form in town.twilio.rest.requests if method == "POST")
    return sum(form.get("To") == number for form in posts)


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_blocked_on_telegram(town: Town, way: Way) -> None:
    """Blocking the bot is a STOP too."""
    person = Chatter(town.house, town.telegram, 7_000_104)
    await talk(person, (*BEGUN, *SHARED))
    await person.blocks()
    intake = await town.desk.intake("the radio at night")
    assert "shared part of it" in intake.text
    assert STOPPED in intake.text


# --- NO ------------------------------------------------------------------------------------------

EARLY = "they cut off my gas and i dont know what to do"


async def test_no(town: Town, way: Way) -> None:
    """NO to the explanation: a kind end, and what came before it is gone."""
    kept = "FROM message WHERE kind = 'aside' AND text IS NOT NULL"
    person = town.person(way, 105)
    await talk(person, [(EARLY, "I am a computer")])
    assert town.house.count(kept) == 1
    await talk(person, [("no", "I will not ask anything, and what you wrote just now is deleted.")])
    assert town.house.count(kept) == 0
    assert "took my keys" not in (await town.desk.open()).html


# --- An explanation that does not arrive ---------------------------------------------------------


async def test_the_explanation_does_not_arrive(behind_a_proxy: Town) -> None:
    """The carrier can't deliver it (30003): no OK counts, nothing is asked, the desk sees it."""
    town, number = behind_a_proxy, "+447700900106"
    person = town.twilio.phone(number)
    await talk(Texter(town.house, town.twilio, number), BEGUN[:1])
    town.twilio.deliveries[number] = undelivered(30003)
    for _ in range(4):
        assert (await person.text("ok")).status == 200
        await town.house.quiet()
        await town.twilio.settled()

    said = [message.body for message in town.twilio.sent if message.to == number]
    assert len(said) >= 5
    assert any("your words go to our team" in body for body in said)
    asks = [question.ask for question in world().flow.questions]
    assert not any(ask in body for ask in asks for body in said)
    assert town.house.count("FROM conversation WHERE standing = 'explaining'") == 1
    waiting = await town.desk.open()
    assert "Could not be reached" in waiting.text
    assert "What we told them about their words did not arrive" in waiting.text
