"""Short texts in a row by SMS and Telegram: one answer, one reply, also over a kill -9."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from store.session import Store
from tests.e2e.house import House
from tests.e2e.kept import kept
from tests.e2e.people import Chatter, Person, Texter, talk
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio

WINDOW = 1.0  # seconds; what is posted at once is well within it
FIRST = [
    ("hello", "I am a computer"),
    ("ok", "go to our team"),
    ("ok", "Shall we begin"),
    ("ok", "hard day"),
]
PARTS = ["my sister", "and the dog", "honestly"]
NEXT = "One choice"
NUMBER, CHAT = "+447700900301", 7_000_301
MINE = "FROM message WHERE direction = 'out' AND sent_at IS NOT NULL"


async def test_three_texts_get_one_reply(tmp_path: Path) -> None:
    async with (
        Twilio() as twilio,
        Telegram() as telegram,
        House(tmp_path, twilio, telegram, merge=WINDOW) as house,
    ):
        await telegram.until(lambda: telegram.hook.get("url"))
        people: list[Person] = [Texter(house, twilio, NUMBER), Chatter(house, telegram, CHAT)]
        await asyncio.gather(*map(_burst, people))
        await house.stop()
        with house.store() as store:
            for account, address in _addresses(twilio):
                assert _answer(store, account, address) == PARTS
        assert house.count(MINE) == 2 * (len(FIRST) + 1)


async def _burst(person: Person) -> None:
    await talk(person, FIRST)
    for part in PARTS:
        await person.says(part)
    heard = await person.hears()
    assert "Thank you for telling me" in heard
    assert NEXT in heard


async def test_eight_at_once_are_one_answer(tmp_path: Path) -> None:
    """In whatever order they come in: each is there, and there is one reply."""
    async with Twilio() as twilio, House(tmp_path, twilio, merge=WINDOW) as house:
        person = Texter(house, twilio, NUMBER)
        await talk(person, FIRST)
        parts = [f"part {number}" for number in range(8)]
        await asyncio.gather(*(person.says(part) for part in parts))
        assert NEXT in await person.hears()
        await house.stop()
        with house.store() as store:
            assert sorted(_answer(store, *_addresses(twilio)[0])) == parts
        assert house.count(MINE) == len(FIRST) + 1


async def test_killed_inside_the_window(tmp_path: Path) -> None:
    """Nothing waits in memory: the answer stands, and the reply goes out once it runs again."""
    async with Twilio() as twilio:
        house = House(tmp_path, twilio, merge=WINDOW)
        async with house:
            person = Texter(house, twilio, NUMBER)
            await talk(person, FIRST)
            await person.says(PARTS[0])
            await person.says(PARTS[1])
            await house.kill()
            assert len(twilio.sent) == len(FIRST)
            await house.start()
            assert NEXT in await person.hears()
            await house.stop()
            with house.store() as store:
                assert _answer(store, *_addresses(twilio)[0]) == PARTS[:2]
            house.sound()
        assert len(twilio.sent) == len(FIRST) + 1


def _addresses(twilio: Twilio) -> Sequence[tuple[str, str]]:
    return (f"sms:{twilio.sender}", NUMBER), ("telegram:7700900", str(CHAT))


def _answer(store: Store, account: str, address: str) -> list[str]:
    """The words of the answer, a message a line, as they are to be shown."""
    return kept(store, account, address).words["keeps_going"].split("\n")
