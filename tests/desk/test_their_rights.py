"""What people want done with what we hold of them (the menu of DATA), at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from desk import queries
from store import tables as t
from store.messages import transcript
from tests.desk.builder import COMPLETE, OURS, PARTIAL, THURSDAY, Desk, Made
from tests.desk.reading import plain
from tests.desk.team import at_work


@pytest.mark.parametrize(
    ("what", "line", "told"),
    [
        ("copy", "to get a copy", "it does not come by text"),
        ("looks", "to know who has looked", "who has looked, at a safe time"),
        ("stop_using", "that we stop using them", "until you have written to them"),
    ],
)
async def test_what_people_want_with_their_words_is_told_and_seen_to(
    desk: Desk, what: str, line: str, told: str
) -> None:
    made = desk.intake(PARTIAL, asked=[what])
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


# --- What is owed an answer ----------------------------------------------------------------------

ANSWER = "We were wrong: it was a Tuesday."


class Owed:
    """A wish that is owed an answer in ten days, and the worker who sees to it."""

    def __init__(self, desk: Desk, csrf: str, made: Made, what: str, days: int = 10) -> None:
        self.desk, self.csrf, self.id = desk, csrf, made.asked[what]
        self.path = f"/desk/asked/{self.id}"
        due = THURSDAY + timedelta(days=days)
        desk.change(t.asked, self.id, due_at=due)
        about = {"conversation": made.id, "kind": what, "made_at": THURSDAY - timedelta(days=20)}
        desk.insert(t.promise, id=f"p-{what}", due_at=due, **about)

    async def post(self, rest: str = "", **form: str) -> int:
        form = {"csrf": self.csrf, **form}
        return (await self.desk.client.post(self.path + rest, data=form, headers=OURS)).status

    def kept(self, what: str) -> object:
        query = select(t.promise.c.kept_at).where(t.promise.c.id == f"p-{what}")
        return self.desk.store.read_sync(lambda c: c.scalar(query))


@pytest.mark.parametrize(
    ("what", "line"), [("fix", "to have something put right"), ("complain", "to complain")]
)
async def test_what_is_owed_an_answer_waits_for_it(desk: Desk, what: str, line: str) -> None:
    made = desk.intake(PARTIAL, asked=[what])
    owed = Owed(desk, await desk.sign_in(), made, what)
    page = await desk.page("/desk/")
    assert line in page
    assert "to be answered by" in page
    assert "10 days left" in page
    assert "They were told that they are answered by" in await desk.page(owed.path)
    await owed.post()
    assert line in await desk.page("/desk/")
    assert await owed.post("/answer", answer=" ", how="told") == 400
    assert await owed.post("/answer", answer=ANSWER) == 400
    await owed.post("/answer", answer=ANSWER, how="told")
    assert line not in await desk.page("/desk/")
    assert owed.kept(what)
    assert ANSWER in await desk.page(owed.path)


async def test_an_answer_that_is_late_stands_out(desk: Desk) -> None:
    made = desk.intake(PARTIAL, asked=["complain"])
    Owed(desk, await desk.sign_in(), made, "complain", days=-3)
    assert "past its time" in await desk.page("/desk/")


async def test_each_is_answered_by_itself(desk: Desk) -> None:
    made = desk.intake(PARTIAL, asked=["fix", "complain", "person"])
    csrf = await desk.sign_in()
    fix, complaint = Owed(desk, csrf, made, "fix"), Owed(desk, csrf, made, "complain")
    person = f"/desk/asked/{made.asked['person']}"
    page = await desk.page(person)
    assert fix.path in page
    await desk.client.post(person, data={"csrf": csrf}, headers=OURS)
    page = await desk.page("/desk/")
    assert "asked for a person" not in page
    assert "to have something put right, to complain" in page
    await fix.post("/answer", answer=ANSWER, how="told")
    assert (bool(fix.kept("fix")), complaint.kept("complain")) == (True, None)
    assert "to complain" in await desk.page("/desk/")


async def test_why_it_is_late_is_kept_for_them_in_a_worker_s_words(desk: Desk) -> None:
    made = desk.intake(PARTIAL, asked=["fix"])
    owed = Owed(desk, await desk.sign_in(), made, "fix")
    assert await owed.post("/why", reason="x" * 301) == 400
    await owed.post("/why", reason="The one who knows is ill.")
    assert "The one who knows is ill." in await desk.page(owed.path)
    await owed.post("/why", reason="")
    reason = select(t.asked.c.reason).where(t.asked.c.id == owed.id)
    assert desk.store.read_sync(lambda c: c.scalar(reason)) is None


async def test_the_answer_can_go_to_their_phone_and_the_assistant_goes_on(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", standing="ended", asked=["fix"])
    work = await at_work(desk, made)
    owed = Owed(desk, work.csrf, made, "fix")
    assert await owed.post("/answer", answer=ANSWER, how="send") == 400
    await work.post("/pick-up")
    await work.post("/ready")
    for _ in range(2):
        assert await owed.post("/answer", answer=ANSWER, how="send") == 200
    found = desk.store.read_sync(lambda c: transcript(c, desk.keys, made.id))
    assert [m.text for m in found if m.kind == "worker"] == [f"Sam here, a person. {ANSWER}"]
    assert "The assistant writes now." in await work.page()
    assert owed.kept("fix")


async def test_beside_a_note_stands_their_statement_and_our_answer(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", notes=["it was a tuesday"], asked=["fix"])
    [note] = desk.store.read_sync(lambda c: queries.notes(c, made.id))
    desk.change(t.asked, made.asked["fix"], statement=[note.id])
    work = await at_work(desk, made)
    owed = Owed(desk, work.csrf, made, "fix")
    assert "What should stand there, as they say it: it was a tuesday" in plain(
        await desk.page(owed.path)
    )
    page = await work.page()
    assert "What should stand here, as they say it" in page
    assert "10 days left Answer it" in page
    await owed.post("/answer", answer=ANSWER, how="told")
    page = await work.page()
    assert "Answered by Sam" in page
    assert ANSWER in page
    shown = await work.page("/as-they-would")
    assert "What should stand there, in your words" in shown
    assert "Our answer, by Sam" in shown
    assert shown.count(ANSWER) == 1


async def test_what_the_law_calls_the_reason_stands_with_what_they_agreed_to(desk: Desk) -> None:
    made = desk.intake(COMPLETE, kind="complete", standing="ended")
    lawful = {"lawful_basis": "public_task", "special_condition": "health_or_social_care"}
    desk.store.write_sync(lambda c: c.execute(update(t.agreement).values(**lawful)) and None)
    work = await at_work(desk, made)
    page = await work.page()
    assert "Lawful basis: a public task · for what is sensitive: health or social care" in page
    assert "as the law calls it" in await work.page("/as-they-would")
