"""Writing back: who may, what the person reads, when it goes out, what is recorded."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from store import tables as t
from store.messages import transcript
from tests.desk.builder import COMPLETE, PARTIAL, THURSDAY, Desk
from tests.desk.reading import plain
from tests.desk.team import AtWork, at_work

ONCE = "0123456789abcdef" * 2
NIGHT = THURSDAY + timedelta(hours=13)  # 23:00 in London


async def holding(desk: Desk, **about: str) -> AtWork:
    """Sam, who picked it up and read how to reach them."""
    made = desk.intake({**COMPLETE, **about}, kind="complete", standing="ended")
    work = await at_work(desk, made)
    await work.post("/pick-up")
    await work.post("/ready")
    return work


def written(work: AtWork) -> list[str]:
    desk, id = work.desk, work.made.id
    found = desk.store.read_sync(lambda c: transcript(c, desk.keys, id))
    return [one.text for one in found if one.kind == "worker"]


def queued(desk: Desk) -> list[tuple[bool, object]]:
    query = select(t.outgoing.c.prompted, t.outgoing.c.not_before)
    return [tuple(row) for row in desk.store.read_sync(lambda c: c.execute(query).all())]


async def test_what_a_worker_writes_says_once_who_writes(desk: Desk) -> None:
    work = await holding(desk)
    assert "The assistant writes now." in await work.page()
    answer = await work.post("/write", text="Can we talk at 4?")
    assert answer[:2] == (303, work.path + "#writing")
    await work.post("/write", text="Or at 5?")
    assert written(work) == ["Sam here, a person. Can we talk at 4?", "Or at 5?"]
    page = await work.page()
    assert "A worker writes now. The assistant is quiet." in page
    assert "Waits: goes out from" in page
    await work.post("/assistant")
    assert "The assistant writes now." in await work.page()


async def test_a_form_that_is_sent_twice_writes_once(desk: Desk) -> None:
    work = await holding(desk)
    for _ in range(2):
        await work.post("/write", text="Can we talk at 4?", once=ONCE)
    assert len(written(work)) == 1


async def test_only_who_holds_it_writes(desk: Desk) -> None:
    work = await holding(desk)
    other = await at_work(desk, work.made, "Priya")
    await other.post("/ready")
    assert "Only the worker who holds this intake writes to them." in await other.page()
    for rest in ("/write", "/take", "/assistant"):
        assert (await other.post(rest, text="Hello"))[0] == 403
    assert written(work) == []


async def test_at_night_it_waits_and_a_reason_sends_it_now(desk: Desk) -> None:
    desk.clock.at = NIGHT
    work = await holding(desk)
    assert "To send it now, say why." in await work.page()
    await work.post("/write", text="Can we talk at 4?")
    morning = THURSDAY + timedelta(hours=23)
    assert queued(desk) == [(False, morning)]
    await work.post("/write", text="Your bed is ready now.", reason="The shelter closes at 12.")
    assert queued(desk)[1] == (True, NIGHT)
    kept = desk.store.read_sync(lambda c: c.execute(select(t.override)).one())
    assert (kept.what, kept.worker) == ("write", desk.worker("Sam"))
    assert b"shelter" not in kept.reason
    audited = desk.store.read_sync(lambda c: c.scalars(select(t.audit.c.what)).all())
    assert "override" in audited


async def test_where_it_is_not_safe_a_reason_is_needed(desk: Desk) -> None:
    work = await holding(desk, safe_to_text=["no"])  # type: ignore[arg-type]
    status, _, page = await work.post("/write", text="Can we talk at 4?")
    assert (status, "Can we talk at 4?" in page, written(work)) == (400, True, [])
    assert "Why it must go out now: this is still missing" in plain(page)
    await work.post("/write", text="Can we talk at 4?", reason="She asked us to, by phone.")
    assert len(written(work)) == 1


async def test_too_long_is_refused_with_everything_kept(desk: Desk) -> None:
    work = await holding(desk)
    status, _, page = await work.post("/write", text="a" * 700)
    assert (status, "a" * 700 in page, written(work)) == (400, True, [])
    assert "at most 4 parts" in plain(page)


async def test_nothing_is_written_to_who_stopped(desk: Desk) -> None:
    work = await holding(desk)
    desk.change(t.contact, work.made.contact, state="stopped")
    page = await work.page()
    assert "They asked us to stop writing. Nothing that you write here reaches them." in page
    assert 'id="write-to-them"' not in page
    assert (await work.post("/write", text="Hello"))[0] == 409
    assert written(work) == []


async def test_what_could_not_be_sent_comes_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = await holding(desk)
    with monkeypatch.context() as patch:
        patch.setattr("store.messages.by_worker", None)
        status, _, page = await work.post("/write", text="Can we talk at 4?", once=ONCE)
    assert (status, "Can we talk at 4?" in page, written(work)) == (400, True, [])
    assert "this could not be sent" in page
    again = page.split('name="once" value="')[1].split('"')[0]
    assert again != ONCE
    await work.post("/write", text="Can we talk at 4?", once=again)
    assert len(written(work)) == 1


async def test_where_others_read_the_phone_no_name_is_added(desk: Desk) -> None:
    work = await holding(desk)
    state = {"standing": "ended", "discreet": True}
    sealer = desk.keys.person(
        desk.store.read_sync(
            lambda c: c.scalars(
                select(t.person.c.wrapped_key).where(t.person.c.id == work.made.person)
            ).one()
        )
    )
    sealed = sealer.seal(json.dumps(state), f"conversation.state:{work.made.id}")
    desk.change(t.conversation, work.made.id, state=sealed)
    assert "Your name is not added" in await work.page()
    await work.post("/write", text="Can we talk at 4?")
    assert written(work) == ["Can we talk at 4?"]


async def test_an_answer_to_a_worker_is_shown_also_of_a_part(desk: Desk) -> None:
    """What they add otherwise stays theirs, until they share again."""
    work = await at_work(desk, desk.intake(PARTIAL))
    for rest in ("/pick-up", "/ready"):
        await work.post(rest)
    for words in ("before anybody wrote", "Can we talk at 4?", "yes 4 is good"):
        desk.clock.at += timedelta(minutes=5)
        if words.endswith("?"):
            await work.post("/write", text=words)
        else:
            desk.notes(work.made, words)
    assert "yes 4 is good" not in await work.page()  # the question waits, or was taken back
    goes_out(desk)
    desk.now_says(work.made, "would_help", "a lawyer, for the other thing")
    await work.post("/messages", purpose="their_words")
    for page in (await work.page(), await work.page("/messages")):
        assert "yes 4 is good" in page
        assert not any(words in page for words in ("before anybody wrote", "a lawyer"))
    assert "yes 4 is good added since" in await work.page()


async def test_an_answer_to_a_worker_is_new_in_the_list(desk: Desk) -> None:
    work = await at_work(desk, desk.intake(PARTIAL))
    for rest in ("/pick-up", "/ready"):
        await work.post(rest)
    await work.post("/write", text="Can we talk at 4?")
    goes_out(desk)
    await work.page()
    desk.clock.at += timedelta(minutes=5)
    assert "new words since you looked" not in plain(await desk.page("/desk/"))
    desk.notes(work.made, "yes 4 is good")
    assert "new words since you looked" in plain(await desk.page("/desk/"))


def goes_out(desk: Desk) -> None:
    """The provider has taken what workers wrote."""
    sent = update(t.message).where(t.message.c.kind == "worker").values(sent_at=desk.clock.now())
    desk.store.write_sync(lambda c: c.execute(sent))
