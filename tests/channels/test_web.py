"""Reading a body: limits, deadlines, and input that nobody can read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web import MOST_FIELDS, parse_form, parse_json, read_body

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


async def answer(request: web.Request) -> web.Response:
    return web.Response(body=await read_body(request, limit=10, seconds=0.1))


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_post("/", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"Content-Length: 2\r\n\r\nhi", 200),
        (b"Content-Length: 10\r\n\r\n0123456789", 200),
        (b"Content-Length: 0\r\n\r\n", 200),
        (b"Content-Length: 11\r\n\r\n", 413),
        (b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200),
        (b"Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n", 413),
        (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"Content-Length: 9\r\n\r\nhalf", 408),
    ],
)
async def test_what_a_body_gets(server: TestServer, sent: bytes, status: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HEAD + sent)
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    assert int(line.split()[1]) == status


@given(st.binary(max_size=60))
def test_any_bytes_are_a_form_or_a_bad_request(body: bytes) -> None:
    try:
        form = parse_form(body)
    except web.HTTPBadRequest:
        return
    assert all(isinstance(value, str) for value in form.values())


def test_a_form_keeps_what_is_signed() -> None:
    form = parse_form(b"Body=%20hi+%0A&FromCity=&Body=2&a%3Bb;c=d")
    assert list(form.items()) == [
        ("Body", " hi \n"),
        ("FromCity", ""),
        ("Body", "2"),
        ("a;b;c", "d"),
    ]
    assert len(parse_form(b"&".join([b"a=1"] * MOST_FIELDS))) == MOST_FIELDS


@pytest.mark.parametrize(
    "body", [b"%ff", b"a=\xc3\xa9", b"a=%ed%a0%80", b"&a=1" * (MOST_FIELDS + 1)]
)
def test_a_form_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(web.HTTPBadRequest):
        parse_form(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 6000, b'"\\ud800"', b'{"\\udfff": 1}', b"{'a': 1}"],
)
def test_json_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(web.HTTPBadRequest):
        parse_json(body)


def test_json_that_can() -> None:
    assert parse_json(b'{"a": ["\\ud83c\\udf3b", null]}') == {"a": ["🌻", None]}
