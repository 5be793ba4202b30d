"""What the web channels share: read a body within a limit (bad input gets 400, 408 or 413), and
tell who asks: a program on this machine?"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import zlib
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from multidict import MultiDict

READ_SECONDS = 8.0  # so that the answer is there before the connection is cut
MOST_FIELDS = 500
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def from_this_machine(request: web.Request) -> bool:
    """Whether a program on this machine asks, with this machine's own name."""
    # A tunnel or proxy on this machine also connects from loopback: it says so in a header.
    if any(name in request.headers for name in FORWARDED):
        return False
    peer = request.transport.get_extra_info("peername") if request.transport else None
    try:
        address = ipaddress.ip_address(peer[0] if isinstance(peer, tuple) else "")
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback and host in ("localhost", "127.0.0.1", "::1")


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
            return _unpacked(request, await _read(request, limit), limit)
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


def _unpacked(request: web.Request, body: bytes, limit: int) -> bytes:
    """Where we serve, aiohttp unpacks nothing (`bot.deadlines.OPTIONS`): it would go on with a
    bomb after the refusal, a tenth of a second for each 50 kB."""
    if not body or "Content-Encoding" not in request.headers:
        return body
    if request.content.total_compressed_bytes is not None:
        return body  # it did, in a test
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or deflate, as it says itself
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise web.HTTPBadRequest from None
    if len(plain) > limit:
        raise web.HTTPRequestEntityTooLarge(limit)
    if not unpacker.eof:
        raise web.HTTPBadRequest
    return plain


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
