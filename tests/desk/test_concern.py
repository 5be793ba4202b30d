"""The concern level: set by people only, up and down alike, and never by itself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from desk import reviews
from desk.concern import NAMES
from store import nudges
from store import tables as t
from store.rights import erase
from tests.desk.builder import COMPLETE, PARTIAL, THURSDAY, Desk
from tests.desk.reading import plain
from tests.desk.team import DECISION, LEVEL, AtWork, at_work


async def last(work: AtWork) -> str:
    """The change that a form would say it has seen."""
    raw = await work.desk.page(work.path + "/concern/now")
    return raw.split('name="seen" value="')[1].split('"')[0]


async def put(work: AtWork, name: str, **change: str) -> tuple[int, str, str]:
    return await work.post(f"/concern/{name}", **{**LEVEL, "seen": await last(work), **change})


async def test_nobody_is_steady_before_somebody_says_so(desk: Desk) -> None:
    work = await at_work(desk)
    page = await work.page()
    assert "Concern level: nobody has set it yet Set it to Steady Check in Today Now" in page


async def test_a_level_says_what_we_will_do_and_why(desk: Desk) -> None:
    work = await at_work(desk)
    assert (await put(work, "check-in"))[:2] == (303, work.path + "#concern")
    page = await work.page()
    assert "Concern level: Check in Set it to Steady Check in (stays) Today Now" in page
    assert "Something to talk about soon: within 3 working days." in page
    assert "Set by Sam; look again by 24 November 2026" in page
    told = (
        "Why this level The landlord came twice this week. What they say i don't sleep much"
        " What keeps them safe Her sister rings at 8 every night."
        " What we will do We ring on Friday at 4. What they were told That we ring on Friday."
    )
    assert told in page
    row = desk.store.read_sync(lambda c: c.execute(select(t.concern)).one())
    assert b"landlord" not in row.content
    assert (row.before, row.level) == (None, 1)


async def test_down_takes_the_same_fields_and_clicks_as_up(desk: Desk) -> None:
    work = await at_work(desk)
    await put(work, "check-in")
    forms = []
    for name in ("steady", "today"):
        assert f'href="{work.path}/concern/{name}"' in await desk.page(work.path)
        raw = await desk.page(f"{work.path}/concern/{name}")
        forms.append(re.findall(r'<(?:textarea|input|button)[^>]*?(?: name="(\w+)"|>)', raw))
    assert forms[0] == forms[1]
    assert "What has changed for the better" in await work.page("/concern/steady")
    assert "What has changed" in await work.page("/concern/today")
    assert "for the better" not in await work.page("/concern/today")
    await put(work, "steady", why="He moved away.")
    page = await work.page()
    assert "Concern level: Steady" in page
    assert "What has changed for the better He moved away." in page
    assert "Something changed for the better: Steady, Sam" in page
    assert "A hard week is not failure." in page


async def test_no_level_speaks_of_risk_or_is_a_number_or_a_colour(desk: Desk) -> None:
    work = await at_work(desk)
    looks_alike = set()
    for name in NAMES:
        await put(work, name)
        for rest in ("", f"/concern/{name}", "/as-they-would"):
            page = await work.page(rest)
            assert not re.search(
                r"\b(risk|low|medium|high|score|severity|level [0-3])\b", page, re.I
            )
        raw = await desk.page(work.path)
        looks_alike.add(raw[raw.index('id="concern"') : raw.index('id="level"')])
    assert len(looks_alike) == 1


FAULTY: tuple[tuple[Mapping[str, str], str, str], ...] = (
    ({"why": ""}, "Why this level", "this is still missing"),
    ({"says": ""}, "What they say about it, in their words", "this is still missing"),
    ({"keeps_safe": " "}, "What keeps them safe", "this is still missing"),
    ({"will_do": ""}, "What we will do", "this is still missing"),
    ({"told": ""}, "What they were told about this, or why not yet", "this is still missing"),
    ({"review_on": ""}, "Look at it again by", "this is still missing"),
    ({"review_on": "2026-11-18"}, "Look at it again by", "this day is over"),
    ({"why": "x" * 10_001}, "Why this level", "this is too long: at most 10,000 letters"),
)


async def test_each_change_says_all_of_it(desk: Desk) -> None:
    work = await at_work(desk)
    for change, field, fault in FAULTY:
        status, _, page = await work.post("/concern/today", **{**LEVEL, **change})
        assert (status, f"{field}: {fault}" in plain(page)) == (400, True), change
        kept = html.unescape(page)
        assert all(words in kept for words in {**LEVEL, **change}.values() if words.strip())
    assert "nobody has set it yet" in await work.page()


async def test_not_asked_and_none_known_yet_are_answers(desk: Desk) -> None:
    work = await at_work(desk)
    empty = {"says": "", "keeps_safe": ""}
    done = await put(work, "now", **empty, not_asked="no safe way today", none_known="yes")
    assert done[0] == 303
    page = await work.page()
    assert "What they say not asked because: no safe way today" in page
    assert "What keeps them safe none known yet" in page


async def test_of_two_who_set_it_at_once_the_second_is_asked_again(desk: Desk) -> None:
    work = await at_work(desk)
    seen = await last(work)
    await put(work, "today")
    other = await at_work(desk, work.made, "Priya")
    form = {**LEVEL, "why": "Priya sees it like this.", "seen": seen}
    status, _, page = await other.post("/concern/steady", **form)
    assert status == 409
    assert "Sam set it to Today while you were writing." in plain(page)
    assert "Priya sees it like this." in page
    assert "Concern level: Today" in await other.page()
    again = page.split('name="seen" value="')[1].split('"')[0]
    assert (await other.post("/concern/steady", **{**form, "seen": again}))[0] == 303
    assert "Concern level: Steady" in await other.page()


async def test_a_form_that_is_sent_twice_is_kept_once(desk: Desk) -> None:
    work = await at_work(desk)
    for rest, form in (("/note", {"said": "ring at 4"}), ("/decision", DECISION)):
        once = (await desk.page(work.path + rest)).split('name="once" value="')[1].split('"')[0]
        for _ in range(2):
            assert (await work.post(rest, **form, once=once))[0] == 303
    page = await work.page()
    assert (page.count("ring at 4"), page.count("We go to the council")) == (1, 1)
    for _ in range(2):
        assert (await work.post("/concern/now", **LEVEL, once="a" * 32))[0] == 303
    assert (await work.page()).count("Why this level") == 1


async def test_past_its_date_the_page_asks_and_changes_nothing(desk: Desk) -> None:
    work = await at_work(desk)
    await put(work, "today")
    asks = "It was to be looked at again by 24 November 2026."
    day = desk.clock.at.replace(day=24, hour=23)
    for moment, due in ((day, False), (day + timedelta(hours=2), True)):
        desk.clock.at = moment
        work = await at_work(desk, work.made)
        page = await work.page()
        assert (asks in page) == due
        assert "Concern level: Today" in page
        find = partial(reviews.due, conversations=[work.made.id], now=moment)
        assert set(desk.store.read_sync(find)) == ({work.made.id} if due else set())
    await put(work, "today", why="Still so.", review_on="2026-12-01")
    page = await work.page()
    assert asks not in page
    assert "Today stays · Sam" in page
    assert "Why this is still right Still so." in page
    assert "Sam looked again: Today stays" in page


async def test_of_several_changes_the_latest_is_looked_at_again(desk: Desk) -> None:
    late = THURSDAY + timedelta(days=30)
    gone = await at_work(desk, desk.intake(COMPLETE, kind="complete"))
    works = [AtWork(desk, desk.intake(PARTIAL), gone.csrf) for _ in range(2)]
    for work in (*works, gone):
        await put(work, "check-in")
    await put(works[0], "steady", review_on="2027-06-01")
    desk.store.write_sync(lambda c: erase(c, desk.keys, gone.made.id, THURSDAY))
    ids = [work.made.id for work in (*works, gone)]
    found = desk.store.read_sync(lambda c: reviews.due(c, ids, late))
    assert set(found) == {works[1].made.id}
    assert desk.store.read_sync(lambda c: reviews.due(c, [], late)) == {}
    assert desk.store.read_sync(lambda c: reviews.due(c, ids, THURSDAY)) == {}


async def test_there_is_no_other_level(desk: Desk) -> None:
    work = await at_work(desk)
    for name in ("4", "0", "high", "", "STEADY", "steady/x"):
        assert (await desk.client.get(f"{work.path}/concern/{name}")).status == 404


def told(desk: Desk) -> list[tuple[str, bool]]:
    """The nudges by now, and whether somebody has seen what they tell of."""
    desk.store.write_sync(lambda c: nudges.settle(c, desk.clock.now()))
    query = select(t.nudge.c.what, t.nudge.c.seen_at).order_by(t.nudge.c.id)
    rows = desk.store.read_sync(lambda c: c.execute(query).all())
    return [(row.what, row.seen_at is not None) for row in rows]


async def test_now_is_told_to_others_until_one_of_them_opens_it(desk: Desk) -> None:
    work = await at_work(desk)
    for name in ("steady", "check-in", "today"):
        await put(work, name)
    assert told(desk) == []
    await put(work, "now")
    assert told(desk) == [("now", False)]
    desk.clock.at += timedelta(minutes=16)
    await work.page()
    await work.post("/pick-up")
    assert told(desk) == [("now", False)], "who set it knows"
    other = await at_work(desk, work.made, "Priya")
    await other.page()
    assert told(desk) == [("now", True)]


async def test_now_is_over_when_it_goes_down_or_they_are_erased(desk: Desk) -> None:
    for end in ("down", "erase"):
        work = await at_work(desk)
        await put(work, "now")
        desk.clock.at += timedelta(minutes=1)
        await put(work, "now")
        assert told(desk)[-1] == ("now", False)
        if end == "down":
            await put(work, "today")
        else:
            desk.store.write_sync(
                partial(erase, keys=desk.keys, conversation=work.made.id, at=THURSDAY)
            )
        assert told(desk)[-1] == ("now", True)
    assert len(told(desk)) == 2


async def test_now_in_practice_tells_nobody(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", service="practice")
    await put(await at_work(desk, made), "now")
    assert told(desk) == []
