"""Cover for leave: while it lasts, a colleague has what is theirs as their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select

from desk import covering, holding
from store import tables as t
from store.messages import transcript
from tests.desk.builder import COMPLETE, OURS, THURSDAY, Desk, Made
from tests.desk.reading import looks, opened, plain
from tests.desk.team import at_work

DAYS = {"first": "2026-11-19", "last": "2026-11-21"}


async def arrange(desk: Desk, **form: str) -> ClientResponse:
    fields = {"csrf": await desk.csrf(), **DAYS, **form}
    return await desk.client.post("/desk/cover", data=fields, headers=OURS)


def arranged(desk: Desk) -> list[tuple[str, str]]:
    query = select(t.cover.c.worker, t.cover.c.by)
    return [tuple(row) for row in desk.store.read_sync(lambda c: c.execute(query))]


@pytest.fixture
async def made(desk: Desk) -> Made:
    """Sam holds an intake; Priya is a colleague; Sam is signed in."""
    made = desk.intake({**COMPLETE, "name": "Jo"}, kind="complete")
    sam = desk.worker("Sam")
    desk.worker("Priya")
    desk.store.write_sync(lambda c: holding.pick_up(c, made.id, sam, THURSDAY))
    await desk.sign_in("Sam")
    return made


async def test_a_colleague_sees_what_is_theirs_until_it_ends_by_itself(
    desk: Desk, made: Made
) -> None:
    answer = await arrange(desk, by=desk.worker("Priya"))
    assert "Priya for Sam, 19 November 2026 to 21 November 2026" in plain(await answer.text())
    await desk.sign_in("Priya")
    mine = plain(await desk.page("/desk/?show=mine"))
    assert "You cover for Sam, to the end of 21 November 2026" in mine
    assert "Jo" in mine
    await opened(desk, made)
    assert looks(desk) == [(desk.worker("Priya"), "reading a hand-over")]
    desk.clock.at = THURSDAY + timedelta(days=3)
    await desk.sign_in("Priya")
    after = plain(await desk.page("/desk/?show=mine"))
    assert "You cover for" not in after
    assert "Jo" not in after


async def test_who_covers_may_hand_it_on(desk: Desk, made: Made) -> None:
    await arrange(desk, by=desk.worker("Priya"))
    lee = desk.worker("Lee")
    csrf = await desk.sign_in("Priya")
    path = f"/desk/intake/{made.reference}/hand-on"
    form = {"csrf": csrf, "to": lee, "note": "while Sam is away"}
    assert (await desk.client.post(path, data=form, headers=OURS)).status == 200
    assert desk.holder(made) == lee
    await desk.sign_in("Lee")
    page = plain(await desk.page(f"/desk/intake/{made.reference}/held"))
    assert "Priya handed it to Lee" in page


async def test_it_begins_on_its_day(desk: Desk, made: Made) -> None:
    await arrange(desk, by=desk.worker("Priya"), first="2026-11-20")
    priya, sam = desk.worker("Priya"), desk.worker("Sam")
    for days, theirs in ((0, [priya]), (1, [priya, sam]), (2, [priya, sam]), (3, [priya])):
        now = THURSDAY + timedelta(days=days)
        assert desk.store.read_sync(lambda c, n=now: covering.acts_for(c, priya, n)) == theirs  # type: ignore[misc]


async def test_it_can_be_ended_before_its_time(desk: Desk, made: Made) -> None:
    await arrange(desk, by=desk.worker("Priya"))
    id = desk.store.read_sync(lambda c: c.scalar(select(t.cover.c.id)))
    form = {"csrf": await desk.csrf()}
    answer = await desk.client.post(f"/desk/cover/{id}/end", data=form, headers=OURS)
    assert "Nothing is arranged" in await answer.text()
    await desk.sign_in("Priya")
    assert "You cover for" not in await desk.page("/desk/")


async def test_a_lead_arranges_it_for_a_colleague_and_nobody_else_does(
    desk: Desk, made: Made
) -> None:
    sam, priya, lee = (desk.worker(name) for name in ("Sam", "Priya", "Lee"))
    await desk.sign_in("Lee")
    assert (await arrange(desk, worker=sam, by=priya)).status == 403
    assert arranged(desk) == []
    desk.worker("Lou", "lead")
    await desk.sign_in("Lou")
    assert (await arrange(desk, worker=sam, by=priya)).status == 200
    assert arranged(desk) == [(sam, priya)]
    id = desk.store.read_sync(lambda c: c.scalar(select(t.cover.c.id)))
    await desk.sign_in("Lee")
    form = {"csrf": await desk.csrf()}
    ended = await desk.client.post(f"/desk/cover/{id}/end", data=form, headers=OURS)
    assert ended.status == 403, lee


async def test_odd_words_arrange_nothing(desk: Desk, made: Made) -> None:
    priya = desk.worker("Priya")
    desk.worker("Ada", "admin")
    for by in (desk.worker("Sam"), desk.worker("Ada", "admin"), "' OR 1=1 --", ""):
        assert (await arrange(desk, by=by)).status == 400, by
    for first, last in (
        ("2026-11-20", "2026-11-19"),
        ("2026-11-17", "2026-11-18"),
        ("2026-11-19", "2036-11-19"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
        ("today", "'; --"),
        ("", ""),
    ):
        answer = await arrange(desk, by=priya, first=first, last=last)
        assert answer.status == 400, (first, last)
    assert arranged(desk) == []


async def test_nobody_of_another_service_sees_or_ends_it(desk: Desk, made: Made) -> None:
    await arrange(desk, by=desk.worker("Priya"))
    id = desk.store.read_sync(lambda c: c.scalar(select(t.cover.c.id)))
    other = desk.worker("Other", "lead")
    desk.store.write_sync(
        lambda c: c.execute(t.membership.delete().where(t.membership.c.worker == other))
    )
    await desk.sign_in("Other")
    page = plain(await desk.page("/desk/cover"))
    assert "Sam" not in page
    assert "Priya" not in page
    form = {"csrf": await desk.csrf()}
    assert (await desk.client.post(f"/desk/cover/{id}/end", data=form, headers=OURS)).status == 404
    sam, priya = desk.worker("Sam"), desk.worker("Priya")
    assert (await arrange(desk, worker=sam, by=priya)).status == 400


def written(desk: Desk, made: Made) -> list[str]:
    found = desk.store.read_sync(lambda c: transcript(c, desk.keys, made.id))
    return [one.text for one in found if one.kind == "worker"]


async def test_who_covers_writes_under_their_own_name(desk: Desk, made: Made) -> None:
    sam = await at_work(desk, made)
    await sam.post("/ready")
    await sam.post("/write", text="I am away next week.")
    await arrange(desk, by=desk.worker("Priya"))
    priya = await at_work(desk, made, "Priya")
    assert (await priya.post("/write", text="Hello"))[0] == 403, "not read how to reach them yet"
    await priya.post("/ready")
    assert "Hand on, or give back" in await priya.page()
    for text in ("Can we talk at 4?", "Or at 5?"):
        assert (await priya.post("/write", text=text))[0] == 303
    assert written(desk, made) == [
        "Sam here, a person. I am away next week.",
        "Priya here, a person. Can we talk at 4?",
        "Or at 5?",
    ]
    assert (await priya.post("/assistant"))[0] == 303
    assert (await priya.post("/take"))[0] == 303
    own = select(t.look.c.own).where(t.look.c.worker == desk.worker("Priya"))
    assert set(desk.store.read_sync(lambda c: c.scalars(own).all())) == {True}
    desk.clock.at = THURSDAY + timedelta(days=3)
    priya = await at_work(desk, made, "Priya")
    for rest in ("/write", "/take", "/assistant"):
        assert (await priya.post(rest, text="Hello"))[0] == 403, "the cover is over"


async def test_a_colleague_to_whom_it_is_handed_says_who_they_are(desk: Desk, made: Made) -> None:
    sam = await at_work(desk, made)
    await sam.post("/ready")
    await sam.post("/write", text="Priya will write to you.")
    await sam.post("/hand-on", to=desk.worker("Priya"), note="")
    assert len(written(desk, made)) == 1, "nothing is sent by taking over alone"
    priya = await at_work(desk, made, "Priya")
    await priya.post("/ready")
    await priya.post("/write", text="Can we talk at 4?")
    assert written(desk, made)[1] == "Priya here, a person. Can we talk at 4?"
