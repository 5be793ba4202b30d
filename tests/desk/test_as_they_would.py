"""The record as the person would read it, and four questions about it."""

from __future__ import annotations

import re

from tests.desk.builder import COMPLETE, PARTIAL, Desk
from tests.desk.reading import looks, plain
from tests.desk.team import DECISION, LEVEL, at_work

YES = dict.fromkeys(("respected", "understood", "voice", "with_them"), "yes")


async def test_they_would_get_their_words_ours_the_reasons_and_who_looked(desk: Desk) -> None:
    more = {"do_not_contact": "my brother Rob", "others": "my son is quiet"}
    work = await at_work(desk, desk.intake({**COMPLETE, **more}, kind="complete"))
    await work.post("/note", said="ring at 4", saw="Rang at 4.")
    await work.post("/decision", **DECISION)
    await work.post("/concern/check-in", **LEVEL)
    page = re.sub(r" You wrote this on [^.]+\.", "", await work.page("/as-they-would"))
    others = "About other people. These are their own words, so they see them;"
    noon = "19 November 2026, 10:00, Sam"
    places = [
        "Read this as Jo would",
        "They would get all messages of both sides too.",
        "Ownpace can't know whom a note names.",
        "Your words What keeps me going My faith",
        f"Please do not talk to my brother Rob {others}",
        f"Worried about someone else my son is quiet {others}",
        f"What we decided, and why {noon} We go to the council with Jo.",
        "Why You asked for somebody beside you",
        f"What we said we will do, and how soon {noon} Check in",
        f"What we wrote about you {noon} What you said ring at 4",
        f"Who has looked {noon}, caseworker to read it as you would",
        "Four questions",
    ]
    found = [page.find(place) for place in places]
    assert -1 not in found, places[found.index(-1)]
    assert found == sorted(found)
    assert (desk.worker("Sam"), "read it as the person would") in looks(desk)


async def test_without_a_name_it_is_they(desk: Desk) -> None:
    work = await at_work(desk, desk.intake(PARTIAL))
    page = await work.page("/as-they-would")
    assert "Read this as they would This is what we would send" in page
    assert "What we decided, and why Nothing yet." in page


async def test_the_four_answers_are_kept_as_a_note(desk: Desk) -> None:
    work = await at_work(desk)
    form = {**YES, "with_them": "not_yet", "words": "Say that we asked first."}
    answer = await work.post("/as-they-would", **form)
    assert answer[:2] == (303, work.path + "#notes")
    page = await work.page()
    assert "Notes Sam, Thu 10:00 Read this as they would Would they feel" in page
    assert "Are their own voice and their wishes in it? yes" in page
    assert "spoken with them, not about them? not yet" in page
    assert "What I will change Say that we asked first." in page
    assert "Sam read it as they would" in page


async def test_not_yet_says_what_will_change(desk: Desk) -> None:
    work = await at_work(desk)
    status, _, page = await work.post("/as-they-would", **{**YES, "voice": "not_yet"})
    assert (status, "What I will change: this is still missing" in plain(page)) == (400, True)
    assert page.count(" checked") == 4
    status, _, page = await work.post("/as-they-would", respected="yes")
    assert (status, plain(page).count(": this is still missing")) == (400, 3)
    assert (await work.post("/as-they-would", **YES))[0] == 303
