"""Decisions: none without a reason that could be read to the person, and who was told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from store import tables as t
from tests.desk.builder import THURSDAY, Desk
from tests.desk.reading import plain
from tests.desk.team import DECISION, PASSING, at_work


async def test_a_decision_says_everything_that_was_written(desk: Desk) -> None:
    work = await at_work(desk)
    more = {"wanted": "somebody beside me", "fits": "partly", "offered": "a letter"}
    form = {**DECISION, **PASSING, **more, "review_on": "2026-12-01"}
    assert (await work.post("/decision", **form))[:2] == (303, work.path + "#decisions")
    page = await work.page()
    told = (
        "Decisions Sam, Thu 10:00 · look again by 1 December 2026 We go to the council with Jo."
        " Why You asked for somebody beside you, and we have the time."
        " What they wanted somebody beside me Is it what they wanted? in part"
        " What else was offered a letter Told them Thu 09:50, on the phone"
        " Goes to somebody outside the name and the day → the housing team"
        " Lawful reason They agreed to it Were they told? told before it went"
    )
    assert told in page
    assert "Thu 09:50 Was told of a decision" in page
    assert "Thu 10:00 Sam wrote down a decision" in page
    row = desk.store.read_sync(lambda c: c.execute(select(t.decision)).one())
    assert b"council" not in row.content


PICKED = ("fits", "passed_lawful", "passed_told")
# What is changed of a decision, the field that is told, and what is told of it.
FAULTY: tuple[tuple[Mapping[str, str], str, str], ...] = (
    ({"why": ""}, "Why, in words that you could read to them", "this is still missing"),
    ({"why": " \n"}, "Why, in words that you could read to them", "this is still missing"),
    ({"what": ""}, "What was decided", "this is still missing"),
    ({"told_at": "", "how": ""}, "Or why they have not been told yet", "this is still missing"),
    ({"how": ""}, "How they were told", "this is still missing"),
    ({"told_at": ""}, "When they were told", "this is still missing"),
    ({"told_at": "yesterday"}, "When they were told", "give a day and a time"),
    ({"told_at": "2026-11-20T10:00"}, "When they were told", "this is still to come"),
    ({"told_at": "0001-01-01T00:00"}, "When they were told", "this is more than a year"),
    ({"review_on": "2026-11-18"}, "Look at it again by", "this day is over"),
    ({"review_on": "2029-11-18"}, "Look at it again by", "this is more than a year away"),
    ({"review_on": "9999-12-31"}, "Look at it again by", "this is more than a year away"),
    ({"review_on": "31/12"}, "Look at it again by", "give a day, such as 2026-12-03"),
    ({"fits": "maybe"}, "Is it what they wanted?", "choose one of these"),
    ({"passed_to": "the council"}, "What goes to them", "this is still missing"),
    ({**PASSING, "passed_lawful": ""}, "The lawful reason", "this is still missing"),
    ({**PASSING, "passed_lawful": "a"}, "The lawful reason", "choose one of these"),
    ({**PASSING, "passed_told": ""}, "Is the person told?", "this is still missing"),
    ({**PASSING, "passed_told": "after"}, "Why not before", "this is still missing"),
)


async def test_what_is_missing_is_told_and_nothing_is_lost(desk: Desk) -> None:
    work = await at_work(desk)
    for change, field, fault in FAULTY:
        form = {**DECISION, **change}
        status, _, page = await work.post("/decision", **form)
        assert (status, f"{field}: {fault}" in plain(page)) == (400, True), (change, plain(page))
        typed = (words for name, words in form.items() if name not in PICKED)
        assert all(words in page for words in typed if words.strip()), change
    assert desk.store.read_sync(lambda c: c.execute(select(t.decision.c.id)).all()) == []


async def test_who_was_not_told_is_told_later(desk: Desk) -> None:
    work = await at_work(desk)
    form = {"what": "We wait with the letter.", "why": "You asked us to.", "not_yet": "no answer"}
    await work.post("/decision", **form)
    page = await work.page()
    assert "Told them not yet: no answer They have been told" in page
    raw = await desk.page(work.path)
    rest = raw.split(f'href="{work.path}/told')[1].split('"')[0]
    desk.clock.at += timedelta(minutes=30)
    await desk.sign_in()
    assert "We wait with the letter." in await work.page(f"/told{rest}")
    key = rest.removeprefix("?decision=")
    work = await at_work(desk, work.made)
    status, _, missing = await work.post("/told", decision=key, told_at="2026-11-19T10:20")
    assert (status, "How they were told: this is still missing" in plain(missing)) == (400, True)
    answer = await work.post("/told", decision=key, told_at="2026-11-19T10:20", how="by phone")
    assert answer[:2] == (303, work.path + "#decisions")
    page = await work.page()
    assert "Told them Thu 10:20, by phone Not told at first because: no answer" in page
    again = await work.post("/told", decision=key, told_at="2026-11-19T10:20", how="twice")
    assert again[0] == 404
    other = await at_work(desk)
    assert (await other.post("/told", decision=key))[0] == 404


async def test_times_are_those_of_the_service(desk: Desk) -> None:
    """London in July is an hour ahead of UTC."""
    work = await at_work(desk)
    desk.clock.at = desk.clock.at.replace(year=2027, month=7)
    work = await at_work(desk, work.made)
    await work.post("/decision", **{**DECISION, "told_at": "2027-07-19T10:30"})
    query = select(t.decision.c.told_at)
    told = desk.store.read_sync(lambda c: c.scalars(query).one())
    assert told is not None
    assert (told.hour, told.minute) == (9, 30)
    assert "Told them Mon 10:30, on the phone" in await work.page()


async def test_after_its_day_a_decision_asks_for_another(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/pick-up")
    await work.post("/decision", **DECISION, review_on="2026-11-24")
    asks, card = "It was to be looked at again by 24 November 2026.", "To be looked at again by 24"
    for days, due in ((4, False), (6, True)):
        desk.clock.at = THURSDAY + timedelta(days=days)
        work = await at_work(desk, work.made)
        assert (asks in await work.page()) == due
        assert (card in plain(await desk.page("/desk/?show=mine"))) == due
        other = await at_work(desk, work.made, "Priya")
        assert card not in plain(await desk.page("/desk/")), "it is with Sam"
        assert (asks in await other.page()) == due
    work = await at_work(desk, work.made)
    await work.post("/decision", **{**DECISION, "what": "We go on."})
    assert asks not in await work.page()
    assert card not in plain(await desk.page("/desk/?show=mine"))
