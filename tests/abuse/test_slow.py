"""Strangers who never end what they began: they are cut off, and nobody waits for them."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot import deadlines
from bot.channels.web import READ_SECONDS, read_body
from tests.e2e.house import House

HEAD = b"POST /words HTTP/1.1\r\nHost: x\r\n"
SHORT = 0.4  # seconds
# What is said at once, what is said again and again, and what is no half request at all.
HALVES = {
    "says nothing": (b"", b""),
    "half a line": (b"POS", b""),
    "half a head": (HEAD + b"X-A: b\r\n", b""),
    "a head that drips": (HEAD, b"X-A: b\r\n"),
    "half a body": (HEAD + b"Content-Length: 99\r\n\r\nBody=", b""),
    "a body that drips": (HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
    "chunks that drip": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a body nobody wants": (b"POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", b"x"),
}


class Street:
    """A small application behind the deadline, on a port of its own. `cut` counts."""

    def __init__(self) -> None:
        self.cut = 0
        sock = socket.create_server(("127.0.0.1", 0))
        self.sock, self.port = sock, sock.getsockname()[1]

    def count(self) -> None:
        self.cut += 1

    async def well(self, request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def words(self, request: web.Request) -> web.Response:
        return web.Response(body=await read_body(request, 64 * 1024))

    async def slow(self, request: web.Request) -> web.Response:
        """An answer that takes its time: nobody's fault out there."""
        await request.read()
        await asyncio.sleep(SHORT * 1.5)
        return web.Response(text="at last")


@asynccontextmanager
async def street(seconds: float = SHORT) -> AsyncIterator[Street]:
    built = Street()
    app = web.Application(middlewares=[deadlines.watch])
    app.router.add_get("/healthz", built.well)
    app.router.add_post("/words", built.words)
    app.router.add_post("/slow", built.slow)
    runner = web.AppRunner(app, access_log=None, **deadlines.OPTIONS)
    await runner.setup()
    door = await deadlines.serve(runner, built.sock, built.count, seconds)
    yield built
    door.close()
    await runner.cleanup()


async def linger(port: int, first: bytes, drip: bytes, pause: float) -> float:
    """Seconds until we were hung up on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(first)
    gone = asyncio.create_task(hung_up(reader))
    while not (await asyncio.wait([gone], timeout=pause))[0]:
        writer.write(drip)
    writer.close()
    return time.monotonic() - began


async def hung_up(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(4096):
            pass
    except ConnectionError:
        pass


async def well_meanwhile(url: str, until: asyncio.Event) -> float:
    """The longest that /healthz took, until then, each time on a connection of its own."""
    longest = 0.0
    while not until.is_set():
        began = time.monotonic()
        async with aiohttp.request("GET", f"{url}/healthz") as answer:
            assert answer.status == 200
        longest = max(longest, time.monotonic() - began)
    return longest


async def crowd(port: int, pause: float, many: int = 200) -> tuple[list[float], float]:
    """How long each of many half requests was let stand, and the slowest /healthz meanwhile."""
    done, kinds = asyncio.Event(), list(HALVES.values())
    well = asyncio.create_task(well_meanwhile(f"http://127.0.0.1:{port}", done))
    waits = await asyncio.gather(
        *(linger(port, *kinds[n % len(kinds)], pause) for n in range(many))
    )
    done.set()
    return waits, await well


@pytest.mark.parametrize("name", HALVES)
async def test_half_a_request_is_cut(name: str) -> None:
    async with street() as built, asyncio.timeout(5):
        assert await linger(built.port, *HALVES[name], pause=0.05) < SHORT + 0.4
        assert built.cut == 1


async def test_half_a_second_request_is_cut_too() -> None:
    async with street() as built, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", built.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readuntil(b"ok")
        writer.write(b"GET /heal")
        began = time.monotonic()
        await hung_up(reader)
        writer.close()
    assert (time.monotonic() - began < SHORT + 0.4, built.cut) == (True, 1)


async def test_two_hundred_of_them_keep_nobody_waiting() -> None:
    """The best of three: beside other tests all may stand still for a while, and that is not us."""
    slowest = []
    for _ in range(3):
        async with street() as built, asyncio.timeout(15):
            waits, longest = await crowd(built.port, pause=0.1)
        assert max(waits) < 10
        assert built.cut >= 200  # a healthy one too, where all stood still
        slowest.append(longest)
        if longest < 1.0:
            break
    assert min(slowest) < 1.0


async def test_whoever_has_said_all_is_not_cut() -> None:
    """An answer that takes long, a whole body in pieces, a rest between two requests."""
    async with street() as built, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", built.port)
        for path in (b"/slow", b"/words", b"/slow"):
            writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nhi")
            await asyncio.sleep(SHORT / 4)
            writer.write(b"ho")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            length = int(head.lower().split(b"content-length: ")[1].split()[0])
            await reader.readexactly(length)
            await asyncio.sleep(SHORT * 1.5)
        writer.close()
        assert built.cut == 0


def test_the_figures() -> None:
    assert READ_SECONDS < deadlines.WHOLE < 10 < deadlines.REST


@pytest.mark.soak
async def test_the_real_product_cuts_them_within_ten_seconds(tmp_path: Path) -> None:
    async with House(tmp_path) as house:
        waits, slowest = await crowd(house.port, pause=0.5)
    print(f"half requests cut after {max(waits):.2f} s; the slowest /healthz {slowest:.3f} s")
    assert max(waits) <= 10
    assert slowest < 1.0
