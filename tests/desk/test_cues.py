"""A text that may be a sign of danger, at the desk: first in the list, in the very words, and it is
a person who decides."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from store import tables as t
from tests.desk.builder import NUMBER, OURS, PARTIAL, THURSDAY, Desk
from tests.desk.reading import looks

WORDS = "i dont want to be here any more"


async def test_it_stands_before_whatever_else_is_asked_for(desk: Desk) -> None:
    desk.intake(PARTIAL, asked=["person"], reference="AAA-11111")
    desk.intake(PARTIAL, cues={"suicidal": WORDS}, reference="BBB-22222")
    await desk.sign_in()
    page = await desk.page("/desk/")
    assert page.index("Somebody may not want to live any more") < page.index("asked for a person")
    assert WORDS not in page


async def test_the_very_words_are_shown_though_nothing_was_shared(desk: Desk) -> None:
    made = desk.intake(PARTIAL, cues={"suicidal": WORDS}, kind="", share=None)
    await desk.sign_in()
    page = await desk.page(f"/desk/asked/{made.asked['suicidal']}")
    assert WORDS in page
    assert NUMBER in page
    assert "found by its words" in page
    assert "to be read by" in page
    assert "it decides nothing: you do" in page
    assert looks(desk)[-1] == (desk.worker("Sam"), "asked for by the person")


async def test_that_it_was_not_meant_so_is_said_beside_it(desk: Desk) -> None:
    made = desk.intake(PARTIAL, cues={"suicidal": WORDS})
    desk.change(t.asked, made.asked["suicidal"], wrong_at=THURSDAY)
    await desk.sign_in()
    page = await desk.page(f"/desk/asked/{made.asked['suicidal']}")
    assert "this is not what they meant" in page


async def test_who_sees_to_it_keeps_what_was_promised(desk: Desk) -> None:
    made = desk.intake(PARTIAL, cues={"suicidal": WORDS})
    later = THURSDAY + timedelta(hours=1)
    promise = {
        "id": "p",
        "conversation": made.id,
        "kind": "care",
        "made_at": THURSDAY - timedelta(hours=3),
    }
    desk.insert(t.promise, **promise, due_at=later)
    form = {"csrf": await desk.sign_in()}
    seen = f"/desk/asked/{made.asked['suicidal']}"
    await desk.client.post(seen, data=form, headers=OURS)
    kept = select(t.promise.c.kept_at).where(t.promise.c.id == "p")
    assert desk.store.read_sync(lambda c: c.scalar(kept))
    assert "may not want to live" not in await desk.page("/desk/")


async def test_the_timeline_says_that_a_program_noticed(desk: Desk) -> None:
    made = desk.intake(PARTIAL, cues={"suicidal": WORDS})
    await desk.sign_in()
    page = await desk.page(f"/desk/intake/{made.reference}")
    assert "noticed by the program" in page
