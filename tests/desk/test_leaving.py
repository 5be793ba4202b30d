"""Held back from erasing, and brought back: a lead's, with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import audit
from store import hiding, legal_hold
from store import tables as t
from tests.desk.builder import COMPLETE, THURSDAY, Desk, Made
from tests.desk.reading import plain
from tests.desk.team import at_work

WHY = "The sister of Jo rang: the phone was taken from her."
UNTIL = THURSDAY + timedelta(hours=24)


@pytest.fixture
def made(desk: Desk) -> Made:
    desk.worker("Lena", "lead")
    return desk.intake({**COMPLETE, "name": "Jo"}, kind="complete", standing="ended")


async def gone(desk: Desk, made: Made) -> None:
    """The person had it erased, at ten."""
    await desk.store.write(lambda c: hiding.hide(c, desk.keys, made.id, THURSDAY, UNTIL))


def audited(desk: Desk) -> list[tuple[str, str, object]]:
    a = t.audit.c
    rows = desk.store.read_sync(lambda c: c.execute(select(a.what, a.about, a.why)).all())
    assert desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys)) is None
    return [(row.what, row.about, row.why) for row in rows]


async def shown(desk: Desk, made: Made) -> str:
    return plain(await desk.page(f"/desk/intake/{made.reference}"))


async def held(desk: Desk, made: Made) -> bool:
    now = THURSDAY + timedelta(days=1)
    return await desk.store.read(lambda c: legal_hold.is_held(c, made.person, now))


async def test_it_is_gone_from_every_page_at_once(desk: Desk, made: Made) -> None:
    at = await at_work(desk, made, "Sam")
    assert "My faith" in await shown(desk, made)
    await gone(desk, made)
    page = await shown(desk, made)
    assert "The person had this erased" in page
    assert "It is erased for good on Fri 20 November 2026, 10:00 GMT" in page
    assert "My faith" not in page
    assert "Bring it back" not in page, "a lead's"
    for rest in ("/held", "/export", "/messages", "/note", "/bring-back", "/hold"):
        answer = await desk.client.get(at.path + rest, allow_redirects=False)
        assert answer.status in (303, 403, 404), (rest, answer.status)
    listed = await desk.page("/desk/")
    assert ">Jo<" not in listed
    assert made.reference in listed, "among those erased"


async def test_a_lead_brings_it_back_with_a_reason(desk: Desk, made: Made) -> None:
    at = await at_work(desk, made, "Lena")
    await gone(desk, made)
    assert "Bring it back" in await shown(desk, made)
    assert (await at.post("/bring-back"))[0] == 400
    assert audited(desk) == []
    assert (await at.post("/bring-back", reason=WHY))[0] == 303
    page = await shown(desk, made)
    assert "My faith" in page
    assert WHY in page, "as a note"
    assert audited(desk) == [("brought_back", made.reference, None)]
    assert (await at.post("/bring-back", reason=WHY))[0] == 404, "once"


async def test_a_lead_holds_it_and_ends_the_hold(desk: Desk, made: Made) -> None:
    at = await at_work(desk, made, "Lena")
    assert (await at.post("/hold", reason="court 12"))[0] == 400
    assert (await at.post("/hold", reason="court 12", until="2027-02-01"))[0] == 303
    page = await shown(desk, made)
    assert "Held back from erasing by Lena until 1 February 2027: court 12" in page
    assert "Kept until" not in page
    assert "court 12" in await at.page("/hold")
    assert await held(desk, made)
    assert (await at.post("/hold/lift"))[0] == 303
    assert "court 12" not in await shown(desk, made)
    assert not await held(desk, made)
    both = [("hold.set", made.reference, None), ("hold.lifted", made.reference, None)]
    assert audited(desk) == both


async def test_a_caseworker_sees_the_hold_and_changes_nothing(desk: Desk, made: Made) -> None:
    lead = await at_work(desk, made, "Lena")
    await lead.post("/hold", reason="court 12", until="2027-02-01")
    sam = await at_work(desk, made, "Sam")
    assert "court 12" in await shown(desk, made)
    for rest in ("/hold", "/hold/lift", "/bring-back"):
        assert (await sam.post(rest, reason="x", until="2027-02-01"))[0] == 403


async def test_a_hold_is_ended_also_on_what_was_erased_since(desk: Desk, made: Made) -> None:
    at = await at_work(desk, made, "Lena")
    await at.post("/hold", reason="court 12", until="2027-02-01")
    await gone(desk, made)
    page = await shown(desk, made)
    assert "Lena holds it back from erasing until 1 February 2027." in page
    assert "court 12" not in page
    assert (await at.post("/hold/lift"))[0] == 303
    assert not await held(desk, made)
    assert "holds it back" not in await shown(desk, made)
    assert audited(desk)[-1] == ("hold.lifted", made.reference, None)
