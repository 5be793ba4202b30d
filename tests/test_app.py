"""The built product over HTTP: is it well, and what do strangers get?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, insert, select, text

from bot import front
from bot.conversation.channel import Away
from bot.house import House
from store import tables as t
from tests.running import ENVIRONMENT, SECRET, Client, house, signed

OURS = {"Sec-Fetch-Site": "same-origin"}
TELEGRAM = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
FORM = "application/x-www-form-urlencoded"
BODIES = [
    (b"", ""),
    (b"\xff\xfe\x00", FORM),
    (b"a=%ff%fe&=&=&%", FORM),
    (b"a=b", f"{FORM}; charset=utf-99"),
    (b"&".join(b"a=b" for _ in range(3000)), FORM),
    (b"--x\r\nContent-Disposition: nonsense\r\n\r\n", "multipart/form-data; boundary=x"),
    (b"{", "application/json"),
    (b"[" * 60_000, "application/json"),
    (b'{"update_id": ' + b"9" * 6000 + b"}", "application/json"),
    (b'{"text": "\\ud800", "kind": "\\u0000", "on": 1}', "application/json"),
    (b"\xc3\x28", "application/json; charset=utf-8"),
    (b"x" * 300_000, "text/plain"),
]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[House, Client]]:
    async with house(tmp_path / "data") as parts:
        yield parts


async def test_it_is_well(running: tuple[House, Client]) -> None:
    _, client = running
    for path in ("/healthz", "/readyz"):
        answer = await client.get(path)
        assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_ready_means_that_the_database_answers(running: tuple[House, Client]) -> None:
    built, client = running
    built.store._reading.dispose()
    path = built.plan.settings.data / "ownpace.db"
    for name in ("ownpace.db-wal", "ownpace.db-shm", "ownpace.db"):
        path.with_name(name).unlink()
    path.mkdir()
    assert (await client.get("/readyz")).status == 503
    assert (await client.get("/healthz")).status == 200


async def test_ready_means_that_the_tables_are_ours(running: tuple[House, Client]) -> None:
    built, client = running
    older = text("UPDATE alembic_version SET version_num = '0000'")
    await built.store.write(lambda connection: connection.execute(older))
    assert (await client.get("/readyz")).status == 503


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302),
        ("/rehearse", 302),
        ("/none", 404),
        ("/channels", 404),
        ("/channels/sms", 405),
        ("/channels/telegram", 405),
        ("/%ff", 404),
        ("/desk/intake/none", 303),
        ("/desk/none", 404),
        ("/desk/static/../guard.py", 404),
        ("/rehearse/none", 404),
        ("/rehearse/events", 400),
        ("/rehearse/events?phone=none", 404),
    ],
)
async def test_what_a_stranger_finds(running: tuple[House, Client], path: str, status: int) -> None:
    answer = await running[1].get(path, allow_redirects=False)
    assert answer.status == status


@pytest.mark.parametrize("number", range(len(BODIES)))
async def test_no_body_makes_us_stumble(running: tuple[House, Client], number: int) -> None:
    """Every address of ours, asked in every way that it knows, with what it can't read."""
    built, client = running
    body, kind = BODIES[number]
    for method, path in sorted(addresses(built.web)):
        headers = OURS | TELEGRAM | ({"Content-Type": kind} if kind else {})
        answer = await client.request(
            method, path, data=body, headers=headers, allow_redirects=False
        )
        assert answer.status < 500, (method, path)
        assert "Traceback" not in await answer.text()


def addresses(app: web.Application) -> set[tuple[str, str]]:
    """Every method and path that is served, with something in the place of what varies."""
    found = set()
    for route in app.router.routes():
        resource = route.resource
        info = resource.get_info() if resource else {}
        path = str(info.get("path") or "").rstrip("/")
        pattern = info.get("formatter", "")
        path = path or pattern.format_map(defaultdict(lambda: "none", name="desk.css"))
        found |= {(route.method, path or "/")} - {("*", path)}
    return found


