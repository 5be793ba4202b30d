"""The list of who is waiting: equal dignity, plain words, real people apart from rehearsals."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from store import tables as t
from tests.desk.builder import COMPLETE, NUMBER, OURS, PARTIAL, THURSDAY, Desk, lay_out

# Words that turn a person's pace into a fault of theirs.
UNKIND = re.compile(
    r"incomplete|unfinished|abandon|missing|failed to|%|score|drop.?out|refus", re.I
)


def cards(page: str) -> list[str]:
    """The text of each card, in order."""
    found = re.findall(r'<li class="card">(.*?)</li>', page, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card)).strip() for card in found]


def parts(page: str) -> tuple[str, str]:
    """The part of real people, and that of rehearsals."""
    real, practice = page.split('<section class="part practice">')
    return real, practice


async def test_complete_and_partial_stand_side_by_side(desk: Desk) -> None:
    desk.intake(PARTIAL, reference="KTR-48293")
    desk.intake(
        COMPLETE, kind="complete", reference="BXW-77342", due=THURSDAY + timedelta(minutes=45)
    )
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert cards(page) == [
        "Jo went to the end Safe to text Asked to talk today To be read by Thu 10:45 · 45 min"
        " left Shared Thu 08:13 With nobody yet Reference BXW-77342",
        "Name not given yet shared part of it Safe to text at some times only: weekdays before 3"
        " To be read by Thu 12:00 · 2 h left Shared Thu 08:09 With nobody yet"
        " Reference KTR-48293",
    ]
    assert UNKIND.findall(re.sub(r"<[^>]+>", "", page)) == []


async def test_a_list_shows_no_more_than_it_needs(desk: Desk) -> None:
    desk.intake(COMPLETE, kind="complete")
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert not any(word in page for word in ("front door", "council", "mum", NUMBER))


@pytest.mark.parametrize("codes", [["no"], ["not_sure"], None, "-"])
async def test_do_not_text_first_unless_they_said_that_it_is_safe(
    desk: Desk, codes: list[str] | str | None
) -> None:
    desk.intake({"safe_to_text": codes})
    desk.intake({})
    desk.intake({"safe_to_text": ["sometimes"]})
    await desk.sign_in()
    waiting = cards(await desk.page("/desk/"))
    assert ["Do not text first: reply only when they write" in card for card in waiting] == [
        True
    ] * 3


async def test_a_time_that_passed_is_said_plainly(desk: Desk) -> None:
    desk.intake(PARTIAL, due=THURSDAY - timedelta(minutes=90))
    desk.intake(PARTIAL, due=None)
    await desk.sign_in()
    late, never = cards(await desk.page("/desk/"))
    assert "read by Thu 08:30 · 1 h past its time" in late
    assert "no time was given" in never


async def test_rehearsals_stand_apart(desk: Desk) -> None:
    desk.intake({**COMPLETE, "name": "Jo Real"}, kind="complete", asked=["person"])
    desk.intake({**COMPLETE, "name": "Ro Rehearsed"}, service="practice", kind="complete")
    desk.intake({**PARTIAL, "name": "Wil Writing"}, service="practice", kind="", standing="asking")
    await desk.sign_in()
    real, practice = parts(await desk.page("/desk/"))
    assert "Jo Real" in real
    assert "Practice" not in real
    assert "Ro Rehearsed" in practice
    assert "Jo Real" not in practice
    assert "asked for a person" not in practice
    assert re.search(r"Being written now.*With a real person.*Wil Writing", practice, re.S)


async def test_what_a_real_person_is_writing_is_nowhere(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "name": "Not Yet"}, kind="", standing="asking")
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert "Not Yet" not in page
    assert made.id not in page


async def test_an_explanation_that_did_not_arrive_is_shown_without_a_name(desk: Desk) -> None:
    desk.intake({"name": "Secret"}, kind="", standing="explaining", agreed=False, undelivered=True)
    desk.intake({"name": "Secret"}, kind="", standing="asking", state="unreachable")
    desk.intake({}, kind="", standing="explaining", agreed=False)
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert page.count("Somebody wrote by text message, Thu 08:20.") == 2
    assert page.count("so we asked them nothing") == 1
    assert "Secret" not in page


async def test_what_was_set_aside_is_counted(desk: Desk) -> None:
    await desk.sign_in()
    assert "set aside" not in await desk.page("/desk/")
    for id in ("1", "2"):
        sealed = desk.keys.master.seal("secret", f"parked.content:{id}")
        row = {"id": id, "account": "sms:harbour", "kind": "unreadable", "content": sealed}
        desk.insert(t.parked, at=THURSDAY, **row)
    assert "2 messages were set aside" in await desk.page("/desk/")


async def test_somebody_who_asked_for_a_person_is_reached_and_the_look_is_kept(desk: Desk) -> None:
    made = desk.intake({**PARTIAL, "name": "Lee"}, kind="", standing="asking", asked=["person"])
    csrf = await desk.sign_in()
    assert "Lee" not in await desk.page("/desk/")
    path = f"/desk/asked/{made.asked['person']}"
    page = await desk.page(path)
    assert "Lee" in page
    assert NUMBER in page
    assert "sleep somewhere" not in page
    looks = desk.store.read_sync(lambda c: c.scalars(select(t.look.c.purpose)).all())
    assert looks == ["asked for by the person"]
    await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    assert "asked for a person" not in await desk.page("/desk/")


async def test_the_list_is_sent_again_only_when_it_changed(desk: Desk) -> None:
    await desk.sign_in()
    page = await desk.page("/desk/")
    mark = re.search(r'"X-Seen": "(\w+)"', page)
    assert mark
    seen = {"X-Seen": mark[1], "HX-Request": "true"}
    assert (await desk.client.get("/desk/now", headers=seen)).status == 204
    desk.intake({**PARTIAL, "name": "Alex"})
    changed = await desk.client.get("/desk/now", headers=seen)
    assert changed.status == 200
    text = await changed.text()
    assert "Alex" in text
    assert "<html" not in text


async def test_a_long_list_is_shown_whole(desk: Desk) -> None:
    await desk.sign_in()
    desk.store.write_sync(lambda c: [lay_out(c, desk.keys, {"name": f"N{n}"}) for n in range(60)])
    assert len(cards(await desk.page("/desk/"))) == 60
