"""What a turn takes back, forgets and files anew, and what stands after a step of ours failed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.conversation.channel import Envelope, Receipt
from bot.conversation.effects import (
    AsideKept,
    Asked,
    Effect,
    Filed,
    Forget,
    HandOver,
    Promised,
    Reach,
    Refiled,
    TakeBack,
    Timer,
    Withdraw,
)
from bot.conversation.model import (
    Conversation,
    Delivered,
    Due,
    Event,
    Failed,
    Say,
    Turn,
    World,
    Wrote,
)
from store import messages
from store import tables as t
from tests.houses import LINE, NOON, NUMBER, House, saying, wrote

SOON = NOON + timedelta(hours=1)
HELLO = Say("hello", "Hello")
REMINDER = Say("remind", "Still there?", prompted=False)


async def turn(house: House, text: str, *effects: Effect, says: tuple[Say, ...] = ()) -> Receipt:
    """The person writes, and this follows."""
    return await house.inbox(saying(*effects, says=says)).receive(wrote(text))


def filed(house: House) -> list[tuple[object, object]]:
    return [(r["kind"], r["question"]) for r in house.rows(t.message) if r["direction"] == "in"]


def states(house: House) -> list[object]:
    return [row["state"] for row in house.rows(t.outgoing)]


# --- What a turn records -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["note", "command"])
async def test_an_earlier_message_is_filed_anew_and_this_one_as_it_says(
    house: House, kind: str
) -> None:
    first = await turn(house, "bak", Filed("answer", "name"))
    anew = Refiled(first.message, kind)  # type: ignore[arg-type]
    await turn(house, "yes", Filed("choice", "name"), anew)
    assert filed(house) == [(kind, ""), ("choice", "name")]


async def test_nobody_files_what_somebody_else_wrote(house: House) -> None:
    first = await turn(house, "Ana", Filed("answer", "name"))
    step = saying(Filed("command"), Refiled(first.message, "command"))
    await house.inbox(step).receive(wrote("hi", number="+447700900124"))
    assert filed(house)[0] == ("answer", "name")


async def test_what_is_taken_back_is_on_no_list_and_promises_nothing(house: House) -> None:
    await turn(house, "a", HandOver("partial", SOON), Promised("read", SOON))
    await house.inbox(saying(HandOver("complete", SOON))).receive(
        wrote("b", number="+447700900124")
    )
    await turn(house, "c", Promised("aim", SOON))
    receipt = await turn(house, "take it back", Filed("command"), TakeBack())
    (other,) = house.rows(t.handover)
    assert other["conversation"] != receipt.conversation
    assert [row["dropped_at"] for row in house.rows(t.promise)] == [NOON, NOON]


async def test_what_is_taken_back_and_handed_over_at_once_is_handed_over(house: House) -> None:
    await turn(house, "a", HandOver("partial", SOON), Promised("aim", SOON))
    await turn(house, "b", TakeBack(), HandOver("complete", SOON), Promised("read", SOON))
    assert [row["kind"] for row in house.rows(t.handover)] == ["complete"]
    assert [row["dropped_at"] for row in house.rows(t.promise)] == [NOON, None]


async def test_a_partial_one_again_has_a_new_date_and_the_same_worker(house: House) -> None:
    await turn(house, "a", HandOver("partial", SOON))
    house.store.write_sync(lambda c: c.execute(update(t.handover).values(taken_by="w")) and None)
    (before,) = house.rows(t.handover)
    house.clock.at += timedelta(days=2)
    await turn(house, "b", HandOver("partial", house.clock.at + timedelta(hours=4)))
    (after,) = house.rows(t.handover)
    assert (after["at"], after["due_at"]) == (house.clock.at, NOON + timedelta(days=2, hours=4))
    assert (after["reference"], after["taken_by"]) == (before["reference"], "w")


async def test_what_a_try_may_have_sent_is_withdrawn_too(house: House) -> None:
    await turn(house, "a", says=(HELLO,))
    house.store.write_sync(lambda c: c.execute(update(t.outgoing).values(state="begun")) and None)
    await turn(house, "stop please", Withdraw(), says=(Say("stopped", "All right."),))
    assert states(house) == ["withdrawn", "new"]


async def test_a_reminder_for_the_morning_does_not_go_once_they_came_back(house: House) -> None:
    house.clock.at = NOON.replace(hour=23)
    await turn(house, "a", says=(HELLO, REMINDER))
    await house.inbox(saying(says=(REMINDER,))).receive(wrote("x", number="+447700900124"))
    await turn(house, "I am here", says=(HELLO, REMINDER))
    assert states(house) == ["new", "withdrawn", "new", "new", "new"]


async def test_a_wish_that_waits_is_not_repeated(house: House) -> None:
    await turn(house, "person", Asked("person"), Asked("person"))
    await turn(house, "person!", Asked("person"))
    await turn(house, "delete", Asked("delete"))
    assert [row["what"] for row in house.rows(t.asked)] == ["person", "delete"]
    house.store.write_sync(lambda c: c.execute(update(t.asked).values(seen_at=NOON)) and None)
    await turn(house, "person", Asked("person"))
    assert [row["what"] for row in house.rows(t.asked)] == ["person", "delete", "person"]


async def test_a_press_stores_no_words(house: House) -> None:
    press = Envelope(Wrote("", "o:q1.yes"), NOON, LINE.id, NUMBER, "1")
    receipt = await house.inbox(saying(Filed("choice", "q1"))).receive(press)
    (row,) = house.rows(t.message)
    assert (row["text"], row["kind"], row["erased_at"]) == (None, "choice", None)
    keys = house.store.keys
    (line,) = house.store.read_sync(lambda c: messages.transcript(c, keys, receipt.conversation))
    assert line.text == ""


async def test_what_was_forgotten_does_not_become_a_note(house: House) -> None:
    await turn(house, "before", Filed("aside"))
    await turn(house, "no", Filed("command"), Forget("aside"))
    await turn(house, "after all", Filed("aside"))
    await turn(house, "yes", Filed("command"), AsideKept())
    assert [kind for kind, _ in filed(house)] == ["aside", "command", "note", "command"]


# --- Who comes back to a contact that is closed --------------------------------------------------


@pytest.mark.parametrize("state", ["stopped", "unreachable"])
async def test_a_new_conversation_knows_that_the_contact_is_closed(
    house: House, state: str
) -> None:
    await turn(house, "a", Reach(state))  # type: ignore[arg-type]
    await turn(house, "delete", Filed("command"), Forget("all"))
    found: list[str] = []

    def look(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        found.append(conversation.blocked)
        return Turn(conversation, (), (Filed("aside"),))

    inbox = house.inbox(look)
    for number in (NUMBER, "+447700900124"):
        await inbox.receive(wrote("hello again", number=number))
    assert found == [state, ""]


# --- When a step of ours fails -------------------------------------------------------------------


def broken(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    raise RuntimeError("a mistake of ours")


async def test_words_that_we_stumble_over_before_the_agreement_are_put_aside(house: House) -> None:
    for text in ("what happened", "and then"):
        receipt = await house.inbox(broken).receive(wrote(text))
    assert filed(house) == [("aside", "")] * 2
    (timer,) = house.rows(t.timer)
    assert (timer["name"], timer["due_at"]) == ("forget_aside", NOON + timedelta(days=1))
    assert house.count(t.parked) == 2
    house.clock.at += timedelta(days=1)
    due = Envelope(Due("forget_aside"), house.clock.at, conversation=receipt.conversation)
    seen: list[bool] = []

    def forget(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        seen.append(conversation.aside)
        return Turn(conversation, (), (Forget("aside"),))

    await house.inbox(forget).receive(due)
    assert seen == [True]
    texts = [row["text"] for row in house.rows(t.message) if row["direction"] == "in"]
    assert texts == [None, None]
    assert house.count(t.parked) == 0


async def test_words_that_we_stumble_over_after_the_agreement_are_a_note(house: House) -> None:
    await house.inbox(saying(Filed("command"), agreed=True)).receive(wrote("yes"))
    await house.inbox(broken).receive(wrote("what happened"))
    assert filed(house)[1:] == [("note", "")]
    assert house.count(t.timer) == 0


async def test_a_timer_that_we_stumble_over_rings_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = await turn(house, "a", Timer("partial", SOON))
    house.clock.at = SOON
    (before,) = house.rows(t.conversation)
    due = Envelope(Due("partial"), SOON, conversation=receipt.conversation)
    await house.inbox(broken).receive(due)
    (timer,) = house.rows(t.timer)
    assert (timer["name"], timer["due_at"]) == ("partial", SOON + timedelta(minutes=15))
    assert house.count(t.parked) == 0
    (after,) = house.rows(t.conversation)
    assert after["delete_on"] == before["delete_on"]
    assert states(house) == []
    assert receipt.conversation in caplog.text


async def test_a_timer_whose_turn_the_database_refuses_rings_again_later(house: House) -> None:
    receipt = await turn(house, "a", Timer("partial", SOON))
    house.clock.at = SOON
    due = Envelope(Due("partial"), SOON, conversation=receipt.conversation)
    naive = Timer("remind", datetime(2026, 1, 1))
    await house.inbox(saying(naive)).receive(due)
    (timer,) = house.rows(t.timer)
    assert (timer["name"], timer["due_at"]) == ("partial", SOON + timedelta(minutes=15))


@pytest.mark.parametrize("news", [Delivered, Failed])
async def test_news_that_we_stumble_over_is_on_record_and_set_aside(
    house: House, news: type[Delivered | Failed]
) -> None:
    receipt = await turn(house, "a", says=(HELLO,))
    message = str(house.rows(t.outgoing)[0]["message"])
    await house.inbox(broken).receive(Envelope(news(message), NOON, LINE.id))
    assert states(house) == [news.__name__.lower()]
    (parked,) = house.rows(t.parked)
    assert parked["conversation"] == receipt.conversation
    content = house.store.keys.master.open(parked["content"], f"parked.content:{parked['id']}")  # type: ignore[arg-type]
    assert content == f"{news.__name__} {message}"