async def test_the_walk_finds_the_public_addresses(running: tuple[House, Client]) -> None:
    built, _ = running
    assert {
        ("POST", "/channels/sms"),
        ("POST", "/channels/sms/status"),
        ("POST", "/channels/telegram"),
        ("POST", "/desk/sign-in"),
        ("POST", "/rehearse/phones"),
        ("POST", "/rehearse/phones/none/words"),
    } <= addresses(built.web)


async def test_a_name_that_is_not_ours_opens_no_page(running: tuple[House, Client]) -> None:
    _, client = running
    for host, status in {
        "evil.example": 421,
        "127.0.0.1.evil.example": 421,
        "[::1": 421,
        "quay.example.org": 200,
        "localhost:8080": 200,
        "127.0.0.1": 200,
    }.items():
        answer = await client.get("/desk/sign-in", headers={"Host": host})
        assert (host, answer.status) == (host, status)
    assert (await client.get("/healthz", headers={"Host": "evil.example"})).status == 200


async def test_a_text_comes_in_and_an_answer_is_queued(running: tuple[House, Client]) -> None:
    built, client = running
    body, headers = signed(
        "/channels/sms",
        {
            "AccountSid": "AC" + "5" * 32,
            "MessageSid": "SM1",
            "From": "+447700900123",
            "Body": "hello",
        },
    )
    for _ in range(2):
        answer = await client.post("/channels/sms", data=body, headers=headers)
        assert (answer.status, await answer.text()) == (200, "<Response/>")
    queued = select(func.count()).select_from(t.outgoing)
    assert await built.store.read(lambda c: c.scalar(queued)) == 1


async def test_each_service_has_its_row_and_practice_is_marked(
    running: tuple[House, Client],
) -> None:
    built, _ = running
    rows = await built.store.read(lambda c: c.execute(select(t.service)).all())
    assert {(row.id, row.practice) for row in rows} == {("main", False), ("practice", True)}
    owners = await built.store.read(lambda c: c.execute(select(t.account)).all())
    assert {row.id: row.service for row in owners} == {
        "telegram:4711": "main",
        "sms:+447700900001": "main",
        "rehearsal-sms": "practice",
        "rehearsal-telegram": "practice",
    }


async def test_ids_that_an_older_version_left_readable_are_hidden_at_the_next_start(
    tmp_path: Path,
) -> None:
    account, sid = f"sms:{ENVIRONMENT['TWILIO_FROM']}", "SM" + "7" * 32
    async with house(tmp_path / "data") as (built, _):
        old = insert(t.seen).values(account=account, provider_id=sid, at=datetime.now(UTC))
        await built.store.write(lambda c: c.execute(old) and None)
    async with house(tmp_path / "data") as (built, _):
        known = await built.store.read(lambda c: c.scalars(select(t.seen.c.provider_id)).all())
        assert known == [built.store.keys.seen(account, sid)]


async def test_the_rehearsal_gives_no_way_in_beside_real_people(
    running: tuple[House, Client],
) -> None:
    _, client = running
    answer = await client.post("/rehearse/desk", json={}, headers=OURS)
    assert (await answer.json())["url"] == "https://quay.example.org/desk/"


async def test_time_put_forward_is_remembered(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as (built, client):
        real = built.clock.now()
        assert (await client.post("/rehearse/later", json={}, headers=OURS)).status == 200
        assert (built.clock.now("practice") - real).days == 3
        assert (built.clock.now("main") - real).days == 0
    async with house(tmp_path / "data") as (built, _):
        assert (built.clock.now("practice") - real).days == 3


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Away("the database"), 503),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), 400),
        (RecursionError(), 400),
        (KeyError("a mistake of ours"), 503),
        (web.HTTPForbidden(), 403),
    ],
)
async def test_what_breaks_in_a_handler_is_no_trace_to_a_stranger(
    error: Exception, status: int
) -> None:
    async def breaks(request: web.Request) -> web.Response:
        raise error

    app = web.Application(middlewares=[front.calm])
    app.router.add_get("/", breaks)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")
        assert answer.status == status
        assert "mistake" not in await answer.text()
        assert ("Retry-After" in answer.headers) == (status == 503)
