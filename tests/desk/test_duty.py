"""Who is on duty, and whether what we send reaches them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from store import duty
from tests.databases import Kind
from tests.desk.builder import OURS, Desk, a_desk

PAGE = "/desk/duty"


@dataclass
class Post:
    """Stands for the ways out: it keeps the links that it was to send."""

    desk: Desk
    kinds: frozenset[str] = frozenset({"email", "sms"})
    links: list[str] = field(default_factory=list)
    down: bool = False

    async def send(self, service: str, worker: str, kind: str) -> str:
        now = self.desk.clock.now()
        id, token = await self.desk.store.write(
            lambda c: duty.begin_test(c, service, worker, kind, now)
        )
        if self.down:
            await self.desk.store.write(lambda c: duty.test_failed(c, id, "Connect"))
            return "Connect"
        self.links.append(f"/desk/reached/{token}")
        return ""


@pytest.fixture
async def post(kind: Kind, tmp_path: Path) -> AsyncIterator[Post]:
    made: list[Post] = []

    @dataclass
    class Later:
        """The desk is built before what sends its tests."""

        kinds: frozenset[str] = frozenset({"email", "sms"})

        async def send(self, service: str, worker: str, kind: str) -> str:
            return await made[0].send(service, worker, kind)

    async with a_desk(tmp_path, kind=kind, routes=Later()) as desk:
        made.append(Post(desk))
        yield made[0]


async def put(desk: Desk, csrf: str, path: str = "", **fields: str) -> tuple[int, str]:
    form = {"csrf": csrf, "service": "harbour", **fields}
    answer = await desk.client.post(PAGE + path, data=form, headers=OURS)
    return answer.status, await answer.text()


async def test_from_nobody_to_a_way_that_was_tested(post: Post) -> None:
    desk = post.desk
    desk.worker("Lee", "lead")
    csrf = await desk.sign_in("Lee")
    sam = desk.worker("Sam")
    assert "Nobody is on this list yet." in await desk.page(PAGE)
    status, page = await put(desk, csrf, worker=sam, email="sam@example.org")
    assert status == 200
    assert "Not tested in the last 7 days." in page
    assert "people are told no time" in page

    _, page = await put(desk, csrf, f"/{sam}/test", kind="email")
    assert "The test is on its way." in page
    assert "Not tested in the last 7 days." in page  # sending alone says nothing

    desk.client.session.cookie_jar.clear()  # whoever gets it need not be signed in
    [link] = post.links
    asked = await desk.page(link)
    assert "Sam" not in asked
    assert "Harbour" not in asked
    answer = await desk.client.post(link, headers=OURS, data={"x": "1"})
    assert "It is noted" in await answer.text()
    assert (await desk.client.post(link, headers=OURS, data={"x": "1"})).status == 404
    assert (await desk.client.get(link)).status == 404

    await desk.sign_in("Lee")
    assert "people are told by when a worker reads" in await desk.page(PAGE)
    desk.clock.at += timedelta(days=8)
    await desk.sign_in("Lee")
    assert "No way to anybody was tested" in await desk.page(PAGE)


async def test_a_test_that_can_not_be_sent(post: Post) -> None:
    desk, post.down = post.desk, True
    desk.worker("Lee", "lead")
    csrf, lee = await desk.sign_in("Lee"), desk.worker("Lee")
    await put(desk, csrf, worker=lee, phone="+44 7700 900 001")
    status, page = await put(desk, csrf, f"/{lee}/test", kind="sms")
    assert status == 502
    assert "could not be sent" in page
    assert "+447700900001" in page


async def test_who_is_first(post: Post) -> None:
    desk = post.desk
    desk.worker("Lee", "lead")
    csrf = await desk.sign_in("Lee")
    for name in ("Ann", "Bo"):
        await put(desk, csrf, worker=desk.worker(name), email=f"{name}@example.org")
    _, page = await put(desk, csrf, f"/{desk.worker('Bo')}/up")
    assert page.index("<strong>Bo</strong>") < page.index("<strong>Ann</strong>")
    _, page = await put(desk, csrf, f"/{desk.worker('Bo')}/remove")
    assert "<strong>Bo</strong>" not in page


@pytest.mark.parametrize(
    ("email", "phone", "says"),
    [
        ("", "", "Give an e-mail address or a duty phone"),
        ("sam", "", "Write the address as in"),
        ("a@example.org,b@example.org", "", "Write the address as in"),
        ("", "call me", "Write the address as in"),
    ],
)
async def test_an_address_that_is_none(post: Post, email: str, phone: str, says: str) -> None:
    desk = post.desk
    desk.worker("Lee", "lead")
    csrf, lee = await desk.sign_in("Lee"), desk.worker("Lee")
    status, page = await put(desk, csrf, worker=lee, email=email, phone=phone)
    assert status == 400
    assert says in page


async def test_it_is_for_those_who_run_it(post: Post) -> None:
    desk = post.desk
    csrf = await desk.sign_in("Sam")
    assert (await desk.client.get(PAGE)).status == 403
    assert (await put(desk, csrf, worker=desk.worker("Sam"), email="sam@example.org"))[0] == 403
    assert (await desk.client.get(f"/desk/reached/{'x' * 32}")).status == 404
