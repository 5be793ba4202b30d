"""In by name, password and six digits: what fits, what does not, and what nobody can tell apart."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta

import pyotp
import pytest
from aiohttp import ClientResponse
from sqlalchemy import func, select

from desk import passwords, second_factor
from store import accounts
from store import tables as t
from tests.desk.builder import OURS, Desk

GOOD = "blue kettle sings at noon"


class Owner:
    """An account with a password and an app."""

    def __init__(self, desk: Desk, name: str = "Sam", role: str = "caseworker") -> None:
        self.desk, self.name, self.id = desk, name, desk.worker(name, role)
        self.secret = second_factor.new_secret()

    async def set_up(self) -> Owner:
        hashed = await passwords.hashed(GOOD)
        store, keys = self.desk.store, self.desk.keys
        await store.write(lambda c: accounts.set_password(c, self.id, hashed))
        await store.write(lambda c: accounts.begin_second_factor(c, keys, self.id, self.secret))
        await store.write(lambda c: accounts.use_step(c, self.id, 1))
        return self

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.desk.clock.at)

    async def comes(self, password: str = GOOD, code: str | None = None) -> ClientResponse:
        form = {"name": self.name, "password": password, "code": code or self.code()}
        return await knock(self.desk, form)


async def knock(desk: Desk, form: dict[str, str], address: str = "192.0.2.1") -> ClientResponse:
    headers = OURS | {"X-Forwarded-For": address}
    return await desk.client.post(
        "/desk/sign-in", data=form, headers=headers, allow_redirects=False
    )


def sessions_of(desk: Desk) -> list[str]:
    rows = select(t.session.c.how).where(t.session.c.ended_at.is_(None))
    return list(desk.store.read_sync(lambda c: c.scalars(rows).all()))


async def test_name_password_and_digits_open_the_desk(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    answer = await owner.comes()
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/")
    assert "Waiting for you" in await desk.page("/desk/")
    assert sessions_of(desk) == ["password"]


async def test_digits_are_good_once(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    assert (await owner.comes()).status == 303
    assert (await owner.comes()).status == 403
    desk.clock.at += timedelta(seconds=30)
    assert (await owner.comes()).status == 303


async def test_the_same_digits_twenty_times_at_once_open_it_once(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    answers = await asyncio.gather(*(owner.comes() for _ in range(20)))
    assert [answer.status for answer in answers].count(303) == 1


@pytest.mark.parametrize(
    "form",
    [
        {"password": "wrong kettle sings at noon"},
        {"code": "000000"},
        {"code": ""},
        {"name": "Nobody"},
        {"name": ""},
        {"password": ""},
        {"password": "\x00"},
        {"password": "x" * 5000},
    ],
)
async def test_whatever_is_wrong_the_page_is_the_same(desk: Desk, form: dict[str, str]) -> None:
    owner = await Owner(desk).set_up()
    right = {"name": "Sam", "password": GOOD, "code": owner.code()}
    first = await knock(desk, {"name": "Sam", "password": "no", "code": "1"})
    answer = await knock(desk, right | form, "192.0.2.2")
    assert answer.status == 403
    assert await answer.text() == await first.text()
    assert sessions_of(desk) == []


async def test_a_closed_account_opens_nothing(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    desk.change(t.worker, owner.id, closed_at=desk.clock.now())
    assert (await owner.comes()).status == 403


async def test_ten_wrong_tries_for_a_name_and_then_it_waits(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    tries = [
        await knock(desk, {"name": "sam", "password": "no", "code": "1"}, f"192.0.2.{n}")
        for n in range(11)
    ]
    assert [answer.status for answer in tries] == [403] * 10 + [429]
    assert tries[-1].headers["Retry-After"] == "300"
    assert (await owner.comes()).status == 429, "also with what would fit"
    desk.clock.at += timedelta(minutes=5)
    assert (await owner.comes()).status == 303


async def test_twenty_wrong_tries_from_an_address_and_then_it_waits(desk: Desk) -> None:
    tries = [
        (await knock(desk, {"name": f"name {n}", "password": "no", "code": "1"})).status
        for n in range(21)
    ]
    assert tries == [403] * 20 + [429]


async def test_a_name_of_nobody_waits_as_that_of_somebody(desk: Desk) -> None:
    form = {"name": "Nobody", "password": "no", "code": "1"}
    tries = [(await knock(desk, form, f"192.0.2.{n}")).status for n in range(11)]
    assert tries == [403] * 10 + [429]


async def test_strangers_shut_nobody_out_of_a_browser_that_we_know(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    assert (await owner.comes()).status == 303
    desk.clock.at += timedelta(seconds=30)
    known = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/desk/"))
    desk.client.session.cookie_jar.clear()
    for n in range(11):
        await knock(desk, {"name": "Sam", "password": "no", "code": "1"}, f"192.0.2.{n}")
    assert (await owner.comes()).status == 429
    desk.client.session.cookie_jar.update_cookies(known)
    assert (await owner.comes()).status == 303


async def test_a_known_browser_does_not_guess_for_ever(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    await owner.comes()
    tries = [(await owner.comes(code="1")).status for _ in range(11)]
    assert tries == [403] * 10 + [429]


async def test_what_is_over_the_limit_costs_no_write(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"name": "Sam", "password": "no", "code": "1"}
    for _ in range(10):
        await knock(desk, form)

    async def written(*_: object) -> None:
        raise AssertionError("a stranger's try reached the writer")

    monkeypatch.setattr(desk.store, "write", written)
    assert (await knock(desk, form)).status == 429


async def test_old_tries_are_forgotten(desk: Desk) -> None:
    for _ in range(3):
        await knock(desk, {"name": "Sam", "password": "no", "code": "1"})
    desk.clock.at += timedelta(hours=2)
    await knock(desk, {"name": "Sam", "password": "no", "code": "1"})
    count = select(func.count()).select_from(t.sign_in_try)
    assert desk.store.read_sync(lambda c: c.scalar(count)) == 1


async def test_names_are_not_kept_with_tries(desk: Desk) -> None:
    await knock(desk, {"name": "Sam Okafor", "password": "hunter2", "code": "1"})
    rows = desk.store.read_sync(lambda c: c.execute(t.sign_in_try.select()).all())
    assert not any(b"Sam" in row.who or b"192" in row.whence for row in rows)


async def test_a_name_of_nobody_takes_as_long(desk: Desk) -> None:
    """The password's work is the same; medians of a few tries, in turns."""
    owner = await Owner(desk).set_up()
    stored = desk.store.read_sync(
        lambda c: c.scalar(select(t.worker.c.password_hash).where(t.worker.c.id == owner.id))
    )
    took: dict[str, list[float]] = {"known": [], "nobody": []}
    for _ in range(25):
        for who, hash in (("known", stored), ("nobody", "")):
            began = time.perf_counter()
            assert not await passwords.fits(hash or "", "wrong")
            took[who].append(time.perf_counter() - began)
    apart = abs(statistics.median(took["known"]) - statistics.median(took["nobody"]))
    assert apart < 0.02


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        (GOOD, False),
        ("short", True),
        ("passwordpassword", True),
        ("Sam Okafor 2026", True),
        ("aaaaaaaaaaaaaaaa", True),
        ("qwertyuiop1234", True),
        ("x" * 201, True),
        ("pfau lampe hafen zwei", False),
    ],
)
def test_what_is_too_weak(password: str, weak: bool) -> None:
    assert passwords.too_weak(password, "Sam Okafor") is weak


async def test_letters_written_in_two_ways_are_one_password(desk: Desk) -> None:
    stored = await passwords.hashed("caf\u00e9 lantern nine boats")
    assert await passwords.fits(stored, "cafe\u0301 lantern nine boats")
    assert stored.startswith("$argon2id$")
