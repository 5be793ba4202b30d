"""The stream of an open page: "changed", and nothing else, for as long as the session lasts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from desk import streams
from desk.streams import STREAMS, Streams
from desk.views import events
from store import tables as t
from tests.desk.builder import OURS, PARTIAL, Desk

HARBOUR, ELSEWHERE = frozenset({"harbour"}), frozenset({"elsewhere"})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "LOOK", 0.05)
    monkeypatch.setattr(events, "APART", 0.0)


async def listen(desk: Desk) -> ClientResponse:
    answer = await desk.client.get("/desk/events")
    assert answer.status == 200
    assert answer.content_type == "text/event-stream"
    return answer


async def heard(answer: ClientResponse) -> str:
    """The next message, or nothing where the stream has ended."""
    async with asyncio.timeout(5):
        said = await answer.content.readuntil(b"\r\n\r\n")
    return said.decode().strip()


def open_ones(client: TestClient[web.Request, web.Application]) -> Streams:
    (mounted,) = (app for app in client.server.app._subapps)  # type: ignore[attr-defined]
    return mounted[STREAMS]  # type: ignore[no-any-return]


async def test_a_page_hears_that_something_changed_and_no_more(desk: Desk) -> None:
    await desk.sign_in()
    stream = await listen(desk)
    for _ in range(2):
        desk.intake({**PARTIAL, "name": "Jo"})
        desk.store.bell.ring(HARBOUR)
        assert await heard(stream) == "data: changed"
    stream.close()


async def test_it_hears_of_its_own_services_only(desk: Desk) -> None:
    await desk.sign_in()
    stream = await listen(desk)
    desk.store.bell.ring(ELSEWHERE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await stream.content.readany()
    desk.store.bell.ring()
    assert await heard(stream) == "data: changed"
    stream.close()


async def test_what_a_colleague_does_is_heard(desk: Desk) -> None:
    made, csrf = desk.intake(PARTIAL), await desk.sign_in()
    stream = await listen(desk)
    path = f"/desk/intake/{made.reference}/pick-up"
    await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    assert await heard(stream) == "data: changed"
    stream.close()


async def test_it_carries_our_headers(desk: Desk) -> None:
    await desk.sign_in()
    stream = await listen(desk)
    assert stream.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in stream.headers["Content-Security-Policy"]
    assert stream.headers["X-Accel-Buffering"] == "no"
    stream.close()


async def test_it_ends_with_the_session(desk: Desk) -> None:
    """Ended elsewhere: the page hears it once, looks, and is led to the door."""
    await desk.sign_in()
    stream = await listen(desk)
    ended = t.session.update().values(ended_at=desk.clock.now())
    desk.store.write_sync(lambda c: c.execute(ended))
    assert await heard(stream) == "data: changed"
    async with asyncio.timeout(5):
        assert await stream.content.read() == b""
    again = await desk.client.get("/desk/events", allow_redirects=False)
    assert (again.status, again.headers["Location"]) == (303, "/desk/sign-in")


async def test_it_keeps_no_session_awake(desk: Desk) -> None:
    await desk.sign_in()
    stream = await listen(desk)
    desk.clock.at += timedelta(minutes=31)
    assert await heard(stream) == "data: changed"
    async with asyncio.timeout(5):
        assert await stream.content.read() == b""


async def test_a_worker_has_a_few_streams_and_a_closed_page_frees_one(desk: Desk) -> None:
    await desk.sign_in()
    opened = [await listen(desk) for _ in range(streams.MOST)]
    assert (await desk.client.get("/desk/events")).status == 204
    opened.pop().close()
    async with asyncio.timeout(5):
        while (answer := await desk.client.get("/desk/events")).status == 204:
            pass
    for one in (*opened, answer):
        one.close()


async def test_a_server_that_stops_ends_every_stream(desk: Desk) -> None:
    await desk.sign_in()
    stream = await listen(desk)
    async with asyncio.timeout(1.5):
        await desk.client.server.app.shutdown()  # type: ignore[attr-defined]
        assert await stream.content.read() == b""


async def test_an_admin_has_no_stream(desk: Desk) -> None:
    desk.worker("Ada", "admin")
    await desk.sign_in("Ada")
    assert (await desk.client.get("/desk/events")).status == 403
