"""Who holds an intake: one worker at a time, handed on with a note, given back, never lost."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select

from desk import holding
from store import tables as t
from tests.desk.builder import COMPLETE, OURS, PARTIAL, THURSDAY, Desk, Made
from tests.desk.reading import looks, opened, plain

NOTE = "She asked for mornings. 'Door' is a word to avoid."


async def post(desk: Desk, made: Made, what: str, **form: str) -> ClientResponse:
    fields = {"csrf": await desk.csrf(), **form}
    path = f"/desk/intake/{made.reference}/{what}"
    return await desk.client.post(path, data=fields, headers=OURS)


async def held(desk: Desk, made: Made) -> str:
    return plain(await desk.page(f"/desk/intake/{made.reference}/held"))


@pytest.fixture
async def made(desk: Desk) -> Made:
    """Sam, who is signed in, holds an intake; Priya is a colleague."""
    made = desk.intake({**COMPLETE, "name": "Jo"}, kind="complete")
    desk.worker("Priya")
    await desk.sign_in("Sam")
    assert (await post(desk, made, "pick-up")).status == 200
    return made


async def test_of_twenty_at_once_exactly_one_picks_it_up(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    workers = [desk.worker(f"Worker {n}") for n in range(20)]
    tries = [
        desk.store.write(lambda c, w=worker: holding.pick_up(c, made.id, w, THURSDAY))  # type: ignore[misc]
        for worker in workers
    ]
    won = await asyncio.gather(*tries)
    assert won.count(True) == 1
    assert desk.holder(made) == workers[won.index(True)]
    rows = desk.store.read_sync(lambda c: c.execute(select(t.holding.c.worker)).all())
    assert [row.worker for row in rows] == [desk.holder(made)]


async def test_it_is_handed_to_a_colleague_with_a_note(desk: Desk, made: Made) -> None:
    answer = await post(desk, made, "hand-on", to=desk.worker("Priya"), note=NOTE)
    assert answer.url.path == "/desk/"
    assert desk.holder(made) == desk.worker("Priya")
    await desk.sign_in("Priya")
    assert "from Sam, with a note" in plain(await desk.page("/desk/?show=mine"))
    page = await held(desk, made)
    assert "Sam picked it up" in page
    assert "Sam handed it to Priya" in page
    assert NOTE in page
    assert (desk.worker("Priya"), "saw who held it, and their notes") in looks(desk)
    assert "With Priya since" in await opened(desk, made)


async def test_a_note_is_sealed_under_the_persons_key(desk: Desk, made: Made) -> None:
    await post(desk, made, "hand-on", to=desk.worker("Priya"), note=NOTE)
    rows = desk.store.read_sync(lambda c: c.execute(select(t.holding.c.id, t.holding.c.note)).all())
    sealed = {row.id: row.note for row in rows if row.note}
    assert len(sealed) == 1
    for id, note in sealed.items():
        assert NOTE.encode() not in note
        wrapped = desk.store.read_sync(lambda c: c.scalar(select(t.person.c.wrapped_key)))
        assert desk.keys.person(wrapped or b"").open(note, f"holding.note:{id}") == NOTE


async def test_it_goes_back_to_the_list(desk: Desk, made: Made) -> None:
    assert (await post(desk, made, "give-back")).status == 200
    assert desk.holder(made) is None
    assert "Sam gave it back" in await held(desk, made)
    assert "With nobody yet" in plain(await desk.page("/desk/?show=waiting"))


@pytest.mark.parametrize("what", ["hand-on", "give-back"])
async def test_an_old_page_changes_nothing_and_says_who_has_it(
    desk: Desk, made: Made, what: str
) -> None:
    desk.store.write_sync(
        lambda c: c.execute(t.handover.update().values(taken_by=desk.workers["Priya"]))
    )
    desk.worker("Lee")
    answer = await post(desk, made, what, to=desk.worker("Lee"), note="too late")
    page = plain(await answer.text())
    assert answer.status == 409
    assert "no longer with you" in page
    assert "With Priya since" in page
    assert desk.holder(made) == desk.worker("Priya")


async def test_of_two_who_give_it_away_at_once_one_wins(desk: Desk, made: Made) -> None:
    priya = desk.worker("Priya")
    answers = await asyncio.gather(
        post(desk, made, "give-back"), post(desk, made, "hand-on", to=priya, note="")
    )
    assert sorted(answer.status for answer in answers) == [200, 409]


async def test_it_goes_to_nobody_who_may_not_see_it(desk: Desk, made: Made) -> None:
    elsewhere = desk.worker("Elsewhere")
    desk.store.write_sync(
        lambda c: c.execute(t.membership.delete().where(t.membership.c.worker == elsewhere))
    )
    gone = desk.worker("Gone")
    desk.change(t.worker, gone, closed_at=THURSDAY)
    admin = desk.worker("Ada", "admin")
    for to in (elsewhere, gone, admin, desk.worker("Sam"), "nobody", "' OR 1=1 --", ""):
        answer = await post(desk, made, "hand-on", to=to, note=NOTE)
        assert answer.status == 400, to
    assert desk.holder(made) == desk.worker("Sam")


async def test_a_note_that_is_too_long_is_asked_for_again(desk: Desk, made: Made) -> None:
    answer = await post(desk, made, "give-back", note="x" * 2001)
    assert answer.status == 400
    assert desk.holder(made) == desk.worker("Sam")


async def test_what_somebody_who_left_held_can_be_taken(desk: Desk, made: Made) -> None:
    desk.change(t.worker, desk.worker("Sam"), closed_at=THURSDAY)
    await desk.sign_in("Priya")
    assert "With somebody who has left" in plain(await desk.page("/desk/"))
    assert plain(await desk.page("/desk/")).count("With Sam (who has left)") == 1
    assert (await post(desk, made, "pick-up")).status == 200
    assert desk.holder(made) == desk.worker("Priya")
    assert "With somebody who has left" not in await desk.page("/desk/")


@pytest.mark.parametrize("what", ["held", "hand-on", "give-back"])
async def test_nobody_of_another_service_sees_or_moves_it(
    desk: Desk, made: Made, what: str
) -> None:
    other = desk.worker("Other")
    desk.store.write_sync(
        lambda c: c.execute(t.membership.delete().where(t.membership.c.worker == other))
    )
    await desk.sign_in("Other")
    for key in (made.reference, made.id):
        path, form = f"/desk/intake/{key}/{what}", {"csrf": await desk.csrf()}
        ask = desk.client.get(path) if what == "held" else None
        answer = await (ask or desk.client.post(path, data=form, headers=OURS))
        assert answer.status == 404
        assert "Jo" not in plain(await answer.text())
    assert desk.holder(made) == desk.worker("Sam")
