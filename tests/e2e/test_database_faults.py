"""The database is locked, full, or away for a while: nobody is left without an answer, nothing is
lost, and the product comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import make_url

from tests.databases import Server, create, own_server
from tests.e2e.house import House
from tests.e2e.records import until
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_hooks import Answer

SOON, BACK = 20.0, 5.0  # seconds
PEOPLE = 40
SMALL, ROOM = 1500, 150_000  # kB, bytes
TROUBLE = "trouble on our side"


def number(n: int) -> str:
    return f"+447700900{n:03}"


@contextlib.contextmanager
def locked(house: House) -> Iterator[None]:
    """Another connection holds the database, as a backup tool might."""
    other = sqlite3.connect(house.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def timed_text(twilio: Twilio, n: int, text: str) -> tuple[float, Answer]:
    began = time.monotonic()
    answer = await twilio.text_in(number(n), text)
    return time.monotonic() - began, answer


async def ready(house: House) -> int:
    async with aiohttp.request("GET", f"{house.local}/readyz") as answer:
        return answer.status


def everyone_answered_once(twilio: Twilio, people: range) -> bool:
    return all(len(twilio.arrived(number(n))) == 1 for n in people)


# --- Locked --------------------------------------------------------------------------------------


async def test_locked_for_three_seconds(tmp_path: Path) -> None:
    """All are served, the slowest in under four seconds."""
    async with Twilio() as twilio, House(tmp_path, twilio) as house:
        with locked(house):
            texts = [asyncio.create_task(timed_text(twilio, n, "hello")) for n in range(PEOPLE)]
            await asyncio.sleep(3.0)  # so long it is locked, whatever happens
        done = await asyncio.gather(*texts)
        assert {answer.status for _, answer in done} == {200}
        assert not any(TROUBLE in answer.text for _, answer in done)
        await until(lambda: everyone_answered_once(twilio, range(PEOPLE)), SOON, house.output)
        seconds = sorted(s for s, _ in done)
        assert seconds[math.ceil(0.99 * len(seconds)) - 1] < 4.0
        assert seconds[0] > 1.0  # it was locked indeed
    print(f"slowest of {PEOPLE}: {seconds[-1]:.2f} s")


@pytest.mark.parametrize(
    "seconds", [8.0, pytest.param(30.0, marks=pytest.mark.soak)], ids=["shorter", "30s"]
)
async def test_locked_for_long(tmp_path: Path, seconds: float) -> None:
    """A text is answered with a fixed sentence, Telegram is asked to come again, both within five
    seconds; all of it is taken afterwards, once."""
    telegram = Telegram(repeat=0.2, longest=1.0)
    async with Twilio() as twilio, telegram, House(tmp_path, twilio, telegram) as house:
        await telegram.until(lambda: telegram.hook.get("url"))
        with locked(house):
            ends = time.monotonic() + seconds
            began = time.monotonic()
            await telegram.person(7_000_001).text("hello")
            texts = await asyncio.gather(*(timed_text(twilio, n, "hello") for n in range(8)))
            assert all(TROUBLE in answer.text for _, answer in texts)
            assert max(taken for taken, _ in texts) < 5.0
            await telegram.until(lambda: telegram.deliveries)
            assert telegram.deliveries[0].status == 503
            assert 0 < int(telegram.deliveries[0].headers["Retry-After"]) <= 5
            assert time.monotonic() - began < 6.0
            await asyncio.sleep(ends - time.monotonic())  # so long it is locked
        await telegram.settled(SOON)
        said = await telegram.person(7_000_001).next(SOON)
        assert "I am a computer" in said.text
        # Read back from Twilio's log: the trouble, and then the greeting.
        taken = "FROM message WHERE direction = 'in'"
        await until(lambda: house.count(taken) == 9, 2 * SOON, house.output)
        await house.quiet()
        heard = [[m.body for m in twilio.arrived(number(n))] for n in range(8)]
        assert all(TROUBLE in h[0] and "I am a computer" in h[1] and len(h) == 2 for h in heard)
        assert len(telegram.person(7_000_001).messages) == 1


# --- Full ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of its own, and small. Fails where nothing may be mounted: it must not pass unseen."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}k,mode=700", "none", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_the_disk_is_full(tmp_path: Path) -> None:
    """No crash: who writes is told of the trouble, /readyz says so, and once there is room again it
    goes on by itself with everything that it had."""
    with small_disk(tmp_path / "disk") as disk:
        house_folder = tmp_path / "house"
        house_folder.mkdir()
        async with Twilio() as twilio:
            house = House(house_folder, twilio, url=f"sqlite:///{disk}/ownpace.db")
            async with house:
                assert (await twilio.text_in(number(999), "hello")).status == 200
                filler = await _fill(house, twilio, disk)
                taken = house.count("FROM seen")
                assert taken > 0
                await until(lambda: _is(house, 503), SOON, house.output)
                answer = await twilio.text_in(number(998), "hello")
                assert TROUBLE in answer.text
                assert house.runs

                filler.unlink()
                await until(lambda: _is(house, 200), SOON, house.output)
                assert (await twilio.text_in(number(997), "hello")).status == 200
                assert "I am a computer" in await twilio.phone(number(997)).next(SOON)
                assert house.count("FROM seen") > taken
                house.sound()


async def _is(house: House, status: int) -> bool:
    return await ready(house) == status


async def _fill(house: House, twilio: Twilio, disk: Path) -> Path:
    """Something else takes all the room but a little, and people write until that is gone."""
    filler = disk / "somebody-elses-file"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"0" * 1024)
    os.truncate(filler, filler.stat().st_size - ROOM)
    for n in range(900):
        answer = await twilio.text_in(number(n), "hello")
        assert answer.status == 200, answer
        if TROUBLE in answer.text:
            return filler
    raise AssertionError("the disk did not get full")


# --- PostgreSQL is away --------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def on_postgres(folder: Path) -> AsyncIterator[tuple[Server, House, Twilio, Telegram]]:
    telegram = Telegram(repeat=0.2, longest=1.0)
    with own_server(safe=True) as server:
        url = create(server.url)
        async with Twilio() as twilio, telegram, House(folder, twilio, telegram, url=url) as house:
            await telegram.until(lambda: telegram.hook.get("url"))
            yield server, house, twilio, telegram


@contextlib.asynccontextmanager
async def knocking(server: Server) -> AsyncIterator[list[float]]:
    """Somebody at the server's own socket who only notes when it is knocked at, and hangs up."""
    knocks: list[float] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocks.append(time.monotonic())
        writer.close()

    socket = Path(str(make_url(server.url).query["host"])) / ".s.PGSQL.5432"
    socket.unlink(missing_ok=True)
    door = await asyncio.start_unix_server(note, socket)
    try:
        yield knocks
    finally:
        door.close()
        socket.unlink(missing_ok=True)


