"""What people want done with what we hold of them (the menu of DATA), at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store import tables as t
from tests.desk.builder import OURS, PARTIAL, THURSDAY, Desk


@pytest.mark.parametrize(
    ("what", "line", "told"),
    [
        ("copy", "to get a copy", "it does not come by text"),
        ("looks", "to know who has looked", "who has looked, at a safe time"),
        ("fix", "to have something put right", "beside ours"),
        ("stop_using", "that we stop using them", "until you have written to them"),
        ("complain", "to complain", "their complaint has to be answered by"),
    ],
)
async def test_what_people_want_with_their_words_is_told_and_seen_to(
    desk: Desk, what: str, line: str, told: str
) -> None:
    made = desk.intake(PARTIAL, asked=[what])
    desk.change(t.asked, made.asked[what], due_at=THURSDAY if what == "complain" else None)
    csrf = await desk.sign_in()
    assert f"Somebody asked about their words: {line}" in await desk.page("/desk/")
    assert f"Asked about their words: {line}" in await desk.page(f"/desk/intake/{made.reference}")
    path = f"/desk/asked/{made.asked[what]}"
    assert told in await desk.page(path)
    await desk.client.post(path, data={"csrf": csrf}, headers=OURS)
    assert line not in await desk.page("/desk/")


async def test_several_wishes_are_one_line(desk: Desk) -> None:
    desk.intake(PARTIAL, asked=["person", "copy", "complain"])
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert "Somebody asked for a person; about their words: to get a copy, to complain" in page


async def test_who_wants_us_to_stop_is_read_no_further(desk: Desk) -> None:
    made = desk.intake(PARTIAL, asked=["stop_using"])
    await desk.sign_in()
    assert "Read no further" in await desk.page(f"/desk/intake/{made.reference}")


async def test_who_asked_first_stands_first_whatever_day_was_told(desk: Desk) -> None:
    late, early = desk.intake(PARTIAL, asked=["complain"]), desk.intake(PARTIAL, asked=["copy"])
    again = desk.intake(PARTIAL, asked=["looks"])
    for made, what, minutes in ((early, "copy", 1), (late, "complain", 2), (again, "looks", 3)):
        at = THURSDAY - timedelta(hours=1) + timedelta(minutes=minutes)
        due = at + timedelta(days=30) if what == "complain" else None
        desk.change(t.asked, made.asked[what], at=at, due_at=due)
    await desk.sign_in()
    page = await desk.page("/desk/")
    places = [page.index(wish) for wish in ("to get a copy", "to complain", "who has looked")]
    assert places == sorted(places)
