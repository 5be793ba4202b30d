"""What somebody has erased is gone at once, and can be brought back until its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, insert, update

from bot.conversation import effects as e
from bot.conversation.model import Conversation, Say
from bot.doctor import keeping
from desk import exposure, figures, listing, queries, searching, wishes
from desk.exporting import leaving
from desk.looks import READING
from store import conversations, erased, hiding, legal_hold, outbox, outside, retention
from store import tables as t
from store.ids import new_id
from store.messages import transcript
from store.packing import pack
from store.sealing import Sealer, Unreadable
from tests.databases import Kind
from tests.desk.builder import flow
from tests.houses import LINE, NOON, NUMBER, House, open_house, saying, wrote
from tests.operators.keeping import back_up, hear, noting, restored, texts

DAY = timedelta(hours=24)
LATER = NOON + DAY
SERVICES = ["harbour"]
ZONE = ZoneInfo("Europe/London")


@pytest.fixture
def house(kind: Kind, tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path, kind)
    made.store.hold_deletions({"harbour": DAY})
    made.store.tell_outside()
    yield made
    made.store.close_sync()


async def shared(house: House, words: str = "the blue door", number: str = NUMBER) -> str:
    """Somebody wrote this and shared it with the team, and then asked for a person."""
    handed = e.HandOver("partial", NOON + timedelta(hours=3))
    step = saying(
        e.Filed("note"), handed, e.Asked("person"), e.Promised("read", NOON), standing="paused"
    )
    receipt = await house.inbox(step).receive(wrote(words, new_id(), number))
    return receipt.conversation


async def delete(house: House, number: str = NUMBER) -> None:
    """They have it all erased."""
    done = (Say("delete_done", "It is deleted."),)
    gone = saying(e.Filed("command"), e.Forget("all"), says=done, standing="erased")
    await house.inbox(gone).receive(wrote("yes", new_id(), number))


def head(house: House, conversation: str) -> queries.Head:
    found = house.store.read_sync(lambda c: queries.find(c, conversation, SERVICES))
    assert found
    return found


def sweep(house: House, at: Any) -> None:
    """What housekeeping does once."""
    keys = house.store.keys
    for id in house.store.read_sync(lambda c: retention.expired(c, "harbour", at)):
        house.store.write_sync(lambda c, id=id: retention.expire(c, keys, id, at))  # type: ignore[misc]


def hidden(house: House, conversation: str) -> hiding.Hidden | None:
    return house.store.read_sync(lambda c: hiding.of_conversation(c, conversation))


def bring_back(house: House, conversation: str, at: Any = NOON) -> str:
    found = hidden(house, conversation)
    return house.store.write_sync(
        lambda c: hiding.bring_back(c, house.store.keys, found.person if found else "", at)
    )


async def test_it_is_gone_from_every_view_at_once(house: House) -> None:
    id = await shared(house)
    reference = head(house, id).reference or ""
    wish = str(house.rows(t.asked)[0]["id"])
    await delete(house)
    keys, services = house.store.keys, {"harbour": house.world.service}

    def views(c: Connection) -> list[object]:
        return [
            listing.by_promise(c, SERVICES, (None,), 9),
            listing.with_others(c, SERVICES, [], 9),
            listing.writing(c, SERVICES, 9),
            listing.unreached(c, SERVICES, 9),
            queries.handed(c, SERVICES, None, None, 9),
            leaving.choose(c, SERVICES, None, None),
            wishes.unanswered(c, SERVICES, 9),
            [found for found in [wishes.find(c, wish, SERVICES)] if found],
            [found for found in [searching.find(c, keys, services, reference)] if found],
            [found for found in [searching.find(c, keys, services, NUMBER)] if found],
        ]

    assert house.store.read_sync(views) == [[]] * 10
    gone = head(house, id)
    assert gone.gone
    assert gone.kind == "erased"


async def test_another_case_system_is_told_of_its_end_and_of_its_return(house: House) -> None:
    id = await shared(house)
    told: list[str] = []

    def tell(connection: Connection) -> None:
        for news in outside.due(connection, NOON + DAY):
            outside.begun(connection, news.id, NOON)
            outside.told(connection, news.id, NOON)
            told.append(news.what)

    house.store.write_sync(tell)
    await delete(house)
    house.store.write_sync(tell)
    bring_back(house, id)
    house.store.write_sync(tell)
    assert told == ["partial", "erased", "partial"]


async def test_nobody_opens_a_word_of_it_with_the_key_that_it_goes_by(house: House) -> None:
    """Also a view that forgot to ask whether it is gone."""
    id = await shared(house)
    person = head(house, id).person
    await delete(house)
    assert head(house, id).person != person
    sealer = house.store.keys.person(head(house, id).wrapped_key or b"")
    row = next(row for row in house.rows(t.message) if row["direction"] == "in" and row["text"])
    blob: Any = row["text"]
    with pytest.raises(Unreadable):
        sealer.open(blob, f"message.text:{row['id']}")


async def test_when_its_time_is_over_it_is_erased_for_good(house: House, tmp_path: Path) -> None:
    file = noting(house, tmp_path)
    id = await shared(house)
    sealed: list[Any] = [row["text"] for row in house.rows(t.message) if row["text"]]
    person = head(house, id).person
    await delete(house)
    sweep(house, NOON + DAY / 2)
    assert hidden(house, id)
    assert erased.read(file).people == set()
    sweep(house, LATER)
    assert hidden(house, id) is None
    assert bring_back(house, id) == ""
    keys = {row["id"]: row["wrapped_key"] for row in house.rows(t.person)}
    assert keys[person] is None
    assert person in erased.read(file).people
    house.store._writer.submit(house.store._checkpoint).result()
    left = house.everything()
    assert [blob for blob in sealed if blob in left] == []
    assert house.count(t.asked) == house.count(t.hidden) == 0


async def test_it_comes_back_as_it_was(house: House) -> None:
    id = await shared(house)
    before = head(house, id)
    state = replace(Conversation(), standing="paused", over=("delete",))
    person = house.rows(t.person)[0]
    sealer = house.store.keys.person(before.wrapped_key or b"")
    sealed = sealer.seal(pack(state), f"conversation.state:{id}")
    house.store.write_sync(
        lambda c: c.execute(update(t.conversation).values(state=sealed)) and None
    )
    await delete(house)
    assert bring_back(house, id) == id
    after = head(house, id)
    assert (after.kind, after.due_at, after.standing) == ("partial", before.due_at, "paused")
    assert (after.person, after.closed_at) == (person["id"], None)
    assert texts(house, id)[0] == "the blue door"
    line = house.store.read_sync(lambda c: conversations.by_id(c, house.store.keys, [id]))[id]
    assert line.conversation.over == (), "the next yes does not erase it again"
    [promise] = house.rows(t.promise)
    assert promise["dropped_at"] is None
    assert await hear(house, "I am here again") == id, "from the same phone, the same line"
    assert [row["person"] for row in house.rows(t.contact)] == [person["id"]]


async def test_what_we_said_of_the_erasing_is_as_readable_as_the_rest(house: House) -> None:
    """It was sealed for the fresh person: while it is hidden, and once all is back."""

    def light() -> list[str]:
        found = house.store.read_sync(lambda c: list(keeping.sealed(c, house.store.keys)))
        return [finding.light for finding in found]

    id = await shared(house)
    await delete(house)
    assert light() == ["green"]
    bring_back(house, id)
    assert light() == ["green"]
    said = house.store.read_sync(lambda c: transcript(c, house.store.keys, id))
    assert "It is deleted." in [message.text for message in said]
    [row] = outbox_of(house)
    assert row.out.text == "It is deleted.", "and if it waits still, it goes"


def outbox_of(house: House) -> list[outbox.Row]:
    look = outbox.Look(LINE.id, NOON)
    return list(house.store.write_sync(lambda c: outbox.due(c, house.store.keys, look)))


async def test_what_we_said_of_the_first_of_two_may_have_lost_its_key(house: House) -> None:
    """Then that one message is blank, and all that is theirs is there."""
    first = await shared(house, "the first words")
    await delete(house)
    second = await shared(house, "the second words")
    await delete(house)
    assert bring_back(house, first) == first
    said = house.store.read_sync(lambda c: transcript(c, house.store.keys, first))
    assert [m.text for m in said] == ["the first words", "", ""]
    assert bring_back(house, second) == second
    assert texts(house, second)[0] == "the second words"


async def test_its_timers_come_back_with_it_and_do_not_ring_meanwhile(house: House) -> None:
    """What had been agreed to goes on: the part goes to the team, a late reading is told of."""
    set = [e.Timer("partial", NOON + DAY / 4), e.Timer("late", NOON + DAY / 2)]
    id = (await house.inbox(saying(*set)).receive(wrote("hello", "SM1"))).conversation
    await delete(house)
    later = NOON + DAY * 3 / 4
    assert house.store.read_sync(lambda c: retention.due_timers(c, "harbour", later)) == []
    bring_back(house, id, later)
    due = house.store.read_sync(lambda c: retention.due_timers(c, "harbour", later))
    assert due == [(id, "partial"), (id, "late")]


async def test_with_what_is_erased_its_timers_go(house: House) -> None:
    timer = saying(e.Timer("partial", NOON + DAY / 4))
    await house.inbox(timer).receive(wrote("hello", "SM1"))
    await delete(house)
    sweep(house, LATER)
    assert house.count(t.timer) == 0


async def test_whoever_only_said_hello_since_gives_way(house: House) -> None:
    id = await shared(house)
    await delete(house)
    greets = saying(e.Filed("command"), standing="explaining")
    newer = (await house.inbox(greets).receive(wrote("hello?", "SM8"))).conversation
    assert newer != id
    assert bring_back(house, id) == id
    assert texts(house, newer) == [""]
    assert await hear(house, "me again") == id


async def test_whoever_began_since_keeps_the_phone(house: House) -> None:
    """What comes back stands apart: workers read it, and nothing of ours goes to that phone."""
    id = await shared(house)
    await delete(house)
    agreed = saying(e.Filed("note"), e.Agreed("start", True, "m"), standing="asking")
    newer = (await house.inbox(agreed).receive(wrote("OK", "SM9"))).conversation
    assert bring_back(house, id) == id
    assert texts(house, id)[0] == "the blue door"
    assert await hear(house, "who is there?") == newer
    apart = [row for row in house.rows(t.contact) if row["valid_to"]]
    assert len(apart) == 1
    assert head(house, id).contact == apart[0]["id"]


async def test_words_that_came_since_are_not_given_up(house: House) -> None:
    """They may be a call for help, of somebody who has agreed to nothing yet."""
    id = await shared(house)
    await delete(house)
    told = saying(e.Filed("aside"), standing="explaining")
    newer = (await house.inbox(told).receive(wrote("he has a knife", "SM8"))).conversation
    assert bring_back(house, id) == id
    assert texts(house, id)[0] == "the blue door"
    assert texts(house, newer) == ["he has a knife"]


async def test_what_a_worker_wrote_to_what_was_asked_since_opens_with_the_rest(
    house: House,
) -> None:
    """They showed that it is theirs, and what was asked meanwhile is of that record now."""
    id = await shared(house)
    await delete(house)
    asks = saying(e.Filed("note"), e.Asked("fix"), standing="explaining")
    newer = (await house.inbox(asks).receive(wrote("it was a tuesday", "SM8"))).conversation
    keys, wish = house.store.keys, str(house.rows(t.asked)[-1]["id"])

    def sealer(c: Connection, of: str) -> Sealer:
        return conversations.by_id(c, keys, [of])[of].sealer

    def answered(c: Connection) -> None:
        words = sealer(c, newer).seal("You are right.", f"asked.answer:{wish}")
        c.execute(update(t.asked).where(t.asked.c.id == wish).values(answer=words))

    house.store.write_sync(answered)
    found = hidden(house, id)
    person = found.person if found else ""
    house.store.write_sync(lambda c: hiding.bring_back(c, keys, person, NOON, claimed=True))
    [row] = [row for row in house.rows(t.asked) if row["id"] == wish]
    assert row["conversation"] == id
    answer: Any = row["answer"]
    place = f"asked.answer:{wish}"
    opened = house.store.read_sync(lambda c: sealer(c, id).open(answer, place))
    assert opened == "You are right."


async def test_a_second_delete_leaves_what_is_held_to_its_time(house: House) -> None:
    house.store.hold_deletions({})
    id = await shared(house)
    person = hold(house, id, LATER + DAY)
    await delete(house)
    assert hidden(house, id)
    await hear(house, "me again")
    await delete(house)
    found = hidden(house, id)
    assert found
    assert found.person == person
    assert found.until


async def test_erased_twice_each_time_is_by_itself(house: House) -> None:
    first = await shared(house, "the first words")
    await delete(house)
    second = await shared(house, "the second words")
    await delete(house)
    assert bring_back(house, first) == first
    assert texts(house, first)[0] == "the first words"
    assert hidden(house, second)
    sweep(house, LATER)
    assert head(house, second).gone
    assert texts(house, second)[0] == ""
    assert texts(house, first)[0] == "the first words", "their own date has not come"


async def test_without_such_a_time_it_is_erased_at_once(house: House) -> None:
    house.store.hold_deletions({})
    id = await shared(house)
    await delete(house)
    assert hidden(house, id) is None
    assert texts(house, id)[0] == ""


async def test_a_backup_from_before_is_hidden_again(house: House, tmp_path: Path) -> None:
    file = noting(house, tmp_path)
    id = await shared(house)
    path, _ = back_up(house, tmp_path)
    await delete(house)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        found = hidden(back, id)
        assert found
        assert found.until == LATER
        assert head(back, id).gone


async def test_a_backup_of_what_was_hidden_is_erased_with_it(house: House, tmp_path: Path) -> None:
    file = noting(house, tmp_path)
    id = await shared(house)
    await delete(house)
    path, _ = back_up(house, tmp_path)
    sweep(house, LATER)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert hidden(back, id) is None
        assert {row["text"] for row in back.rows(t.message) if row["direction"] == "in"} == {None}


async def test_what_was_brought_back_is_so_in_a_backup_too(house: House, tmp_path: Path) -> None:
    file = noting(house, tmp_path)
    id = await shared(house)
    await delete(house)
    path, _ = back_up(house, tmp_path)
    bring_back(house, id)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert texts(back, id)[0] == "the blue door"
        assert hidden(back, id) is None


# --- A legal hold --------------------------------------------------------------------------------


def hold(house: House, conversation: str, until: Any) -> str:
    """A lead holds the person of this intake; their id."""
    about = head(house, conversation)
    row = {"id": "lead", "name": "Lena", "role": "lead", "created_at": NOON}

    def work(connection: Connection) -> None:
        connection.execute(insert(t.worker).values(**row))
        sealer = house.store.keys.person(about.wrapped_key or b"")
        legal_hold.put(connection, sealer, about.person, "lead", "court 12", NOON, until)

    house.store.write_sync(work)
    return about.person


async def test_while_it_is_held_no_date_erases_it(house: House) -> None:
    id = await shared(house)
    person = hold(house, id, NOON + 90 * DAY)
    sweep(house, NOON + 60 * DAY)
    assert texts(house, id)[0] == "the blue door"
    assert house.store.read_sync(lambda c: retention.expired(c, "harbour", NOON + 60 * DAY)) == []
    house.store.write_sync(lambda c: legal_hold.lift(c, person, "lead", NOON + 60 * DAY))
    sweep(house, NOON + 60 * DAY)
    assert texts(house, id)[0] == ""
    assert house.rows(t.legal_hold)[0]["reason"] is None, "the reason goes with the person"


async def test_it_ends_by_itself(house: House) -> None:
    id = await shared(house)
    hold(house, id, NOON + 90 * DAY)
    sweep(house, NOON + 90 * DAY)
    assert texts(house, id)[0] == ""


@pytest.mark.parametrize("second_thoughts", [DAY, timedelta()])
async def test_what_a_held_person_has_erased_is_gone_from_view_and_kept(
    house: House, second_thoughts: timedelta
) -> None:
    house.store.hold_deletions({"harbour": second_thoughts})
    id = await shared(house)
    hold(house, id, NOON + 9 * DAY)
    await delete(house)
    assert head(house, id).gone
    sweep(house, NOON + 8 * DAY)
    assert hidden(house, id), "until the hold ends"
    sweep(house, NOON + 9 * DAY)
    assert hidden(house, id) is None


async def test_nobody_elses_words_are_held(house: House) -> None:
    held, other = await shared(house), await shared(house, "Ben's own", "+447700900124")
    hold(house, held, NOON + 90 * DAY)
    sweep(house, NOON + 60 * DAY)
    assert texts(house, other)[0] == ""


async def test_no_count_that_leads_look_at_has_it_any_more(house: House) -> None:
    id = await shared(house)
    hard = next(q.id for q in flow().questions if q.sensitivity == 2)
    answer = {"id": "a1", "conversation": id, "question": hard, "status": "answered"}
    written = {"id": "d1", "conversation": id, "worker": "lead", "content": b"", "at": NOON}
    level = {"id": "c1", "conversation": id, "worker": "lead", "before": 2, "level": 1}
    look = {"id": "l1", "conversation": id, "worker": "lead", "purpose": READING, "at": NOON}

    def work(c: Connection) -> None:
        row = {"id": "lead", "name": "Lena", "role": "lead", "created_at": NOON}
        c.execute(insert(t.worker).values(**row))
        c.execute(insert(t.membership).values(worker="lead", service="harbour"))
        c.execute(insert(t.answer).values(**answer, messages=[], fingerprint="", at=NOON))
        c.execute(insert(t.decision).values(**written, told_at=NOON))
        c.execute(insert(t.concern).values(**level, content=b"", review_on=NOON, at=NOON))
        c.execute(insert(t.look).values(**look))
        c.execute(update(t.asked).values(seen_at=NOON))

    house.store.write_sync(work)

    def counts(c: Connection) -> tuple[int, ...]:
        made = {"self_referral": flow()}
        found = figures.read(c, "harbour", made, ZONE, NOON)
        read = exposure.read(c, SERVICES, made.values(), ZONE, NOON)
        opened = sum(many for _, weeks in read.workers for many in weeks)
        care = found.care
        return found.unread.all, found.wishes.seen_to, care.decisions, care.better, opened

    assert house.store.read_sync(counts) == (0, 1, 1, 1, 1)
    await delete(house)
    assert house.store.read_sync(counts) == (0, 0, 0, 0, 0)
