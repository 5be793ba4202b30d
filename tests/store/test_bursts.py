"""A burst as it stands in the database: what waits, what is taken back, what is not."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update
from sqlalchemy import text as sql

from bot.conversation import engine
from bot.conversation.channel import Envelope, Receipt
from bot.conversation.effects import Forget
from bot.conversation.model import Conversation, Delivered
from bot.inbound import Inbox
from store import conversations
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.databases import POSTGRES_ONLY
from tests.houses import KEY, LINE, NUMBER, House, saying, wrote
from tests.posts import until
from tests.worlds import world

MERGE = timedelta(seconds=3)
SECOND = timedelta(seconds=1)
FIRST = ("hello", "ok", "ok", "ok")


@pytest.fixture
def talking(house: House) -> House:
    """Somebody has said yes, and is asked the first question."""
    house.world = world(3)
    return house


def inbox(house: House) -> Inbox:
    """The way in as it is."""
    return Inbox(house.store, {LINE.service: house.world}, house.accounts, house.clock)


async def says(house: House, *texts: str) -> list[Receipt]:
    """They write these a second apart; what we said before has gone out meanwhile."""
    receipts = []
    for text in texts:
        house.clock.at += SECOND
        receipts.append(await inbox(house).receive(wrote(text)))
    return receipts


async def opened(house: House, *texts: str) -> None:
    """All that we said to these went out."""
    for text in texts or FIRST:
        house.clock.at += timedelta(minutes=1)
        await says(house, text)
        for row in house.rows(t.outgoing):
            if row["state"] == "new":
                news = Delivered(str(row["message"]), "sent")
                await inbox(house).receive(Envelope(news, house.clock.at))
    house.clock.at += timedelta(minutes=1)


def conversation(house: House) -> Conversation:
    here = [(LINE.id, NUMBER)]
    lines = house.store.read_sync(lambda c: conversations.by_address(c, house.store.keys, here))
    return lines[here[0]].conversation


def states(house: House) -> list[object]:
    """What became of our words since the opening."""
    return [row["state"] for row in house.rows(t.outgoing)][len(FIRST) :]


def begin(house: House, state: str = "begun", attempts: int = 1) -> None:
    """The sender has the row in hand."""
    this = t.outgoing.c.state == "new"
    change = update(t.outgoing).where(this).values(state=state, attempts=attempts)
    house.store.write_sync(lambda c: c.execute(change) and None)


async def test_the_reply_waits_and_gives_way_to_the_next(talking: House) -> None:
    await opened(talking)
    sent = await says(talking, "my sister", "and the dog", "honestly")
    assert states(talking) == ["withdrawn", "withdrawn", "new"]
    assert talking.rows(t.outgoing)[-1]["not_before"] == talking.clock.at + MERGE
    answer = conversation(talking).answers["keeps_going"]
    assert answer.messages == tuple(receipt.message for receipt in sent)
    current = [row for row in talking.rows(t.answer) if row["current"]]
    assert [row["messages"] for row in current] == [list(answer.messages)]


@POSTGRES_ONLY
async def test_it_may_come_to_another_process_each_time(talking: House) -> None:
    await opened(talking)
    other = House(Store.open(talking.url, Keys(KEY)), talking.url, talking.clock, talking.world)
    for house, text in ((talking, "my sister"), (other, "and the dog"), (talking, "honestly")):
        await says(house, text)
    other.store.close_sync()
    assert states(talking) == ["withdrawn", "withdrawn", "new"]
    assert len(conversation(talking).answers["keeps_going"].messages) == 3


@POSTGRES_ONLY
async def test_a_sender_that_begins_the_reply_at_this_moment_is_seen(talking: House) -> None:
    """Either the reply is taken back, or it goes out: never both, and never twice."""
    await opened(talking)
    await says(talking, "my sister")
    sender, go_on = Store.open(talking.url, Keys(KEY)), threading.Event()

    def hold(connection: Connection) -> None:
        this = t.outgoing.c.state == "new"
        connection.execute(update(t.outgoing).where(this).values(state="begun", attempts=1))
        go_on.wait(5)

    async with asyncio.TaskGroup() as group:
        group.create_task(sender.write(hold))
        await until(lambda: _locks(talking, granted=True))
        group.create_task(says(talking, "and the dog"))
        await until(lambda: _locks(talking, granted=False))
        go_on.set()
    sender.close_sync()
    assert states(talking) == ["begun", "new"]
    assert list(talking.rows(t.message)[-1]["said"]) == ["joined"]  # type: ignore[call-overload]


def _locks(house: House, *, granted: bool) -> bool:
    """Is a row of the queue locked, or somebody waiting for one that is?"""
    held = "SELECT count(*) FROM pg_locks WHERE granted AND relation = 'outgoing'::regclass"
    held += " AND mode = 'RowExclusiveLock'"
    waited = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    query = sql(held if granted else waited)
    return bool(house.store.read_sync(lambda c: c.scalar(query)))


async def test_many_in_one_commit_get_one_reply(talking: House) -> None:
    await opened(talking)
    parts = [wrote(f"part {n}") for n in range(8)]
    await talking.store.write(lambda c: inbox(talking).batch(c, parts, engine.respond))
    assert states(talking) == ["withdrawn"] * 7 + ["new"]
    assert len(conversation(talking).answers["keeps_going"].messages) == 8


@pytest.mark.parametrize(("state", "attempts"), [("begun", 1), ("new", 1)])
async def test_what_may_have_been_sent_is_not_taken_back_nor_said_twice(
    talking: House, state: str, attempts: int
) -> None:
    await opened(talking)
    await says(talking, "my sister")
    begin(talking, state, attempts)
    await says(talking, "and the dog", "honestly")
    assert states(talking) == [state, "withdrawn", "new"]
    assert list(talking.rows(t.message)[-1]["said"]) == ["joined"]  # type: ignore[call-overload]
    assert len(conversation(talking).answers["keeps_going"].messages) == 3


async def test_what_we_said_before_it_is_not_taken_back(talking: House) -> None:
    """Twilio is slow: even the question that they answer has not gone out."""
    await opened(talking, *FIRST[:-1])
    await says(talking, FIRST[-1])
    talking.clock.at += timedelta(minutes=1)
    await says(talking, "my sister", "and the dog")
    assert [row["state"] for row in talking.rows(t.outgoing)][-3:] == ["new", "withdrawn", "new"]


async def test_taking_the_answer_out_takes_all_of_its_messages(talking: House) -> None:
    await opened(talking)
    sent = await says(talking, "my sister", "and the dog")
    remove = saying(Forget("answer", "keeps_going"))
    await talking.inbox(remove).receive(wrote("remove 1"))
    rows = {row["id"]: row for row in talking.rows(t.message)}
    assert all(rows[receipt.message]["text"] is None for receipt in sent)


async def test_words_that_were_erased_are_not_joined(talking: House) -> None:
    await opened(talking)
    (first,) = await says(talking, "my sister")
    gone = t.message.c.id == first.message
    blank = update(t.message).where(gone).values(text=None)
    talking.store.write_sync(lambda c: c.execute(blank) and None)
    await says(talking, "and the dog")
    assert conversation(talking).burst is not None
    assert conversation(talking).answers["keeps_going"].messages == (first.message,)


async def test_words_that_do_not_open_keep_nothing_else_from_being_heard(talking: House) -> None:
    """They are met by themselves: neither lost nor set aside."""
    await opened(talking)
    (first,) = await says(talking, "my sister")
    spoilt = update(t.message).where(t.message.c.id == first.message).values(text=b"x" * 40)
    talking.store.write_sync(lambda c: c.execute(spoilt) and None)
    (receipt,) = await says(talking, "and the dog")
    assert receipt.stored
    assert receipt.message in {row["id"] for row in talking.rows(t.message)}
    assert not talking.rows(t.parked)
