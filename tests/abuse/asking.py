"""Asking as strangers do: bytes on a socket, with no library that would put them right."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot import deadlines, metrics

WAIT = 20.0


@dataclass(frozen=True)
class Answer:
    """`seconds` from the first byte asked to the end of the head. `lines` of the head, raw."""

    status: int
    seconds: float
    lines: Sequence[str]
    body: bytes

    def headers(self, name: str) -> list[str]:
        pairs = (line.partition(":") for line in self.lines[1:])
        return [value.strip() for given, _, value in pairs if given.lower() == name.lower()]


def request(path: str, body: bytes = b"", method: str = "POST", **headers: str) -> bytes:
    """A whole request; `headers` with _ for -. A body says its length unless it comes in chunks."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return raw(path, body, named, method)


def raw(path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> bytes:
    told = {"Host": "127.0.0.1", **headers}
    if told.get("Transfer-Encoding") == "chunked":
        body = chunked(body)
    elif method == "POST" and "Content-Length" not in told:
        told["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("utf-8", "replace") + body


def chunked(body: bytes, size: int = 8192) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


async def ask(port: int, said: bytes) -> Answer:
    """What is answered; the answer may come before all has been said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    saying = asyncio.create_task(_say(writer, said))
    try:
        async with asyncio.timeout(WAIT):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            seconds = time.monotonic() - began
            body = await _body(reader, head)
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        writer.transport.abort()
    lines = head.rstrip("\r\n").split("\r\n")
    return Answer(int(lines[0].split()[1]), seconds, lines, body)


async def _say(writer: asyncio.StreamWriter, said: bytes) -> None:
    writer.write(said)
    await writer.drain()


async def _body(reader: asyncio.StreamReader, head: str) -> bytes:
    lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    try:
        return await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b""
    except asyncio.IncompleteReadError as error:
        return error.partial


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[int]:
    """Serve it in this process as the product serves itself; gives the port."""
    sock = socket.create_server(("127.0.0.1", 0))
    runner = web.AppRunner(app, access_log=None, **deadlines.OPTIONS)
    await runner.setup()
    door = await deadlines.serve(runner, sock, metrics.cut)
    try:
        yield sock.getsockname()[1]
    finally:
        door.close()
        await runner.cleanup()
