"""Somebody else held the phone and had it all erased: the code word brings it back, by chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation import effects as e
from bot.conversation import engine
from bot.conversation.channel import Receipt
from bot.conversation.model import Conversation, Position
from bot.conversation.showing import fingerprint
from bot.doctor import keeping
from store import conversations, erased, retention
from store import tables as t
from store.ids import new_id
from store.messages import transcript
from tests.databases import Kind
from tests.houses import NOON, House, open_house, saying, wrote
from tests.operators.keeping import back_up, noting, restored, texts
from tests.store.test_hiding import delete, head, hidden, sweep

DAY = timedelta(hours=24)
CODE, WORDS = "harbour seal", "the blue door"
BACK = "It is all back. Nothing is lost."


@pytest.fixture
def house(kind: Kind, tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path, kind)
    made.store.hold_deletions({"harbour": DAY})
    yield made
    made.store.close_sync()


async def guarded(house: House, code: str = CODE) -> str:
    """Somebody in the middle of it, with a code word."""
    first = house.world.flow.core[0].id
    step = saying(
        e.Filed("answer", first),
        e.HandOver("partial", NOON + DAY / 8),
        e.Promised("read", NOON + DAY / 8),
        e.Timer("late", NOON + DAY / 8),
        standing="paused",
        position=Position("question", first),
        agreed=True,
        share=True,
        handed="partial",
        code=fingerprint(code, "salt") if code else "",
        last_wrote=NOON,
    )
    return (await house.inbox(step).receive(wrote(WORDS, new_id()))).conversation


async def says(house: House, words: str) -> Receipt:
    """As the product hears it."""
    return await house.inbox(engine.respond).receive(wrote(words, new_id()))


def told(house: House, id: str) -> list[str]:
    written = house.store.read_sync(lambda c: transcript(c, house.store.keys, id))
    return [m.text for m in written if m.direction == "out"]


def state(house: House, id: str) -> Conversation:
    lines = house.store.read_sync(lambda c: conversations.by_id(c, house.store.keys, [id]))
    return lines[id].conversation


async def test_the_code_word_brings_it_back_with_its_timers(house: House) -> None:
    id = await guarded(house)
    await delete(house)
    receipt = await says(house, " Harbour  SEAL ")
    assert (receipt.stored, receipt.conversation) == (True, id)
    assert head(house, id).kind == "partial"
    assert hidden(house, id) is None
    assert texts(house, id)[0] == WORDS
    assert BACK in told(house, id)
    back = state(house, id)
    assert (back.agreed, back.code_given, back.standing) == (True, True, "asking")
    assert {row["name"] for row in house.rows(t.timer)} >= {"late", "partial"}
    assert [row["dropped_at"] for row in house.rows(t.promise)] == [None]
    assert (await says(house, "pause")).conversation == id, "and it goes on"
    [finding] = house.store.read_sync(lambda c: list(keeping.sealed(c, house.store.keys)))
    assert finding.light == "green", "everything can be read"


async def test_the_late_reading_that_was_promised_is_told_after_it_came_back(
    house: House,
) -> None:
    id = await guarded(house)
    await delete(house)
    await says(house, CODE)
    due = house.store.read_sync(lambda c: retention.due_timers(c, "harbour", NOON + DAY / 4))
    assert (id, "late") in due


@pytest.mark.parametrize("word", ["harbour", "seal", "hello", "yes", "delete"])
async def test_another_word_brings_nothing_back(house: House, word: str) -> None:
    id = await guarded(house)
    await delete(house)
    assert (await says(house, word)).conversation != id
    assert hidden(house, id)
    assert head(house, id).gone


@pytest.mark.parametrize("merge", [0, 8])
async def test_there_are_as_many_tries_as_a_day_has(house: House, merge: int) -> None:
    """Also for whoever sends them in a burst, and for whoever begins anew."""
    service = replace(house.world.service, merge=timedelta(seconds=merge))
    house.world = replace(house.world, service=service)
    id = await guarded(house)
    await delete(house)
    for word in ("peach", "sparrow", "lantern", "pebble", "willow"):
        await says(house, word)
    assert (await says(house, CODE)).conversation != id
    assert hidden(house, id)
    await delete(house)
    assert (await says(house, CODE)).conversation != id, "nor does a new beginning bring more"
    assert hidden(house, id)


async def test_tries_of_several_beginnings_count_together(house: House) -> None:
    id = await guarded(house)
    await delete(house)
    for words in (["peach", "sparrow"], ["lantern"], ["pebble", "willow"]):
        for word in words:
            await says(house, word)
        await delete(house)
    assert (await says(house, CODE)).conversation != id
    assert hidden(house, id)


@pytest.mark.parametrize("code", ["", "another one"])
async def test_however_often_somebody_begins_anew_the_word_brings_it_back(
    house: House, code: str
) -> None:
    """Also where each of those beginnings has a code word of its own."""
    id = await guarded(house)
    await delete(house)
    for _ in range(6):
        await guarded(house, code)
        await delete(house)
    assert (await says(house, CODE)).conversation == id
    assert hidden(house, id) is None


async def test_without_a_code_word_nothing_comes_back_by_chat(house: House) -> None:
    id = await guarded(house, code="")
    await delete(house)
    assert (await says(house, CODE)).conversation != id
    assert hidden(house, id)


async def test_when_its_time_is_over_the_word_says_nothing(house: House) -> None:
    """Also in the moment before it is erased."""
    id = await guarded(house)
    await delete(house)
    house.clock.at = NOON + DAY
    assert (await says(house, CODE)).conversation != id
    sweep(house, NOON + DAY)
    assert texts(house, id)[0] == ""


async def test_what_was_written_since_is_not_lost(house: House) -> None:
    """They write what happened, and remember the word only then."""
    id = await guarded(house)
    await delete(house)
    newer = (await says(house, "he took my phone and he has a knife")).conversation
    wishes = house.count(t.asked)
    assert newer != id
    assert (await says(house, CODE)).conversation == id
    assert "he took my phone and he has a knife" in texts(house, id)
    assert {row["conversation"] for row in house.rows(t.asked)} <= {id}
    assert house.count(t.asked) == wishes
    assert head(house, newer).gone


async def test_nor_does_a_backup_of_meanwhile_lose_it(house: House, tmp_path: Path) -> None:
    """Put back, it stands in theirs, and the phone is theirs again."""
    file, id = noting(house, tmp_path), await guarded(house)
    await delete(house)
    await says(house, "he took my phone and he has a knife")
    path, _ = back_up(house, tmp_path)
    await says(house, CODE)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert set(texts(back, id)) >= {WORDS, "he took my phone and he has a knife"}
        assert (await says(back, "pause")).conversation == id


async def test_a_backup_of_meanwhile_is_erased_again_if_they_had_it_erased_after_all(
    house: House, tmp_path: Path
) -> None:
    file, id = noting(house, tmp_path), await guarded(house)
    await delete(house)
    await says(house, "he took my phone and he has a knife")
    path, _ = back_up(house, tmp_path)
    await says(house, CODE)
    await delete(house)
    sweep(house, NOON + DAY)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert set(texts(back, id)) == {""}
        assert hidden(back, id) is None
        assert [row for row in back.rows(t.message) if row["text"]] == []


async def test_whoever_has_agreed_to_begin_anew_needs_a_worker(house: House) -> None:
    id = await guarded(house)
    await delete(house)
    agrees = saying(e.Agreed("start", True, "m"), agreed=True, standing="asking")
    newer = (await house.inbox(agrees).receive(wrote("ok", new_id()))).conversation
    assert (await says(house, CODE)).conversation == newer
    assert hidden(house, id)


async def test_what_somebody_else_had_erased_since_stays_so(house: House) -> None:
    mine = await guarded(house)
    await delete(house)
    theirs = await guarded(house, code="another one")
    await delete(house)
    assert (await says(house, CODE)).conversation == mine
    assert hidden(house, theirs)
    assert head(house, theirs).gone


async def test_with_a_worker_the_assistant_says_only_that(house: House) -> None:
    id = await guarded(house)
    step = saying(holder="worker")
    await house.inbox(step).receive(wrote("x", new_id()))
    await delete(house)
    await says(house, CODE)
    assert told(house, id)[-1].endswith(BACK)
    assert state(house, id).holder == "worker"
