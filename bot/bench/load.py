"""Writes to a server over many connections at once, in a process of its own.

Reads `{"port": ..., "people": [[request, ...], ...]}` from its standard input: a connection a
person, who waits for each answer. Prints how many seconds it took and the statuses it was given.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

AT_MOST = 60.0  # seconds
HOST = "127.0.0.1"


async def run(port: int, people: list[list[str]]) -> dict[str, object]:
    """Raises TimeoutError after `AT_MOST`."""
    statuses: Counter[str] = Counter()
    async with asyncio.timeout(AT_MOST):
        lines = await asyncio.gather(*(asyncio.open_connection(HOST, port) for _ in people))
        began = time.perf_counter()
        await asyncio.gather(
            *(_ask(*line, asked, statuses) for line, asked in zip(lines, people, strict=True))
        )
        return {"seconds": time.perf_counter() - began, "statuses": statuses}


async def _ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    asked: list[str],
    statuses: Counter[str],
) -> None:
    for request in asked:
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        statuses[head.split(b" ", 2)[1].decode()] += 1
        await reader.readexactly(length(head))
    writer.close()


def length(head: bytes) -> int:
    """How many bytes follow the head of an answer."""
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(**json.load(sys.stdin)))))
