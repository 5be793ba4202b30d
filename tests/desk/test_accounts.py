"""Accounts: setting up one's own, running those of others, and what the audit keeps of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from desk import audit
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, Desk
from tests.desk.test_passwords import GOOD, Owner, knock


async def send(desk: Desk, path: str, **form: str) -> tuple[int, str]:
    form = {"csrf": await desk.csrf(), **form}
    answer = await desk.client.post(path, data=form, headers=OURS)
    return answer.status, await answer.text()


async def set_up_second_factor(desk: Desk) -> str:
    """As a worker does it; returns the secret that the app holds."""
    await send(desk, "/desk/me/second-factor")
    page = await desk.page("/desk/me")
    secret = re.search(r'secret">([A-Z2-7 ]+)<', page)
    assert secret
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(desk.clock.at)
    assert (await send(desk, "/desk/me/second-factor/confirm", code=code))[0] == 200
    return secret[1].replace(" ", "")


async def test_from_a_link_to_a_password_and_an_app(desk: Desk) -> None:
    await desk.sign_in("Sam")
    assert (await send(desk, "/desk/me/password", new=GOOD))[0] == 200
    secret = await set_up_second_factor(desk)
    assert "It is set up" in await desk.page("/desk/me")
    desk.client.session.cookie_jar.clear()
    desk.clock.at += timedelta(minutes=1)
    code = pyotp.TOTP(secret).at(desk.clock.at)
    answer = await knock(desk, {"name": "Sam", "password": GOOD, "code": code})
    assert answer.status == 303


async def test_without_an_app_a_password_opens_nothing_but_its_set_up(desk: Desk) -> None:
    made = desk.intake({**COMPLETE}, kind="complete")
    await desk.sign_in("Sam")
    await send(desk, "/desk/me/password", new=GOOD)
    desk.client.session.cookie_jar.clear()
    await knock(desk, {"name": "Sam", "password": GOOD, "code": ""})
    for path in ("/desk/", f"/desk/intake/{made.reference}", "/desk/accounts"):
        assert "One step is left" in await desk.page(path)
    await set_up_second_factor(desk)
    assert "Waiting for you" in await desk.page("/desk/")


async def test_the_secret_is_shown_until_its_first_code_and_never_after(desk: Desk) -> None:
    await desk.sign_in("Sam")
    await send(desk, "/desk/me/second-factor")
    svg = await desk.client.get("/desk/me/second-factor.svg")
    assert svg.content_type == "image/svg+xml"
    assert "script" not in await svg.text()
    assert (await send(desk, "/desk/me/second-factor/confirm", code="000000"))[0] == 403
    secret = await set_up_second_factor(desk)
    assert secret not in (await desk.page("/desk/me")).replace(" ", "")
    assert (await desk.client.get("/desk/me/second-factor.svg")).status == 404


async def test_a_second_factor_that_counts_is_changed_by_whoever_shows_it(desk: Desk) -> None:
    await desk.sign_in("Sam")
    await set_up_second_factor(desk)
    status, text = await send(desk, "/desk/me/second-factor")
    assert (status, "Once more, please" in text) == (200, True)


async def test_a_change_of_password_ends_other_sessions(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    await owner.comes()
    other = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/desk/"))
    desk.client.session.cookie_jar.clear()
    desk.clock.at += timedelta(seconds=30)
    await owner.comes()
    new = "seven otters mend a roof"
    assert (await send(desk, "/desk/me/password", present="no", new=new))[0] == 403
    assert (await send(desk, "/desk/me/password", present=GOOD, new="short"))[0] == 400
    assert (await send(desk, "/desk/me/password", present=GOOD, new=new))[0] == 200
    desk.client.session.cookie_jar.clear()
    desk.client.session.cookie_jar.update_cookies(other)
    answer = await desk.client.get("/desk/", allow_redirects=False)
    assert answer.headers["Location"] == "/desk/sign-in"


@pytest.mark.parametrize("then", ["/desk/me", "/desk/accounts"])
async def test_the_second_factor_once_more(desk: Desk, then: str) -> None:
    owner = await Owner(desk, role="lead").set_up()
    await owner.comes()
    desk.clock.at += timedelta(seconds=30)
    path = f"/desk/step-up?then={then}"
    form = {"csrf": await desk.csrf(), "code": owner.code()}
    wrong = await desk.client.post(path, data=form | {"code": "1"}, headers=OURS)
    assert wrong.status == 403
    answer = await desk.client.post(path, data=form, headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, then)


@pytest.mark.parametrize(
    "then", ["//evil.example", "/\\evil.example", "https:evil.example", "/desk/..//evil", "/x", ""]
)
async def test_it_leads_nowhere_else(desk: Desk, then: str) -> None:
    owner = await Owner(desk).set_up()
    await owner.comes()
    desk.clock.at += timedelta(seconds=30)
    form = {"csrf": await desk.csrf(), "code": owner.code()}
    answer = await desk.client.post(
        "/desk/step-up", params={"then": then}, data=form, headers=OURS, allow_redirects=False
    )
    assert answer.headers["Location"] == "/desk/"


# --- Those of others -----------------------------------------------------------------------------


async def test_a_lead_makes_an_account_and_gives_its_link(desk: Desk) -> None:
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    status, text = await send(desk, "/desk/accounts", name=" Sam  Okafor ", role="caseworker")
    assert status == 200
    token = text.split("sign-in#")[1].split("<")[0]
    assert "Sam Okafor" in await desk.page("/desk/accounts")
    desk.client.session.cookie_jar.clear()
    assert (await knock(desk, {"token": token})).status == 303
    assert "Signed in as Sam Okafor" in await desk.page("/desk/")


@pytest.mark.parametrize(("name", "status"), [("Priya", 409), (" ", 400), ("x" * 121, 400)])
async def test_a_name_is_taken_once(desk: Desk, name: str, status: int) -> None:
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    assert (await send(desk, "/desk/accounts", name=name, role="caseworker"))[0] == status


async def test_a_lead_makes_no_admin_and_an_admin_reads_nothing(desk: Desk) -> None:
    made = desk.intake({**COMPLETE}, kind="complete")
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    assert (await send(desk, "/desk/accounts", name="Ana", role="admin"))[0] == 403
    desk.worker("Kit", "admin")
    await desk.sign_in("Kit")
    assert "Accounts" in await desk.page("/desk/")
    for path in (f"/desk/intake/{made.reference}", "/desk/now"):
        assert (await desk.client.get(path)).status == 403


async def test_nobody_gives_a_service_that_is_not_theirs(desk: Desk) -> None:
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    status, _ = await send(
        desk, "/desk/accounts", name="Ana", role="caseworker", service="practice"
    )
    assert status == 403


async def test_closing_an_account_ends_its_sessions_at_once(desk: Desk) -> None:
    sam = desk.worker("Sam")
    await desk.sign_in("Sam")
    kept = desk.client.session.cookie_jar.filter_cookies(desk.client.make_url("/desk/"))
    desk.client.session.cookie_jar.clear()
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    assert (await send(desk, f"/desk/accounts/{sam}/close"))[0] == 200
    desk.client.session.cookie_jar.clear()
    desk.client.session.cookie_jar.update_cookies(kept)
    answer = await desk.client.get("/desk/", allow_redirects=False)
    assert answer.headers["Location"] == "/desk/sign-in"


async def test_nobody_closes_their_own_or_that_of_another_team(desk: Desk) -> None:
    priya = desk.worker("Priya", "lead")
    stranger = desk.worker("Stranger", "nothing")
    await desk.sign_in("Priya")
    assert (await send(desk, f"/desk/accounts/{priya}/close"))[0] == 409
    assert (await send(desk, f"/desk/accounts/{stranger}/close"))[0] == 404


async def test_a_new_link_takes_the_old_password_away(desk: Desk) -> None:
    owner = await Owner(desk).set_up()
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    status, text = await send(desk, f"/desk/accounts/{owner.id}/link")
    assert (status, "A link for Sam" in text) == (200, True)
    assert (await owner.comes()).status == 403


async def test_the_audit_vouches_for_itself(desk: Desk) -> None:
    desk.worker("Priya", "lead")
    await desk.sign_in("Priya")
    for name in ("Ana", "Bo", "Cleo", "Dee"):
        await send(desk, "/desk/accounts", name=name, role="caseworker")
    rows = desk.store.read_sync(lambda c: c.execute(t.audit.select()).all())
    assert [row.what for row in rows] == ["account.add"] * 4
    assert not any("Ana" in row.about for row in rows)
    assert desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys)) is None


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "change",
    [{"what": "account.x"}, {"worker": "x"}, {"about": "x"}, {"number": 9}, {"chain": b""}],
)
async def test_a_row_that_was_changed_shows(
    desk: Desk, number: int, change: dict[str, object]
) -> None:
    def work(connection: object) -> None:
        for n in range(4):
            audit.note(connection, desk.keys, "w", "export", f"{n}", desk.clock.now())  # type: ignore[arg-type]

    desk.store.write_sync(work)
    this = t.audit.c.number == number
    desk.store.write_sync(lambda c: c.execute(update(t.audit).where(this).values(change)))
    broken = desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys))
    assert broken == number


async def test_what_an_account_can_do_is_in_no_address(desk: Desk) -> None:
    await desk.sign_in("Sam")
    await send(desk, "/desk/me/password", new=GOOD)
    hashes = desk.store.read_sync(lambda c: c.scalars(select(t.worker.c.password_hash)).all())
    assert all(GOOD not in one for one in hashes)
