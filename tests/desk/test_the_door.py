"""Who gets in, how they get out, and what every answer carries."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select

from desk import app, guard, roles, routes, sessions
from desk.views.files import FILES, STATIC
from store import tables as t
from tests.desk.builder import OURS, PARTIAL, Desk, a_desk

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
UNSAFE = [page for page in app.PAGES if page.method not in guard.SAFE_METHODS]
SIGNED = [page for page in UNSAFE if page.permission != routes.ANYONE]


def plain(path: str) -> str:
    """As aiohttp names it."""
    return path.replace(routes.KEY, "{key}").replace(routes.ONE_TIME, "{token}")


def address(page: routes.Page, key: str = "KTR-48293") -> str:
    path = page.path.replace(routes.KEY, key).replace(routes.ONE_TIME, "x" * 43)
    return "/desk" + path.replace("{name:[a-z0-9./_-]{1,60}}", "desk.css")


async def enter(desk: Desk, token: str) -> ClientResponse:
    form = {"token": token}
    return await desk.client.post("/desk/sign-in", data=form, headers=OURS, allow_redirects=False)


async def inside(desk: Desk) -> bool:
    answer = await desk.client.get("/desk/", allow_redirects=False)
    return answer.status == 200


async def test_a_link_opens_the_desk_once(desk: Desk) -> None:
    token = desk.link("Sam")
    first, second = await enter(desk, token), await enter(desk, token)
    assert (first.status, first.headers["Location"]) == (303, "/desk/")
    assert second.status == 403
    assert "used already" in await second.text()


async def test_a_link_used_several_times_at_once_opens_the_desk_once(desk: Desk) -> None:
    token = desk.link("Sam")
    answers = await asyncio.gather(*(enter(desk, token) for _ in range(8)))
    assert [answer.status for answer in answers].count(303) == 1


async def test_a_whole_link_may_be_pasted(desk: Desk) -> None:
    assert (await enter(desk, f" http://127.0.0.1/desk/sign-in#{desk.link('Sam')} ")).status == 303


async def test_a_link_ends_after_thirty_minutes(desk: Desk) -> None:
    late, in_time = desk.link("Sam"), desk.link("Sam")
    desk.clock.at += timedelta(minutes=29, seconds=59)
    assert (await enter(desk, in_time)).status == 303
    desk.clock.at += timedelta(seconds=1)
    assert (await enter(desk, late)).status == 403


async def test_a_closed_worker_gets_in_by_no_link_and_no_session(desk: Desk) -> None:
    await desk.sign_in("Sam")
    link = desk.link("Sam")
    desk.change(t.worker, desk.worker("Sam"), closed_at=desk.clock.now())
    assert not await inside(desk)
    assert (await enter(desk, link)).status == 403


@pytest.mark.parametrize("token", ["", "x", "\udcff", "é" * 3000, "#", "\x00"])
async def test_a_wrong_token_is_refused(desk: Desk, token: str) -> None:
    body = b"token=" + token.encode("utf-8", "surrogateescape")
    headers = OURS | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await desk.client.post("/desk/sign-in", data=body, headers=headers)
    assert answer.status in (400, 403)


async def test_a_session_ends_after_thirty_idle_minutes(desk: Desk) -> None:
    await desk.sign_in()
    desk.clock.at += timedelta(minutes=29)
    assert await inside(desk)
    desk.clock.at += timedelta(minutes=29)
    assert await inside(desk)
    desk.clock.at += timedelta(minutes=30)
    assert not await inside(desk)


async def test_a_page_that_refreshes_itself_does_not_keep_the_session(desk: Desk) -> None:
    await desk.sign_in()
    desk.clock.at += timedelta(minutes=20)
    assert (await desk.client.get("/desk/now")).status == 200
    desk.clock.at += timedelta(minutes=11)
    assert not await inside(desk)


async def test_a_session_ends_after_twelve_hours_of_use(desk: Desk) -> None:
    await desk.sign_in()
    for _ in range(35):
        desk.clock.at += timedelta(minutes=20)
        assert await inside(desk)
    desk.clock.at += timedelta(minutes=20)
    assert not await inside(desk)


async def test_signing_out_ends_the_session_itself(desk: Desk) -> None:
    csrf = await desk.sign_in()
    cookie = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/desk/"))
    kept = {"Cookie": cookie.output(header="", sep=";").strip()}
    form = {"csrf": csrf}
    out = await desk.client.post("/desk/sign-out", data=form, headers=OURS, allow_redirects=False)
    assert out.status == 303
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    again = await desk.client.get("/desk/", headers=kept, allow_redirects=False)
    assert again.status == 303
    assert "Nothing of what you read" in await desk.page("/desk/signed-out")


async def test_a_wrong_token_costs_no_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def written(*_: object) -> None:
        raise AssertionError("a stranger's try reached the writer")

    link = desk.link("Sam")
    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "write", written)
        assert (await enter(desk, "wrong")).status == 403
    assert (await enter(desk, link)).status == 303


async def test_tries_are_counted_for_an_hour(desk: Desk) -> None:
    link = desk.link("Sam")
    desk.clock.at -= timedelta(minutes=2)
    assert [(await enter(desk, "wrong")).status for _ in range(20)] == [403] * 20
    desk.clock.at += timedelta(minutes=2)
    answer = await enter(desk, "wrong")
    assert (answer.status, answer.headers["Retry-After"]) == (429, str(58 * 60))
    assert "too many times" in await answer.text()
    assert (await enter(desk, link)).status == 303, "nobody is locked out by somebody else's tries"
    desk.clock.at += timedelta(minutes=58)
    assert (await enter(desk, "wrong")).status == 403


async def test_all_tries_together_are_counted(desk: Desk) -> None:
    """Behind a proxy on this machine the address is what the proxy says last."""

    async def from_address(address: str) -> int:
        headers = OURS | {"X-Forwarded-For": address}
        form = {"token": "wrong"}
        answer = await desk.client.post("/desk/sign-in", data=form, headers=headers)
        return answer.status

    one = [await from_address(f"192.0.2.{n}, 198.51.100.7") for n in range(21)]
    assert one == [403] * 20 + [429]
    others = [await from_address(f"198.51.100.7, 203.0.113.{n}") for n in range(181)]
    assert others == [403] * 180 + [429]


async def test_signing_in_makes_a_new_session_and_ends_the_old(desk: Desk) -> None:
    await desk.sign_in("Sam")
    await desk.sign_in("Priya")
    rows = desk.store.read_sync(lambda c: c.execute(select(t.session)).all())
    assert len(rows) == 2
    assert [row.ended_at is None for row in rows].count(True) == 1


async def test_the_cookie_is_bare_on_loopback_and_locked_on_https(tmp_path: Path) -> None:
    for secure, name in ((False, "ownpace"), (True, "__Host-ownpace")):
        folder = tmp_path / name
        folder.mkdir()
        async with a_desk(folder, secure=secure) as desk:
            answer = await enter(desk, desk.link("Sam"))
            cookie = SimpleCookie(answer.headers["Set-Cookie"])[name]
            assert cookie["path"] == "/"
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
            assert bool(cookie["secure"]) is secure
            stored = desk.store.read_sync(lambda c: c.scalars(select(t.session.c.token_hash)).one())
            assert stored == hashlib.sha256(cookie.value.encode()).digest()


async def test_every_route_declares_who_may(desk: Desk) -> None:
    made = app.build(desk.store, {}, {}, desk.clock, "http://127.0.0.1", False)
    permissions = made[guard.PERMISSIONS]
    assert permissions.keys() == set(made.router.routes())
    known = {routes.ANYONE, routes.SIGNED_IN}.union(*roles.MAY.values())
    assert set(permissions.values()) <= known


async def test_a_route_without_a_permission_is_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = routes.Page("GET", "/forgotten", "", app.PAGES[1].handler)
    monkeypatch.setattr(app, "PAGES", (*app.PAGES, forgotten))
    async with a_desk(tmp_path) as desk:
        await desk.sign_in()
        assert (await desk.client.get("/desk/forgotten")).status == 403


@pytest.mark.parametrize("page", app.PAGES, ids=lambda page: f"{page.method} {page.path}")
async def test_nobody_is_sent_to_the_door(desk: Desk, page: routes.Page) -> None:
    answer = await desk.client.request(
        page.method, address(page), headers=OURS, data={}, allow_redirects=False
    )
    if page.permission == routes.ANYONE:
        assert answer.status in (200, 403, 404)  # a one-time link that is none is not there
    elif page.method == "GET":
        assert (answer.status, answer.headers["Location"]) == (303, "/desk/sign-in")
    else:
        assert answer.status == 403


async def test_a_page_left_open_is_sent_to_the_door(desk: Desk) -> None:
    answer = await desk.client.get("/desk/now", headers={"HX-Request": "true"})
    assert (answer.status, answer.headers["HX-Redirect"]) == (403, "/desk/sign-in")


ELSEWHERE: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1.example.org"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
)


@pytest.mark.parametrize("page", UNSAFE, ids=lambda page: page.path)
async def test_no_other_site_can_act(desk: Desk, page: routes.Page) -> None:
    made = desk.intake(PARTIAL, reference="KTR-48293")
    form = {"csrf": await desk.sign_in(), "token": desk.link("Priya")}
    for headers in ELSEWHERE:
        answer = await desk.client.request(
            page.method, address(page), data=form, headers=headers, allow_redirects=False
        )
        assert answer.status == 403, headers
    assert await inside(desk)
    assert desk.holder(made) is None


@pytest.mark.parametrize(
    "page",
    [page for page in UNSAFE if page.permission != routes.ANYONE],
    ids=lambda page: page.path,
)
async def test_a_form_without_its_token_does_nothing(desk: Desk, page: routes.Page) -> None:
    made = desk.intake(PARTIAL, reference="KTR-48293")
    await desk.sign_in()
    for form in ({}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "é"}):
        answer = await desk.client.request(page.method, address(page), data=form, headers=OURS)
        assert answer.status == 403, form
    assert await inside(desk)
    assert desk.holder(made) is None


async def test_the_tests_above_meet_every_unsafe_route(desk: Desk) -> None:
    made = app.build(desk.store, {}, {}, desk.clock, "http://127.0.0.1", False)
    unsafe = {
        (route.method, route.resource.canonical)
        for route in made.router.routes()
        if route.method not in guard.SAFE_METHODS and route.resource
    }
    declared = {(page.method, plain(page.path)) for page in UNSAFE}
    assert unsafe == declared


async def test_a_form_from_our_own_origin_needs_no_newer_header(desk: Desk) -> None:
    headers = {"Origin": "http://127.0.0.1"}
    form = {"token": desk.link("Sam")}
    answer = await desk.client.post("/desk/sign-in", data=form, headers=headers)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/desk/", 303),
        ("GET", "/desk/sign-in", 200),
        ("GET", "/desk/nothing", 404),
        ("GET", "/desk/static/nothing.css", 404),
        ("GET", "/desk/static/../app.py", 404),
        ("GET", "/desk/static/%2e%2e/app.py", 404),
        ("GET", "/desk/static/desk.css", 200),
        ("POST", "/desk/", 405),
        ("GET", "/desk/intake/%00", 404),
        ("GET", "/desk/intake/' OR 1=1", 404),
        ("TRACE", "/desk/", 405),
        ("POST", "/desk/sign-out", 403),
    ],
)
async def test_every_answer_carries_our_headers(
    desk: Desk, method: str, path: str, status: int
) -> None:
    answer = await desk.client.request(method, path, allow_redirects=False)
    assert answer.status == status
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    a_file = path == "/desk/static/desk.css"
    assert answer.headers["Cache-Control"] == ("no-cache" if a_file else "no-store")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"csrf=%ff%fe\xff", 400),
        ("application/x-www-form-urlencoded; charset=klingon", b"csrf=a", 400),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 3000), 413),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken", 415),
        ("application/json", b"{", 415),
        ("text/plain", b"csrf=a", 415),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused_calmly(
    desk: Desk, kind: str, body: bytes, status: int
) -> None:
    desk.intake(PARTIAL, reference="KTR-48293")
    await desk.sign_in()
    for path in ("/desk/intake/KTR-48293/pick-up", "/desk/sign-in"):
        headers = OURS | {"Content-Type": kind}
        answer = await desk.client.post(path, data=body, headers=headers)
        assert answer.status == status


async def test_trouble_on_our_side_is_told_calmly(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("my sister. and the dog")

    await desk.sign_in()
    monkeypatch.setattr(sessions, "find", broken)
    answer = await desk.client.get("/desk/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Security-Policy"] == CSP
    assert "Nothing is lost" in await answer.text()
    assert "RuntimeError" in caplog.text
    assert "sister" not in caplog.text


async def test_a_file_is_not_sent_twice(desk: Desk) -> None:
    first = await desk.client.get("/desk/static/desk.css")
    headers = {"If-None-Match": first.headers["ETag"]}
    again = await desk.client.get("/desk/static/desk.css", headers=headers)
    assert (first.status, again.status) == (200, 304)
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"


def test_vendored_files_are_those_that_were_recorded() -> None:
    table = (STATIC / "vendor/README.md").read_text("utf-8")
    vendored = [name for name in FILES if name.startswith("vendor/")]
    assert len(vendored) == 2
    for name in vendored:
        assert hashlib.sha256(FILES[name].body).hexdigest() in table
        assert Path(name).name in table