@pytest.mark.parametrize(
    "seconds", [4.0, pytest.param(60.0, marks=pytest.mark.soak)], ids=["shorter", "60s"]
)
@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_server_is_stopped(tmp_path: Path, how: str, seconds: float) -> None:
    """What was taken stays; what comes meanwhile waits at the provider; within five seconds of its
    return all goes on. Until then it is asked about once a second, and not more."""
    async with on_postgres(tmp_path) as (server, house, twilio, telegram):
        await _greet(twilio, telegram, 1)
        if how == "killed":
            os.kill(server.pid, signal.SIGKILL)
        else:
            await asyncio.to_thread(server.stop)
        async with knocking(server) as knocks:
            began = time.monotonic()
            await telegram.person(7_000_002).text("hello")
            assert TROUBLE in (await twilio.text_in(number(2), "hello")).text
            assert time.monotonic() - began < 5.0
            assert await ready(house) == 503
            await asyncio.sleep(seconds)  # so long it is away
            away = time.monotonic() - began
        await asyncio.to_thread(server.start)
        back = time.monotonic()
        await until(lambda: _is(house, 200), BACK, house.output)
        later = time.monotonic() - back
        print(f"away {away:.0f} s, {len(knocks)} tries, ready again {later:.1f} s later")
        # The driver's library knocks twice for each try: with TLS, and without.
        assert 1 <= len(knocks) <= 2 * (away + 2)
        await telegram.settled(SOON)
        assert "I am a computer" in (await telegram.person(7_000_002).next(SOON)).text
        taken = "FROM message WHERE direction = 'in'"
        await until(lambda: house.count(taken) == 4, 2 * SOON, house.output)
        await house.quiet()


async def _greet(twilio: Twilio, telegram: Telegram, n: int) -> None:
    phone, chatter = twilio.phone(number(n)), telegram.person(7_000_000 + n)
    await phone.text("hello")
    await chatter.text("hello")
    assert "I am a computer" in await phone.next()
    assert "I am a computer" in (await chatter.next()).text
