"""DELETE by chat, against the clock: within a minute nothing of it is in any file.

Two people, one on each channel. Before, the sealed words and their keys stand in the database's
files. After, neither does, and no canary is in the data, the output, the temporary folder, a backup
or /metrics. In free space of PostgreSQL's pages sealed words may stay: without a key.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import aiohttp
import pytest

from tests import canaries
from tests.databases import KINDS, Kind, create, own_server
from tests.e2e import forked
from tests.e2e.caseworker import Caseworker
from tests.e2e.house import House
from tests.e2e.people import Chatter, Person, Texter
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.test_canaries import opened

NAME, WORDS, NUMBER, CHAT = "Quillfeather", "the blue house by the weir", "+447700900123", 700900456
TOLD = ["hello", "ok", "ok", "ok", WORDS, "yes", f"i am {NAME}"]
CANARIES = (NAME, WORDS, NUMBER, NUMBER[1:], "+44 7700 900123", str(CHAT))
WITHIN = 60.0  # seconds


async def tells(person: Person, *texts: str) -> None:
    for text in texts:
        await person.says(text)
        await person.hears()


def sealed(house: House) -> list[bytes]:
    """The keys that it would be read with; on SQLite, what would be read, too."""
    words = house.look("SELECT text FROM message WHERE direction = 'in' AND text IS NOT NULL")
    keys = house.look("SELECT wrapped_key FROM person WHERE wrapped_key IS NOT NULL")
    found = (*keys, *words) if house.is_sqlite else keys
    return [bytes(row[0]) for row in found]  # type: ignore[call-overload]


async def gone(blobs: list[bytes], folder: Path) -> float:
    """Seconds until none of these stands in any file there."""
    began = time.monotonic()
    while any(blob in part for part in canaries.files(folder) for blob in blobs):
        assert time.monotonic() - began < WITHIN, "it is still there"
        await asyncio.sleep(0.5)
    return time.monotonic() - began


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
async def test_within_a_minute_nothing_of_it_is_in_any_file(tmp_path: Path, kind: Kind) -> None:
    if kind == "sqlite":
        await lived_and_gone(tmp_path, "", tmp_path / "data")
        return
    with own_server(safe=True) as server:
        url = create(server.url)
        await lived_and_gone(tmp_path, url, server.folder / "data/base")
        # The server's own log (WAL) holds sealed bytes until it is recycled; no word in the clear.
        assert canaries.found(CANARIES, canaries.files(server.folder)) == set()


async def lived_and_gone(folder: Path, url: str, files: Path) -> None:
    async with Twilio() as twilio, Telegram() as telegram:
        house = House(folder, twilio, telegram, url=url)
        async with house:
            texter = Texter(house, twilio, NUMBER)
            telegram.person(CHAT, name=NAME)
            chatter = Chatter(house, telegram, CHAT)
            for person in (texter, chatter):
                await tells(person, *TOLD)
                await tells(person, "pause")
            async with Caseworker(house) as worker:
                await worker.sign_in(house.link())
                await worker.open("/desk/")
            blobs = sealed(house)
            assert len(blobs) >= 2
            for person in (texter, chatter):
                await tells(person, "delete", "yes")
            took = await gone(blobs, files)
            print(f"\n{house.url[:6]}: gone from the files after {took:.0f} s")
            async with aiohttp.request("GET", f"{house.local}/metrics") as answer:
                told = await answer.read()
            made = forked.run(["bot", "backup", str(folder / "after.db")], house._environment())
            assert made.returncode == 0, made.stderr
        parts = [*canaries.files(folder), told, house.output().encode(), made.stdout.encode()]
        assert canaries.found(CANARIES, parts) == set()
        assert canaries.found((NAME, WORDS), opened(folder / "after.db", house.keys)) == set()
