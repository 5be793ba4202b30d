"""All messages: opened for a purpose, which is asked once a day and can be seen by the person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN
from store import tables as t
from tests.desk.builder import COMPLETE, PARTIAL, Desk
from tests.desk.reading import looks, plain
from tests.desk.team import at_work


async def test_first_they_are_asked_what_for(desk: Desk) -> None:
    work = await at_work(desk)
    page = await work.page("/messages")
    assert "What do you open them for?" in page
    assert "Explanation 1" not in page
    assert "engine" not in page
    answer = await work.post("/messages", purpose="contact", words="first call")
    assert answer[:2] == (303, work.path + "/messages")
    page = await work.page("/messages")
    assert "Opened for today: to get ready to speak with them." in page
    order = ["Explanation 1: your words go to our team.", "My faith, and Sunday", "nearly anything"]
    found = [page.find(words) for words in order]
    assert -1 not in found
    assert found == sorted(found)
    look = "Sam, all messages: to get ready to speak with them ( first call ) caseworker"
    assert look in await work.page()
    sealed = desk.store.read_sync(lambda c: c.scalars(select(t.look.c.words)).all())
    assert all(b"first call" not in words for words in sealed if words)


async def test_once_a_day_and_for_each_worker(desk: Desk) -> None:
    work = await at_work(desk)
    await work.post("/messages", purpose="their_words")
    desk.clock.at += timedelta(minutes=14)
    assert "Opened for today" in await work.page("/messages")
    before = [purpose for _, purpose in looks(desk)].count("all messages: their_words")
    desk.clock.at += timedelta(minutes=14)
    assert "Opened for today" in await work.page("/messages")
    after = [purpose for _, purpose in looks(desk)].count("all messages: their_words")
    assert (before, after) == (1, 2), "a look is a look, with the same purpose"
    other = await at_work(desk, work.made, "Priya")
    assert "What do you open them for?" in await other.page("/messages")
    desk.clock.at = desk.clock.at.replace(hour=0) + timedelta(days=1)
    work = await at_work(desk, work.made)
    assert "What do you open them for?" in await work.page("/messages")


FAULTY = (
    ("", "", "What do you open them for?: this is still missing"),
    ("curious", "", "What do you open them for?: choose one of these"),
    ("other", " ", "In your own words, if you like: this is still missing"),
    ("contact", "x" * 301, "In your own words, if you like: this is too long"),
)


async def test_without_a_purpose_they_stay_closed(desk: Desk) -> None:
    work = await at_work(desk)
    for purpose, words, fault in FAULTY:
        status, _, page = await work.post("/messages", purpose=purpose, words=words)
        assert (status, fault in plain(page), words in page) == (400, True, True)
    assert "What do you open them for?" in await work.page("/messages")


async def test_of_a_part_only_what_was_shared(desk: Desk) -> None:
    made = desk.intake(PARTIAL)
    desk.notes(made, "he found my phone")
    whose = {"id": "ours", "conversation": made.id, "direction": "out", "kind": "worker"}
    desk.insert(t.message, **whose, text=None, at=desk.clock.at, question="")
    work = await at_work(desk, made)
    await work.post("/messages", purpose="safety")
    page = await work.page("/messages")
    assert "They shared what was written until Thu 08:09; anything later is theirs, except" in page
    assert "my sister. and the dog honestly" in page
    assert "he found my phone" not in page
    assert "A worker wrote" in page


async def test_the_code_word_stays_behind_its_own_page(desk: Desk) -> None:
    """Also where we read it back to them, and in older versions of the answer."""
    made = desk.intake({**COMPLETE, "code_word": "heron"}, kind="complete")
    desk.now_says(made, "code_word", "kestrel")
    word = select(t.message.c.id).where(t.message.c.question == "code_word")
    id = desk.store.read_sync(lambda c: c.scalars(word.order_by(t.message.c.id)).first())
    query = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
    sealer = desk.keys.person(desk.store.read_sync(lambda c: c.scalars(query).one()))
    said = sealer.seal(f"Code word: {QUOTE_OPEN}{id}{QUOTE_CLOSE}", "message.text:back")
    whose = {"id": "back", "conversation": made.id, "direction": "out", "kind": "say"}
    desk.insert(t.message, **whose, text=said, at=desk.clock.at, question="")
    work = await at_work(desk, made)
    await work.post("/messages", purpose="contact")
    page = await work.page("/messages")
    assert "about the code word: Show the word" in page
    assert "Code word:" in page
    for rest in ("/messages", "/as-they-would", ""):
        shown = await work.page(rest)
        assert "heron" not in shown
        assert "kestrel" not in shown
    assert "kestrel" in await work.page("/code-word")
