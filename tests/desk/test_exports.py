"""One intake leaves the desk: what goes, who may, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from desk import audit
from desk.exporting import leaving
from store import tables as t
from store.outside import News
from tests.desk.builder import COMPLETE, OURS, PARTIAL, SERVICES, Desk, flow
from tests.desk.leaving import FILES, PAGES, audited, file, fits_fhir, reads_how, rows, text, walk
from tests.desk.reading import looks, plain

SECRET = "pineapple at midnight"
FULL: dict[str, str | Sequence[str] | None] = {
    **COMPLETE,
    "code_word": SECRET,
    "do_not_contact": "my ex, at the shop",
    "worries": None,
    "hardest": "-",
}


async def test_the_text_begins_with_how_to_reach_them(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293", notes=["the bus is late"])
    await reads_how(desk, made, await desk.sign_in())
    told = await text(desk, made)
    assert told.startswith("Intake KTR-48293\n\nCONTACT SAFELY\n--------------\n\nSafe to text\n")
    places = [
        "Please don't\n> Please don't call my mum's house.",
        "If a call is missed: may leave a message, but no name",
        "Wrote by text message +44 7700 900123",
        "Name to use: “Jo”",
        "What would help\n> Somebody to come with me to the council.\n> I get lost in the letters.",
        "What keeps me going\n> My faith, and Sunday football with the lads.",
        "My worries: chose not to say yet",
        "What keeps me safe: not talked about yet",
        "What feels hard: removed by the person",
        "> the bus is late",
        "Pass on a part if they stop: yes, Thu 19 November 2026, 08:06 GMT",
        "Sam, exported as plain text",
        "At the desk it is erased 19 December 2026",
    ]
    found = [told.find(place) for place in places]
    assert -1 not in found, places[found.index(-1)]
    assert found == sorted(found)


async def test_nothing_that_is_gone_or_secret_or_not_shared_leaves(desk: Desk) -> None:
    made = desk.intake({**FULL, "other_way": "-"}, kind="partial", reference="KTR-48293")
    desk.now_says(made, "would_help", "a van, since yesterday")
    csrf = await desk.sign_in()
    taken = [await file(desk, made, format, csrf) for format in FILES]
    taken += [await text(desk, made), await desk.page(f"/desk/intake/{made.reference}/print")]
    for one in taken:
        assert SECRET not in one
        assert "a van" not in one
        assert "come with me to the council" in one
        assert "refused" not in one


async def test_paper_shows_the_banner_first_and_nothing_around_it(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293")
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}/print")
    body = plain(page.split("<main>")[1])
    assert body.startswith("Contact safely Safe to text")
    assert "<nav" not in page
    assert "Code word set (it is shown at the desk alone)" in body
    assert "My worries chose not to say yet What keeps me safe not talked about yet" in body
    style = await (await desk.client.get("/desk/static/print.css")).text()
    assert "size: A4" in style


async def test_json_holds_the_record_under_names_that_stay(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293", notes=["the bus is late"])
    csrf = await desk.sign_in()
    told = json.loads(await file(desk, made, "json", csrf))
    assert (told["format"], told["version"]) == ("ownpace.intake", 1)
    intake = told["intake"]
    assert next(iter(intake)) == "contact_safely"
    assert intake["contact_safely"]["how"] == "safe"
    assert intake["reference"] == "KTR-48293"
    assert intake["shared_at"] == "2026-11-19T08:16:00+00:00"
    answers = {a["question"]: a for s in intake["sections"] for a in s["answers"]}
    assert answers["worries"]["status"] == "chose_not_to_say_yet"
    assert answers["keeps_safe"]["status"] == "not_talked_about_yet"
    assert answers["how_soon"]["choices"] == [{"code": "today", "label": "Today"}]
    assert [note["words"] for note in intake["notes"]] == ["the bus is late"]
    assert [choice["what"] for choice in intake["agreed"]] == ["start", "share_partial"]
    assert intake["looks"][0]["purpose"] == "exported as JSON"
    assert intake["team"] == []


async def test_fhir_fits_the_schema_of_r4(desk: Desk) -> None:
    named = desk.intake(FULL, kind="complete", reference="KTR-48293", notes=["the bus is late"])
    nameless = desk.intake(PARTIAL, kind="partial")
    csrf = await desk.sign_in()
    whole = json.loads(await file(desk, named, "fhir", csrf))
    part = json.loads(await file(desk, nameless, "fhir", csrf))
    assert fits_fhir(whole) == []
    assert fits_fhir(part) == []
    assert (whole["status"], part["status"]) == ("completed", "in-progress")
    assert whole["authored"] == "2026-11-19T08:16:00+00:00"
    assert whole["subject"]["display"] == "Jo"
    assert "display" not in part["subject"]
    assert part["subject"]["identifier"]["value"] == nameless.reference
    items = {item["linkId"]: item for item in walk(whole)}
    assert whole["item"][0]["linkId"] == "contact_safely"
    assert items["would_help"]["answer"][0]["valueString"].startswith("Somebody to come")
    assert items["how_soon"]["answer"][0]["valueCoding"]["code"] == "today"
    assert items["worries"]["extension"][0]["valueCode"] == "temp-unknown"
    assert items["keeps_safe"]["extension"][0]["valueCode"] == "not-asked"
    assert items["code_word"]["extension"][0]["valueCode"] == "masked"


async def test_a_wrong_resource_does_not_fit(desk: Desk) -> None:
    """The net has no holes where we need it."""
    made = desk.intake(PARTIAL)
    good = json.loads(await file(desk, made, "fhir", await desk.sign_in()))
    for wrong in ({"authored": "yesterday"}, {"item": [{"text": "no id"}]}, {"status": "done"}):
        assert fits_fhir(good | wrong) != [], wrong


async def test_a_table_has_a_row_for_each_answer(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293")
    csrf = await desk.sign_in()
    await reads_how(desk, made, csrf)
    found = rows(await file(desk, made, "csv", csrf))
    assert [row["question"] for row in found[:3]] == ["how", "number", "safe_to_text"]
    by = {row["question"]: row for row in found}
    assert by["number"]["words"] == "'+44 7700 900123"
    assert by["how_to_talk"]["choices"] == "Phone; Our office"
    assert by["worries"]["status"] == "chose not to say yet"
    assert {row["reference"] for row in found} == {"KTR-48293"}


async def test_every_way_out_is_a_look_and_a_row_of_the_audit(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    csrf = await desk.sign_in("Sam")
    for page in PAGES:
        await desk.page(f"/desk/intake/{made.reference}/{page}")
    for format in FILES:
        await file(desk, made, format, csrf)
    sam, names = desk.worker("Sam"), ["plain text", "A4 print", "CSV", "JSON", "FHIR"]
    assert looks(desk) == [(sam, f"exported as {name}") for name in names]
    assert audited(desk) == [(sam, "export.one", f"{made.reference} {name}") for name in names]
    assert desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys)) is None


async def test_the_same_again_is_one_look_and_two_rows_of_the_audit(desk: Desk) -> None:
    made, csrf = desk.intake(PARTIAL), await desk.sign_in("Sam")
    await file(desk, made, "csv", csrf)
    await file(desk, made, "csv", csrf)
    assert len(looks(desk)) == 1
    assert len(audited(desk)) == 2
    desk.clock.at += timedelta(minutes=15)
    await file(desk, made, "csv", csrf)
    assert len(looks(desk)) == 2


async def test_nothing_leaves_if_it_cannot_be_written_down(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    made, csrf = desk.intake(PARTIAL), await desk.sign_in()
    monkeypatch.setattr("desk.audit.note", full)
    for page in PAGES:
        answer = await desk.client.get(f"/desk/intake/{made.reference}/{page}")
        assert (answer.status, "my sister" in await answer.text()) == (503, False)
    for format in FILES:
        path = f"/desk/intake/{made.reference}/{format}"
        answer = await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
        assert (answer.status, "my sister" in await answer.text()) == (503, False)
    assert looks(desk) == []


async def test_whose_it_is_not_gets_nothing(desk: Desk) -> None:
    """Another service, another role, nobody: for each way out, and nothing is noted."""
    made = desk.intake(PARTIAL)
    desk.worker("Ada", "admin")
    other = desk.worker("Oli")
    gone = t.membership.delete().where(t.membership.c.worker == other)
    desk.store.write_sync(lambda c: c.execute(gone))
    desk.worker("Practice worker", "practice")
    for name, status in (("Ada", 403), ("Oli", 404), ("Practice worker", 404), ("", 403)):
        desk.client.session.cookie_jar.clear()
        csrf = await desk.sign_in(name) if name else ""
        for key in (made.reference, made.id, made.reference.lower()):
            for page in PAGES:
                path = f"/desk/intake/{key}/{page}"
                answer = await desk.client.get(path, allow_redirects=False)
                assert answer.status == (status if name else 303), (name, path)
            for format in FILES:
                path = f"/desk/intake/{key}/{format}"
                answer = await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
                assert answer.status == status, (name, path)
                assert "sister" not in await answer.text()
    assert looks(desk) == []
    assert audited(desk) == []


async def test_a_file_is_an_act_and_not_a_link(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in()
    for format in FILES:
        answer = await desk.client.get(f"/desk/intake/{made.reference}/{format}")
        assert answer.status == 405
    assert audited(desk) == []


@pytest.mark.parametrize("kind", ["erased", "expired"])
async def test_what_is_gone_has_no_way_out(desk: Desk, kind: str) -> None:
    made = desk.intake(PARTIAL)
    desk.hand_over(made, kind)
    csrf = await desk.sign_in()
    for page in PAGES:
        assert (await desk.client.get(f"/desk/intake/{made.reference}/{page}")).status == 404
    for format in FILES:
        path = f"/desk/intake/{made.reference}/{format}"
        assert (await desk.client.post(path, data={"csrf": csrf}, headers=OURS)).status == 404
    assert audited(desk) == []


async def test_a_rehearsal_says_that_the_person_does_not_exist(desk: Desk) -> None:
    made = desk.intake(PARTIAL, service="practice")
    csrf = await desk.sign_in()
    assert "practice: this person does not exist" in await text(desk, made)
    assert json.loads(await file(desk, made, "json", csrf))["intake"]["practice"] is True
    being_written = desk.intake(PARTIAL, kind="", service="practice")
    answer = await desk.client.get(f"/desk/intake/{being_written.id}/copy")
    assert answer.status == 404


TIMES = {"safe_to_text": ["sometimes"], "good_times": "after 4"}
YES = {"safe_to_text": ["yes"]}
REACHED: tuple[tuple[dict[str, Any], dict[str, str], str], ...] = (
    (YES, {}, "Safe to text"),
    ({"safe_to_text": ["no"]}, {}, "Do not text first: reply only when they write"),
    ({}, {}, "Do not text first: reply only when they write"),
    ({"safe_to_text": ["sometimes"]}, {}, "Do not text first: reply only when they write"),
    (TIMES, {}, "Safe to text at some times only"),
    (YES, {"standing": "stopped"}, "They asked us not to write."),
    (YES, {"state": "stopped"}, "They asked us to stop writing."),
    (YES, {"state": "unreachable"}, "Our messages do not reach them"),
)


async def test_the_banner_says_what_the_desk_says(desk: Desk) -> None:
    await desk.sign_in()
    for answers, about, how in REACHED:
        made = desk.intake({"keeps_going": "tea", **answers}, **about)
        told = await text(desk, made)
        assert told.split("--------------\n\n", 1)[1].startswith(how), how
        assert how in plain(await desk.page(f"/desk/intake/{made.reference}"))
        assert "If a call is missed: not said: leave no message" in told


async def test_the_intake_offers_every_way_out(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}")
    for way in (*PAGES, *FILES):
        assert f'"/desk/intake/{made.reference}/{way}"' in page


async def test_what_goes_along_by_web_hook_is_written_down_once(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete")
    parts = (desk.keys, {"self_referral": flow()}, SERVICES, desk.clock)
    news = News("1", made.id, made.reference, "complete", desk.clock.at, None, 0)
    told = desk.store.write_sync(lambda c: leaving.for_hook(*parts, c, news))
    assert told is not None
    assert (told["version"], told["reference"]) == (1, made.reference)
    assert next(iter(told)) == "contact_safely"
    again = News("1", made.id, made.reference, "complete", desk.clock.at, None, 1)
    desk.store.write_sync(lambda c: leaving.for_hook(*parts, c, again))
    assert looks(desk) == [("the web hook", "exported as JSON by web hook")]
    about = f"{made.reference} JSON by web hook"
    assert audited(desk) == [("the web hook", "export.one", about)]
    desk.hand_over(made, "erased")
    assert desk.store.write_sync(lambda c: leaving.for_hook(*parts, c, news)) is None


async def test_the_number_stands_behind_the_gate_of_the_page(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293")
    for again in (False, True):
        if again:  # how to reach them has changed since it was read
            desk.clock.at += timedelta(hours=1)
            desk.now_says(made, "good_times", "after 6 now")
        csrf = await desk.sign_in()
        for read in (False, True):
            if read:
                await reads_how(desk, made, csrf)
            taken = {format: await file(desk, made, format, csrf) for format in FILES}
            taken |= {"text": await text(desk, made)}
            taken |= {"print": await desk.page(f"/desk/intake/{made.reference}/print")}
            for format, told in taken.items():
                assert ("+44 7700 900123" in told) == read, (format, again)
                says = '"number_left_out": true' if format == "json" else "left out"
                says = "number_left_out" if format == "fhir" else says
                assert (says in told) != read, (format, again)
            assert (
                json.loads(taken["json"])["intake"]["contact_safely"]["number_left_out"] is not read
            )
            assert fits_fhir(json.loads(taken["fhir"])) == []


async def test_one_worker_having_read_it_opens_no_gate_for_another(desk: Desk) -> None:
    made = desk.intake(FULL, kind="complete", reference="KTR-48293")
    await reads_how(desk, made, await desk.sign_in("Sam"))
    csrf = await desk.sign_in("Priya")
    assert "900123" not in await file(desk, made, "csv", csrf)
