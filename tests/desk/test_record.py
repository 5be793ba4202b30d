"""One intake in the order of the practice brief: what a worker needs before anything else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.conversation import tries
from bot.conversation.model import Conversation
from store import tables as t
from store.packing import pack
from store.rights import blank, erase
from tests.desk.builder import COMPLETE, NUMBER, OURS, PARTIAL, THURSDAY, Desk
from tests.desk.reading import looks, opened, plain
from tests.desk.team import DECISION, LEVEL, at_work

SAFE = {"keeps_safe": "my sister rings at 8", "worries": "that he finds the flat"}


async def test_the_record_is_in_the_order_of_the_brief(desk: Desk) -> None:
    made = desk.intake({**COMPLETE, **SAFE, "name": None, "on_my_side": "Dee"}, kind="complete")
    work = await at_work(desk, made)
    await work.post("/note", said="ring at 4", saw="rang at 4")
    await work.post("/decision", **DECISION)
    await work.post("/concern/check-in", **LEVEL)
    page = await work.page()
    places = [
        "Contact safely Safe to text",
        "Please don't Please don't call my mum's house.",
        "Asked for (What would help)",
        "To be read by Thu 12:00",
        "What makes talking easier short breaks, and big print",
        "Agreed to begin: yes · pass on a part: yes · reminders: not chosen",
        "Concern level: Check in",
        "What is going well",
        "What matters to me Getting my own front door again.",
        "My worries Their words about something hard that he finds the flat"
        " What keeps me safe my sister rings at 8",
        "Who is on my side Dee",
        "How I would like to talk Phone",
        "Chose not to say yet: Name to use.",
        "Notes Sam, Thu 10:00 What they said ring at 4",
        "Decisions Sam, Thu 10:00 We go to the council with Jo.",
        "What they agreed to",
        "What happened",
        "Who has looked",
    ]
    found = [page.find(place) for place in places]
    assert -1 not in found, places[found.index(-1)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({}, "My worries not talked about yet What keeps me safe not talked about yet"),
        ({"keeps_safe": "Dee"}, "My worries not talked about yet What keeps me safe Dee"),
        ({"worries": None}, "My worries chose not to say yet What keeps me safe not talked"),
        ({"worries": "-"}, "My worries removed by the person What keeps me safe not talked"),
    ],
)
async def test_worries_and_what_keeps_them_safe_stand_side_by_side(
    desk: Desk, answers: dict[str, str | None], shown: str
) -> None:
    work = await at_work(desk, desk.intake({**PARTIAL, **answers}))
    assert shown in await work.page()
    raw = await desk.page(work.path)
    pair = raw[raw.index('<div class="pair">') :]
    assert pair.index('id="worries"') < pair.index('id="keeps-safe"') < pair.index("</div>")


async def test_the_banner_names_whom_not_to_talk_to_and_hides_the_code_word(desk: Desk) -> None:
    more = {"code_word": "heron", "do_not_contact": "my brother Rob"}
    work = await at_work(desk, desk.intake({**COMPLETE, **more}, kind="complete"))
    page = await work.page()
    banner = page[page.index("Contact safely") : page.index("Asked for")]
    assert "Please do not talk to: my brother Rob" in banner
    assert "Code word: set Show the word" in banner
    assert "Last confirmed Thu 08:13, 1 h ago" in banner
    assert "heron" not in page
    assert "heron" in await work.page("/code-word")
    assert looks(desk)[-1] == (desk.worker("Sam"), "saw the code word")
    assert "Sam, saw the code word" in await work.page()


async def test_what_was_confirmed_long_ago_is_asked_again(desk: Desk) -> None:
    work = await at_work(desk)
    assert "Ask first if this is still right." not in await work.page()
    desk.clock.at += timedelta(days=8)
    await desk.sign_in()
    assert "8 days ago Ask first if this is still right." in await work.page()


async def test_where_others_read_the_phone_the_banner_says_so(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    work = await at_work(desk, made)
    warning = "Others may read this phone: name nobody"
    assert warning not in await work.page()
    query = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
    sealer = desk.keys.person(desk.store.read_sync(lambda c: c.scalars(query).one()))
    place = f"conversation.state:{made.id}"
    sealed = sealer.seal(pack(Conversation(discreet=True)), place)
    desk.change(t.conversation, made.id, state=sealed)
    assert warning in await work.page()
    desk.change(t.conversation, made.id, state=b"not to be opened")
    assert warning in await work.page(), "in doubt we are careful"


async def test_that_too_many_code_words_were_tried_is_shown(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    work = await at_work(desk, made)
    query = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
    sealer = desk.keys.person(desk.store.read_sync(lambda c: c.scalars(query).one()))
    tried = Conversation(code="m1:c0de", tries=tries.MOST, tries_since=THURSDAY)
    sealed = sealer.seal(pack(tried), f"conversation.state:{made.id}")
    desk.change(t.conversation, made.id, state=sealed)
    told = "Too many other words were tried: their code word opens nothing until"
    assert told in await work.page()
    desk.clock.at += tries.DAY
    work = await at_work(desk, made)
    assert told not in await work.page()


async def test_who_writes_for_somebody_else_is_told_first(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    how = {"language": "en", "channel": "sms", "flow_fingerprint": "f" * 64, "reply": ""}
    row = {"id": "1", "conversation": made.id, "kind": "helping", "value": True, "shown": []}
    desk.insert(t.agreement, **row, **how, at=THURSDAY)
    await desk.sign_in()
    page = await opened(desk, made)
    assert page.index("Somebody else writes for them") < page.index("Contact safely")


async def test_what_they_asked_a_worker_for_stands_there_until_it_is_seen_to(desk: Desk) -> None:
    work = await at_work(desk, desk.intake(PARTIAL, asked=["person"]))
    told = "Somebody asked for a person, Thu 08:09. See to it"
    assert told in await work.page()
    wish = f"/desk/asked/{work.made.asked['person']}"
    assert f'href="{wish}"' in await desk.page(work.path)
    await desk.client.post(wish, data={"csrf": work.csrf}, headers=OURS)
    assert told not in await work.page()


# --- The gate before first contact -----------------------------------------------------------


async def test_how_to_reach_them_is_shown_after_what_makes_it_safe_was_read(desk: Desk) -> None:
    work = await at_work(desk)
    page = await work.page()
    assert NUMBER not in page
    assert "Before you first reach them, read how to do it safely" in page
    assert "short breaks, and big print" in page
    assert (await work.post("/ready"))[:2] == (303, work.path)
    page = await work.page()
    assert NUMBER in page
    assert "Before you first reach them" not in page
    assert "Sam, read what to know before first contact" in page
    await desk.sign_in("Priya")
    assert NUMBER not in await work.page(), "each worker reads it"


async def test_what_changed_about_contact_is_read_again(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/ready")
    desk.clock.at += timedelta(minutes=5)
    desk.now_says(work.made, "access", "a woman who speaks Dari")
    assert NUMBER not in await work.page()
    await work.post("/ready")
    assert NUMBER in await work.page()


# --- Whose it is, and what goes ----------------------------------------------------------------


async def test_a_taken_intake_says_whose_it_is_and_looks_say_it_too(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/pick-up")
    page = await work.page()
    assert "With Sam since Thu 10:00" in page
    assert "Sam, reading a hand-over caseworker, it was with them" in page
    await desk.sign_in("Priya")
    page = await work.page()
    assert "Priya, reading a hand-over caseworker Thu" in page


@pytest.mark.parametrize("way", ["erase", "blank"])
async def test_what_workers_wrote_goes_with_the_person(desk: Desk, way: str) -> None:
    work = await at_work(desk)
    await work.post("/note", said="i am Jo", saw="saw Jo")
    await work.post("/decision", **DECISION)
    await work.post("/concern/today", **LEVEL)
    await work.post("/messages", purpose="other", words="Jo rang about a letter")
    assert all(desk.store.read_sync(_what_is_kept))
    query = select(t.person.c.wrapped_key).where(t.person.c.id == work.made.person)
    wrapped = desk.store.read_sync(lambda c: c.scalars(query).one())
    sealer = desk.keys.person(wrapped)
    if way == "erase":
        desk.store.write_sync(lambda c: erase(c, desk.keys, work.made.id, THURSDAY))
        assert desk.store.read_sync(lambda c: c.scalars(query).one()) is None, "no key, no words"
    else:
        desk.store.write_sync(lambda c: blank(c, sealer, [work.made.id], THURSDAY, "expired"))
    assert desk.store.read_sync(_what_is_kept) == [0, 0, 0, 0]
    page = plain(await desk.page(work.path))
    assert "Their words are gone for good." in page
    for rest in ("/note", "/decision", "/concern/now", "/messages", "/as-they-would", "/code-word"):
        answer = await desk.client.get(work.path + rest, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, work.path)


def _what_is_kept(connection: Connection) -> list[int]:
    """How many rows stand that hold what workers wrote."""
    words = select(t.look.c.id).where(t.look.c.words.is_not(None))
    queries = (select(t.note.c.id), select(t.decision.c.id), select(t.concern.c.id), words)
    return [len(connection.execute(query).all()) for query in queries]


async def test_nobody_writes_about_somebody_who_was_erased_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page was open; the words come after the erasing."""
    work = await at_work(desk)
    true_write = desk.store.write

    async def late(job: object) -> object:
        if "checked" in getattr(job, "__qualname__", ""):
            await true_write(lambda c: erase(c, desk.keys, work.made.id, THURSDAY))
        return await true_write(job)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.store), "write", lambda _, job: late(job))
    status, _, page = await work.post("/note", said="i am Jo")
    assert (status, "i am Jo" in page) == (404, False)
    assert desk.store.read_sync(lambda c: c.execute(select(t.note.c.id)).all()) == []


async def test_a_rehearsal_that_goes_on_takes_no_notes_yet(desk: Desk) -> None:
    made = desk.intake(PARTIAL, service="practice", kind="", standing="asking")
    await desk.sign_in()
    page = await opened(desk, made)
    assert "Write a note" not in page
    assert (await desk.client.get(f"/desk/intake/{made.id}/note")).status == 404
