"""Names and places that strangers put in their requests: nobody is led away from here by them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from aiohttp.test_utils import TestServer

from bot.house import House
from tests.abuse.asking import Answer, ask, raw
from tests.running import PUBLIC, Client, house

OUR_PAGES = ("/desk/", "/desk/sign-in", "/desk/intake/x", "/rehearse/", "/desk", "/rehearse")
THEIRS = ("evil.example", "127.0.0.1.evil.example", "quay.example.org.evil.example", "[::1", "")
AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http://evil.example@quay.example.org",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "javascript:alert(1)",
    "%0d%0aLocation:%20https://evil.example",
    "/%0d%0aSet-Cookie:%20a=b",
    "/%E5%98%8D%E5%98%8ASet-Cookie:%20a=b",
]
# Where somebody might follow such a thing: the path itself, below our pages, or a parameter.
FORMS = ["{}", "/desk/{}", "/desk{}", "/rehearse{}", "/desk/sign-in?next={}", "/?url={}"]
ATTEMPTS = sorted({form.format(away) for away in AWAY for form in FORMS})


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[tuple[House, Client, int]]:
    async with house(tmp_path / "data") as (built, client):
        assert isinstance(client.server, TestServer)
        assert client.server.port
        yield built, client, client.server.port


def leads_away(asked: str, answer: Answer) -> list[str]:
    """Where an answer sends its reader, as far as it is not here."""
    places = [urljoin(f"{PUBLIC}{asked}", place) for place in answer.headers("Location")]
    return [place for place in places if urlsplit(place).hostname != "quay.example.org"]


async def test_nothing_leads_away(door: tuple[House, Client, int]) -> None:
    _, _, port = door
    assert len(ATTEMPTS) >= 40
    for attempt in ATTEMPTS:
        path = attempt if attempt.startswith("/") else f"/{attempt}"
        for said in {attempt, path}:
            answer = await ask(port, raw(said, b"", {}, method="GET"))
            assert answer.status < 500, said
            assert leads_away(path, answer) == [], said
            assert answer.headers("Set-Cookie") == [], said
            assert b"evil.example" not in answer.body or answer.status == 400, said


async def test_a_head_that_is_broken_up_is_refused(door: tuple[House, Client, int]) -> None:
    """What would be one request to a proxy and two to us, and heads with a line break in them."""
    _, _, port = door
    start = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    for said in (
        b"GET /desk\r\nLocation: https://evil.example HTTP/1.1\r\nHost: x\r\n\r\n",
        start + b"X-A: b\rLocation: https://evil.example\r\n\r\n",
        start + b"X-A: b\0\r\n\r\n",
        start + b" folded: line\r\n\r\n",
        start + b"X A: b\r\n\r\n",
        start + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        start + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        start + b"Content-Length: -1\r\n\r\n",
        start + b"X-A: " + b"b" * 70_000 + b"\r\n\r\n",
        start + b"X-A: b\r\n" * 2000 + b"\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
    ):
        answer = await ask(port, said)
        assert 400 <= answer.status < 500, said[:80]
        assert answer.headers("Location") == []
        assert b"Traceback" not in answer.body


async def test_our_pages_open_under_our_names_only(door: tuple[House, Client, int]) -> None:
    _, _, port = door
    for host in THEIRS:
        for path in OUR_PAGES:
            answer = await ask(port, raw(path, b"", {"Host": host}, method="GET"))
            assert answer.status in (400, 421), (host, path)
    for header in ("X-Forwarded-Host", "X-Original-Host", "X-Host", "Forwarded"):
        spoof = {"Host": "quay.example.org", header: "evil.example"}
        answer = await ask(port, raw("/desk/", b"", spoof, method="GET"))
        assert answer.status == 303
        assert leads_away("/desk/", answer) == []
        assert b"evil.example" not in answer.body


async def test_links_are_made_of_the_public_address_only(door: tuple[House, Client, int]) -> None:
    """Whatever name the asker gave: pages hold no address at all, and our link is ours."""
    built, client, _ = door
    spoof = {"Host": "127.0.0.1:9999", "X-Forwarded-Host": "evil.example"}
    page = await (await client.get("/desk/sign-in", headers=spoof)).text()
    assert re.findall(r"""(?:href|src|action)=["']?(?:https?:)?//""", page) == []
    mine = {"Host": f"localhost:{client.port}", "Sec-Fetch-Site": "same-origin"}
    answer = await client.post("/rehearse/desk", json={}, headers=mine)
    assert (await answer.json())["url"].startswith(f"{PUBLIC}/desk/")
    assert built.base_url == PUBLIC
