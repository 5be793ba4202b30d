"""Reviews that teach: opened for what went wrong, or nearly, and closed only by what we learnt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import looking_back as reviews
from desk import people_asked
from desk.looking_back import Learnt
from desk.people_asked import Asked
from store import looking_back
from store import tables as t
from store.ids import new_id
from store.looking_back import Reason
from store.rights import erase
from tests.desk.builder import COMPLETE, OURS, PARTIAL, SERVICES, THURSDAY, Desk, Made, flow
from tests.desk.reading import looks, plain
from tests.desk.team import LEVEL, at_work

HARD = {q.id for q in flow().questions if q.sensitivity == 2}
HARDEST = min(HARD)
EARLIER = THURSDAY - timedelta(hours=1)


def opened(desk: Desk, made: Made, about: str = "x") -> str:
    """The id of a review of this intake, that a worker opened."""
    reason, worker = Reason(made.id, "noticed", about, EARLIER), desk.worker("Sam")
    return desk.store.write_sync(lambda c: looking_back.open_one(c, reason, THURSDAY, worker))


def decided(desk: Desk, id: str) -> None:
    """Something changes, and Sam looks whether it worked."""
    review = desk.store.read_sync(lambda c: reviews.find(c, desk.keys, id, ["harbour"]))
    assert review
    sam, by = desk.worker("Sam"), THURSDAY + timedelta(days=21)
    learnt = Learnt(change="We write after 10.", told="That we write later.")
    desk.store.write_sync(
        lambda c: reviews.decide(c, desk.keys, review, learnt, sam, THURSDAY, (sam, by))
    )


def due(desk: Desk) -> list[tuple[str, str]]:
    """What the program opens now, and all that is open: why, and of whom."""
    now = desk.clock.now()
    desk.store.write_sync(lambda c: looking_back.open_due(c, "harbour", HARD, now))
    r = t.review.c
    rows = desk.store.read_sync(lambda c: c.execute(select(r.why, r.conversation)).all())
    return sorted((row.why, row.conversation) for row in rows)


def the_one(desk: Desk) -> str:
    return str(desk.store.read_sync(lambda c: c.scalars(select(t.review.c.id)).one()))


def stopped(desk: Desk, question: str) -> Made:
    """They said STOP when this had been asked."""
    made = desk.intake(PARTIAL, kind="", standing="stopped", share=False)
    told = {"id": new_id(), "conversation": made.id, "direction": "out", "kind": "say"}
    desk.insert(t.message, **told, said=[f"ask.{question}"], at=EARLIER)
    desk.change(t.conversation, made.id, last_in_at=EARLIER + timedelta(seconds=40))
    return made


async def post(desk: Desk, path: str, **fields: str) -> tuple[int, str]:
    form = {"csrf": await desk.csrf(), **fields}
    answer = await desk.client.post(path, data=form, headers=OURS, allow_redirects=False)
    return answer.status, plain(await answer.text())


async def test_the_program_opens_one_for_each_and_once(desk: Desk) -> None:
    calm = desk.intake(COMPLETE, kind="complete")
    told = desk.intake(PARTIAL, due=EARLIER, at=EARLIER - timedelta(hours=3))
    complained = desk.intake(PARTIAL, asked=["complain"], due=None)
    wrong = desk.intake(PARTIAL, cues={"suicidal": "im dead tired"}, due=None)
    desk.change(t.asked, wrong.asked["suicidal"], wrong_at=EARLIER)
    woken = desk.intake(PARTIAL, due=None)
    reason = desk.keys.person(wrapped(desk, woken)).seal("x", "override.reason:o")
    about = {"conversation": woken.id, "worker": desk.worker("Sam")}
    desk.insert(t.override, id="o", **about, what="call", reason=reason, at=EARLIER)
    left = stopped(desk, HARDEST)
    stopped(desk, "keeps_going")  # no hard question: their right, and nothing to look into
    expected = [
        ("complaint", complained.id),
        ("false_alarm", wrong.id),
        ("promise", told.id),
        ("stopped", left.id),
        ("unsafe", woken.id),
    ]
    assert due(desk) == sorted(expected)
    assert due(desk) == sorted(expected)
    assert calm.id not in {conversation for _, conversation in expected}


def wrapped(desk: Desk, made: Made) -> bytes:
    query = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
    return bytes(desk.store.read_sync(lambda c: c.scalars(query).one()))


async def test_the_highest_level_opens_one(desk: Desk) -> None:
    work = await at_work(desk)
    assert (await work.post("/concern/now", **LEVEL))[0] == 303
    assert due(desk) == [("level", work.made.id)]


async def test_practice_and_what_is_long_ago_are_not_looked_back_at(desk: Desk) -> None:
    desk.intake(PARTIAL, asked=["complain"], service="practice")
    desk.intake(PARTIAL, asked=["complain"], at=THURSDAY - timedelta(days=20), due=None)
    now = desk.clock.now()
    for service in SERVICES:
        desk.store.write_sync(
            lambda c, one=service: looking_back.open_due(c, one, HARD, now)  # type: ignore[misc]
        )
    assert not desk.store.read_sync(lambda c: c.execute(select(t.review)).all())


async def test_two_clicks_open_one(desk: Desk) -> None:
    work = await at_work(desk)
    assert "Something went wrong here, or nearly" in await work.page()
    status, _ = await post(desk, f"{work.path}/review")
    assert status == 303
    page = plain(await desk.page("/desk/reviews"))
    assert "A worker noticed something" in page


async def test_what_came_before_is_told_without_a_word_of_theirs(desk: Desk) -> None:
    made = stopped(desk, HARDEST)
    due(desk)
    await desk.sign_in()
    page = plain(await desk.page(f"/desk/review/{the_one(desk)}"))
    heading = next(q.shows_as for q in flow().questions if q.id == HARDEST)
    assert f"We asked: {heading}" in page
    assert "They said STOP straight after a hard question" in page
    assert "making people laugh" not in page
    query = select(t.look.c.purpose).where(t.look.c.conversation == made.id)
    assert desk.store.read_sync(lambda c: c.scalars(query).all()) == [
        "looked back at what happened"
    ]


async def test_it_grows_and_stays_sealed(desk: Desk) -> None:
    work = await at_work(desk)
    await post(desk, f"{work.path}/review")
    path = f"/desk/review/{the_one(desk)}"
    words = {"before": "We wrote at 8 in the morning.", "went_well": "She rang us herself."}
    assert (await post(desk, path, **words, timing="yes", waiting="yes"))[0] == 303
    page = await desk.page(path)
    assert "We wrote at 8 in the morning." in page
    assert page.count(" checked> ") == 2
    row = desk.store.read_sync(lambda c: c.execute(select(t.review)).one())
    assert row.themes == ["timing", "waiting"]
    assert b"morning" not in row.content
    assert "looked back" in str(looks(desk)[-1])


async def begun(desk: Desk, **themes: str) -> str:
    work = await at_work(desk)
    await post(desk, f"{work.path}/review")
    path = f"/desk/review/{the_one(desk)}"
    await post(desk, path, **themes)
    return path


CHANGE = {"change": "We write after 10.", "check_on": "2026-12-10", "told": "That we write later."}


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, "this is still missing"),
        ({"change": "We write after 10."}, "Who looks whether it worked"),
        ({"change": "x", "none_needed": "y"}, "say only one of the two"),
        ({"told": "Nothing."}, "this is still missing"),
    ],
)
async def test_nothing_closes_without_a_change_or_why_none_is_needed(
    desk: Desk, fields: dict[str, str], missing: str
) -> None:
    path = await begun(desk, timing="yes")
    status, page = await post(desk, f"{path}/change", **fields)
    assert (status, missing in page) == (400, True)
    assert desk.store.read_sync(lambda c: c.scalar(select(t.review.c.changed))) is None


async def test_nor_does_the_store_close_it(desk: Desk) -> None:
    path = await begun(desk, timing="yes")
    id = path.rpartition("/")[2]
    now = desk.clock.now()
    review = desk.store.read_sync(lambda c: reviews.find(c, desk.keys, id, ["harbour"]))
    assert review
    for learnt in (Learnt(), Learnt(change="x"), Learnt(change="x", none_needed="y")):
        with pytest.raises(ValueError, match="a change with who checks it"):
            desk.store.write_sync(
                lambda c, one=learnt: reviews.decide(  # type: ignore[misc]
                    c, desk.keys, review, one, "w", now, (None, None)
                )
            )


async def test_a_theme_comes_first(desk: Desk) -> None:
    path = await begun(desk)
    status, page = await post(desk, f"{path}/change", none_needed="It was a slip of the thumb.")
    assert (status, "choose a theme first" in page) == (400, True)


async def test_a_change_is_checked_by_a_day_and_then_closed(desk: Desk) -> None:
    path = await begun(desk, timing="yes")
    status, _ = await post(desk, f"{path}/change", **CHANGE, checker=desk.worker("Sam"))
    assert status == 303
    page = plain(await desk.page("/desk/reviews"))
    assert "Sam looks by 10 December 2026" in page
    status, page = await post(desk, f"{path}/check", worked="yes")
    assert (status, "this is still missing" in page) == (400, True)
    assert (await post(desk, f"{path}/check", worked="yes", proof="Nobody stopped since."))[
        0
    ] == 303
    page = plain(await desk.page(path))
    assert "It worked, and this shows it: Nobody stopped since." in page
    assert (await desk.client.get(f"{path}/check")).status == 404


async def test_what_did_not_work_is_looked_back_at_once_more(desk: Desk) -> None:
    path = await begun(desk, timing="yes")
    await post(desk, f"{path}/change", **CHANGE, checker=desk.worker("Sam"))
    await post(desk, f"{path}/check", worked="no", proof="Two more were woken.")
    page = plain(await desk.page("/desk/reviews"))
    assert "To look back at A worker noticed something" in page
    assert "It did not work yet: Two more were woken." in plain(await desk.page(path))


async def test_erasing_takes_what_is_about_them_and_leaves_what_we_learnt(desk: Desk) -> None:
    path = await begun(desk, timing="yes")
    await post(desk, path, before="She sleeps until noon.", timing="yes")
    await post(desk, f"{path}/change", **CHANGE, checker=desk.worker("Sam"))
    query = select(t.review.c.conversation)
    conversation = str(desk.store.read_sync(lambda c: c.scalar(query)))
    desk.store.write_sync(lambda c: erase(c, desk.keys, conversation, desk.clock.now()))
    page = plain(await desk.page(path))
    assert "noon" not in page
    assert "What changes: We write after 10." in page
    assert desk.store.read_sync(lambda c: c.scalar(select(t.review.c.content))) is None
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    assert "We write after 10." in plain(await desk.page("/desk/themes"))


async def test_only_their_own_services(desk: Desk) -> None:
    path = await begun(desk, timing="yes")
    sam = desk.worker("Sam")
    gone = t.membership.delete().where(t.membership.c.worker == sam)
    desk.store.write_sync(lambda c: c.execute(gone))
    assert (await desk.client.get(path)).status == 404
    assert "A worker noticed" not in plain(await desk.page("/desk/reviews"))


# --- Themes --------------------------------------------------------------------------------------


def test_a_bad_question_stands_out_and_chance_does_not() -> None:
    fair = [Asked(f"q{n}", f"Q{n}", 150, 10, 5) for n in range(9)]
    assert people_asked.standing_out(fair) == []
    bad = Asked("bad", "Bad", 150, 10, 30)
    assert people_asked.standing_out([*fair, bad]) == [bad]
    assert people_asked.standing_out([Asked("few", "Few", 5, 0, 5)]) == [
        Asked("few", "Few", 5, 0, 5)
    ]


async def test_themes_hide_small_numbers(desk: Desk) -> None:
    for n in range(9):
        made = desk.intake(PARTIAL, asked=["complain"], due=None)
        del made
        due(desk)
        themes_of = ["waiting"] if n < 6 else ["wording"]
        newest = select(t.review.c.id).order_by(t.review.c.id.desc()).limit(1)
        id = str(desk.store.read_sync(lambda c: c.scalar(newest)))  # noqa: B023
        desk.change(t.review, id, themes=themes_of)
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    page = plain(await desk.page("/desk/themes"))
    assert "Waiting for us 5 or more" in page
    assert "Wording fewer than 5" not in page
    assert (await desk.client.get("/desk/themes")).status == 200
    await desk.sign_in("Sam")
    assert (await desk.client.get("/desk/themes")).status == 403
