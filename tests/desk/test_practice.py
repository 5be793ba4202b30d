"""Who only practises sees rehearsals, whatever else lies in the same database."""

from __future__ import annotations

import pytest

from desk import app, roles, routes
from store import tables as t
from tests.desk.builder import COMPLETE, NUMBER, OURS, PARTIAL, THURSDAY, Desk, Made

REAL = "Jo Real"


@pytest.fixture
async def both(desk: Desk) -> tuple[Made, Made]:
    """A real intake and a rehearsed one, each with something asked; the practice worker is in."""
    answers = {**COMPLETE, "name": REAL}
    real = desk.intake(answers, kind="complete", asked=["person"], reference="KTR-48293")
    answers = {**COMPLETE, "name": "Ro Rehearsed"}
    made_up = desk.intake(answers, kind="complete", asked=["person"], service="practice")
    desk.intake({**PARTIAL, "name": REAL}, kind="", state="unreachable")
    row = {"id": "1", "account": "sms:harbour", "kind": "step", "content": b""}
    desk.insert(t.parked, at=THURSDAY, **row)
    desk.worker("Practice worker", "practice")
    await desk.sign_in("Practice worker")
    return real, made_up


def keys(made: Made) -> list[str]:
    return [made.reference, made.id, *made.asked.values()]


async def test_no_page_shows_the_practice_worker_a_real_person(
    desk: Desk, both: tuple[Made, Made]
) -> None:
    """Every address of the desk, with every key of the real intake."""
    real, _ = both
    csrf = await desk.csrf()
    # The stream, which does not end, has no words: tests/desk/test_events.py.
    pages = [p for p in app.PAGES if p.permission != routes.ANYONE and p.path != "/events"]
    for page in sorted(pages, key=lambda page: page.path == "/sign-out"):
        for key in keys(real):
            path = "/desk" + page.path.replace(routes.KEY, key)
            form = {"csrf": csrf} if page.method == "POST" else None
            answer = await desk.client.request(page.method, path, data=form, headers=OURS)
            text = await answer.text()
            allowed = page.permission in {routes.SIGNED_IN, *roles.MAY["practice"]}
            expected = 403 if not allowed else 404 if routes.KEY in page.path else 200
            # A form with nothing in it may be asked for again.
            wanted = {200, 400} if expected == 200 and form else {expected}
            assert answer.status in wanted, path
            assert REAL not in text, path
            assert "KTR-48293" not in text, path
            if page.path == "/sign-out":
                return
    raise AssertionError("the walk did not reach the way out")


async def test_nothing_changes_for_the_real_person(desk: Desk, both: tuple[Made, Made]) -> None:
    real, _ = both
    form = {"csrf": await desk.csrf()}
    for path in (f"intake/{real.reference}/pick-up", f"asked/{real.asked['person']}"):
        answer = await desk.client.post(f"/desk/{path}", data=form, headers=OURS)
        assert answer.status == 404
    assert desk.holder(real) is None
    seen = desk.store.read_sync(lambda c: c.execute(t.asked.select()).all())
    assert [row.seen_at for row in seen] == [None, None]
    looked = desk.store.read_sync(lambda c: c.execute(t.look.select()).all())
    assert real.id not in {row.conversation for row in looked}


async def test_the_practice_worker_sees_rehearsals(desk: Desk, both: tuple[Made, Made]) -> None:
    _, made_up = both
    page = await desk.page("/desk/")
    assert "Ro Rehearsed" in page
    assert "Waiting for you" not in page
    assert "Could not be reached" not in page
    assert "set aside" not in page
    assert "front door" in await desk.page(f"/desk/intake/{made_up.reference}")
    assert NUMBER in await desk.page(f"/desk/asked/{made_up.asked['person']}")


@pytest.mark.parametrize("role", ["caseworker", "lead"])
async def test_caseworkers_see_real_people(desk: Desk, both: tuple[Made, Made], role: str) -> None:
    real, _ = both
    desk.worker("Sam", role)
    await desk.sign_in("Sam")
    assert REAL in await desk.page("/desk/")
    assert REAL in await desk.page(f"/desk/intake/{real.reference}")


async def test_a_role_that_nobody_knows_sees_nothing(desk: Desk) -> None:
    desk.intake({**COMPLETE, "name": REAL}, kind="complete")
    desk.worker("Sam", "owner")
    answer = await desk.client.post("/desk/sign-in", data={"token": desk.link("Sam")}, headers=OURS)
    assert answer.status == 403
    assert REAL not in await answer.text()
