"""What the web channels share: read a body within a limit; bad input gets 400, 408 or 413."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

READ_SECONDS = 10.0
MOST_FIELDS = 500


async def read_body(request: web.Request, limit: int, seconds: float = READ_SECONDS) -> bytes:
    """The whole body, at most `limit` bytes once unpacked.

    Raises HTTPRequestEntityTooLarge (413) above the limit, HTTPBadRequest (400) where the body
    can't be unpacked or breaks off, and HTTPRequestTimeout (408) where it takes over `seconds`.
    """
    # A claimed length over the limit is refused before a byte is read.
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(limit)
    try:
        # aiohttp itself waits for ever for the second half of a request.
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest from None


async def _read(request: web.Request, limit: int) -> bytes:
    body = bytearray()
    # Counted after unpacking, so a few kB of gzip can't fill the memory.
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > limit:
            raise web.HTTPRequestEntityTooLarge(limit)
    return bytes(body)


def parse_form(body: bytes) -> MultiDict[str]:
    """The fields of a form as sent: in order, blank ones and outer spaces kept.

    Raises HTTPBadRequest where it is not UTF-8 or has over `MOST_FIELDS` fields.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise web.HTTPBadRequest from None
    return MultiDict(pairs)


def parse_json(body: bytes) -> object:
    """What a JSON body says. Raises HTTPBadRequest where it can't be read, however odd it is."""
    try:
        data: object = json.loads(body)
        # Half a surrogate pair reads well and then breaks whoever stores the words.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        # RecursionError: very deep nesting; it is not a ValueError in Python 3.11.
        raise web.HTTPBadRequest from None
    return data
