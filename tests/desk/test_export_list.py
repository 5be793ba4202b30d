"""Many intakes at once: for leads who have just shown their app, with a reason, not too many."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from aiohttp import ClientResponse

from desk import audit
from desk.exporting import leaving
from desk.exporting.csv_rows import BOM
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, PARTIAL, THURSDAY, Desk
from tests.desk.leaving import (
    FILES,
    audited,
    comes_and_steps_up,
    fits_fhir,
    reads_how,
    rows,
    steps_up,
)
from tests.desk.reading import looks

WHY = "moving to the new case system"


async def ask(desk: Desk, **form: str) -> ClientResponse:
    given = {"csrf": await desk.csrf(), "format": "json", "reason": WHY, **form}
    return await desk.client.post("/desk/export", data=given, headers=OURS, allow_redirects=False)


async def references(answer: ClientResponse) -> list[str]:
    assert answer.status == 200, await answer.text()
    return [intake["reference"] for intake in json.loads(await answer.read())["intakes"]]


async def test_a_lead_takes_out_what_was_shared(desk: Desk) -> None:
    whole = desk.intake(COMPLETE, kind="complete")
    part = desk.intake(PARTIAL, at=THURSDAY - timedelta(hours=1))
    desk.intake(PARTIAL, kind="")
    gone = desk.intake(PARTIAL)
    desk.hand_over(gone, "erased")
    await comes_and_steps_up(desk)
    assert "500 intakes at most" in await desk.page("/desk/export")
    answer = await ask(desk)
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="ownpace-2026-11-19.json"'
    )
    assert await references(answer) == [whole.reference, part.reference]
    lee = desk.worker("Lee")
    assert looks(desk) == [(lee, "exported as JSON")] * 2
    about = f"2 JSON {whole.reference}..{part.reference}"
    assert audited(desk)[-1] == (lee, "export.list", about)


async def test_practice_people_are_never_among_them(desk: Desk) -> None:
    real = desk.intake(COMPLETE, kind="complete")
    desk.intake({**COMPLETE, "name": "Ro Rehearsed"}, kind="complete", service="practice")
    await steps_up(desk)
    for format in FILES:
        text = (await (await ask(desk, format=format)).read()).decode()
        assert real.reference in text
        assert "Ro Rehearsed" not in text


async def test_nor_those_of_another_service(desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete")
    lead = await steps_up(desk)
    gone = t.membership.delete().where(t.membership.c.worker == lead)
    desk.store.write_sync(lambda c: c.execute(gone))
    answer = await ask(desk)
    assert (answer.status, "front door" in await answer.text()) == (400, False)


async def test_days_are_those_of_the_service(desk: Desk) -> None:
    desk.intake(PARTIAL, at=THURSDAY - timedelta(hours=10, minutes=30))  # Wednesday, 23:30
    desk.intake(PARTIAL)
    await steps_up(desk)
    for since, until, expected in (
        ("2026-11-18", "", 2),
        ("2026-11-19", "", 1),
        ("", "2026-11-18", 1),
        ("2026-11-18", "2026-11-18", 1),
        ("2026-11-18", "2026-11-19", 2),
    ):
        found = await references(await ask(desk, since=since, until=until))
        assert len(found) == expected, (since, until)


WRONG: tuple[dict[str, str], ...] = (
    {"reason": ""},
    {"reason": " \t-- "},
    {"reason": "x" * 301},
    {"format": "exe"},
    {"format": ""},
    {"since": "yesterday"},
    {"since": "2026-11-19", "until": "2026-11-18"},
    {"since": "0001-01-01"},
    {"until": "9999-12-31"},
    {"since": "2027-01-01"},
)


async def test_what_is_missing_is_told_and_nothing_leaves(desk: Desk) -> None:
    desk.intake(PARTIAL)
    await steps_up(desk)
    for wrong in WRONG:
        answer = await ask(desk, **wrong)
        page = await answer.text()
        assert (answer.status, 'role="alert"' in page) == (400, True), wrong
        assert "sister" not in page
    assert audited(desk) == []
    assert looks(desk) == []


async def test_never_too_many_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "MOST", 2)
    for _ in range(3):
        desk.intake(PARTIAL)
    await steps_up(desk)
    answer = await ask(desk)
    assert (answer.status, "Choose fewer days" in await answer.text()) == (400, True)
    assert looks(desk) == []
    monkeypatch.setattr(leaving, "MOST", 3)
    assert len(await references(await ask(desk))) == 3


async def test_without_the_app_just_now_nothing_leaves(desk: Desk) -> None:
    desk.intake(PARTIAL)
    await steps_up(desk)
    desk.clock.at += timedelta(minutes=11)
    for answer in (await ask(desk), await desk.client.get("/desk/export", allow_redirects=False)):
        assert (answer.status, answer.headers["Location"]) == (
            303,
            "/desk/step-up?then=/desk/export",
        )
    assert looks(desk) == []


async def test_only_leads(desk: Desk) -> None:
    desk.intake(PARTIAL)
    desk.worker("Ada", "admin")
    desk.worker("Practice worker", "practice")
    for name in ("Sam", "Ada", "Practice worker"):
        await desk.sign_in(name)
        assert (await ask(desk)).status == 403
        assert (await desk.client.get("/desk/export")).status == 403
    desk.client.session.cookie_jar.clear()
    assert (await desk.client.get("/desk/export", allow_redirects=False)).status == 303
    assert (await desk.client.post("/desk/export", headers=OURS)).status == 403


async def test_the_reason_is_kept_sealed_and_vouched_for(desk: Desk) -> None:
    desk.intake(PARTIAL)
    await steps_up(desk)
    await ask(desk)
    row = desk.store.read_sync(lambda c: c.execute(t.audit.select()).all())[-1]
    assert WHY.encode() not in row.why
    assert audit.reason(desk.keys, row.number, row.why) == WHY
    assert desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys)) is None
    forged = desk.keys.master.seal("a good cause", f"audit.why:{row.number}")
    changed = t.audit.update().where(t.audit.c.number == row.number)
    desk.store.write_sync(lambda c: c.execute(changed.values(why=forged)))
    assert desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys)) == row.number


async def test_tables_and_bundles_of_many(desk: Desk) -> None:
    desk.intake({**COMPLETE, "worries": None}, kind="complete", at=THURSDAY - timedelta(days=1))
    one = desk.intake({**PARTIAL, "matters_most": "=1+1"})
    await steps_up(desk)
    await reads_how(desk, one, await desk.csrf())
    table = (await (await ask(desk, format="csv")).read()).decode()
    assert table.startswith(BOM)
    found = rows(table.removeprefix(BOM))
    assert [row["contact_safely"] for row in found] == ["safe", "at some times"]
    assert [row["worries"] for row in found] == ["chose not to say yet", "not talked about yet"]
    assert found[0]["how_to_talk"] == "Phone; Our office"
    assert found[1]["matters_most"] == "'=1+1"
    assert found[0]["number"] == "left out: read first how to reach them safely"
    assert found[1]["number"].startswith("'+44")
    assert list(found[0])[9:12] == ["contact_safely", "number", "safe_to_text"]
    bundle = json.loads(await (await ask(desk, format="fhir")).read())
    assert fits_fhir(bundle) == []
    assert [entry["resource"]["status"] for entry in bundle["entry"]] == [
        "completed",
        "in-progress",
    ]
