"""Several processes on one PostgreSQL, each a store and a way in of its own: once is once."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select, text

from bot.conversation.channel import SMS
from bot.conversation.effects import Filed, Forget
from bot.conversation.model import Conversation, Event, Turn, World, Wrote
from bot.outbound import CALL, Sender
from bot.queueing import ELSEWHERE
from bot.running import Job
from bot.sharing import ALONE, Only, shared_out
from desk import holding
from store import accounts, locks, messages, moving, outbox, retention, rights
from store import tables as t
from store.outbox import Look
from store.sealing import Keys
from store.session import Store
from tests.databases import POSTGRES_ONLY
from tests.desk.builder import lay_out
from tests.houses import KEY, LINE, NOON, NUMBER, House, echo, saying, wrote
from tests.posts import stop, until
from tests.recording import RecordingChannel

pytestmark = POSTGRES_ONLY
HELD = 0.3  # seconds in which somebody who waits for a lock shows that they do


@pytest.fixture
def houses(house: House) -> Iterator[list[House]]:
    """Three processes' worth of stores on one database."""
    others = [House(Store.open(house.url, Keys(KEY)), house.url) for _ in range(2)]
    yield [house, *others]
    for other in others:
        other.store.close_sync()


# --- Taken once ----------------------------------------------------------------------------------


async def test_two_hundred_turns_that_come_several_times_to_three_processes_are_taken_once(
    houses: list[House],
) -> None:
    steps: Counter[str] = Counter()

    def counted(world: World, conversation: Conversation, event: Event, now: object) -> Turn:
        assert isinstance(event, Wrote)
        steps[event.text] += 1
        return echo(world, conversation, event, NOON)

    inboxes = [house.inbox(counted) for house in houses]
    people = [f"+44770090{n:04d}" for n in range(20)]
    turns = [wrote(f"{i}", f"SM{i}", people[i % 20]) for i in range(200)]
    # Each process hears of them in an order of its own, and of each of them twice.
    orders = [random.Random(n).sample(turns * 2, 400) for n in range(3)]  # noqa: S311
    pairs = [pair for each in zip(*orders, strict=True) for pair in zip(inboxes, each, strict=True)]
    receipts = await asyncio.gather(*(inbox.receive(turn) for inbox, turn in pairs))
    stored = [turn.provider_id for (_, turn), r in zip(pairs, receipts, strict=True) if r.stored]
    assert Counter(stored) == Counter(turn.provider_id for turn in turns)
    assert steps == Counter(str(i) for i in range(200))
    assert houses[0].count(t.seen) == houses[0].count(t.outgoing) == 200
    assert houses[0].count(t.conversation) == houses[0].count(t.contact) == 20
    # Ten replies each, counted one after the other: nobody's step began from an old state.
    queued = Counter((row["contact"], row["sequence"]) for row in houses[0].rows(t.outgoing))
    assert set(queued.values()) == {1}
    assert {sequence for _, sequence in queued} == set(range(1, 11))


async def test_a_first_message_to_two_processes_at_once_makes_one_person(
    houses: list[House],
) -> None:
    """Neither finds a row to wait for."""
    inside, go = threading.Event(), threading.Event()

    def slow(world: World, conversation: Conversation, event: Event, now: object) -> Turn:
        inside.set()
        assert go.wait(5)
        return echo(world, conversation, event, NOON)

    first = asyncio.create_task(houses[0].inbox(slow).receive(wrote("hello", "SM1")))
    await until(inside.is_set)
    second = asyncio.create_task(houses[1].inbox().receive(wrote("are you there?", "SM2")))
    other = await houses[2].inbox().receive(wrote("hi", "SM3", "+447700900124"))
    await asyncio.wait((second,), timeout=HELD)
    assert other.stored  # nobody else waits
    assert not second.done()
    go.set()
    assert (await first).conversation == (await second).conversation
    assert houses[0].count(t.person) == 2
    assert [row["sequence"] for row in houses[0].rows(t.outgoing)].count(2) == 1


async def test_two_texts_of_one_person_to_two_processes_are_answered_one_after_the_other(
    houses: list[House],
) -> None:
    await houses[0].inbox().receive(wrote("hello"))
    inside, go = threading.Event(), threading.Event()

    def slow(world: World, conversation: Conversation, event: Event, now: object) -> Turn:
        inside.set()
        assert go.wait(5)
        return echo(world, conversation, event, NOON)

    first = asyncio.create_task(houses[0].inbox(slow).receive(wrote("one")))
    await until(inside.is_set)
    second = asyncio.create_task(houses[1].inbox().receive(wrote("two")))
    await asyncio.wait((second,), timeout=HELD)
    go.set()
    await asyncio.gather(first, second)
    (conversation,) = houses[0].rows(t.conversation)
    said = [text for text in _script(houses[0], str(conversation["id"])) if text.isdigit()]
    assert said == ["1", "2", "3"]
    assert [row["sequence"] for row in houses[0].rows(t.outgoing)] == [1, 2, 3]


async def test_one_provider_id_from_two_people_at_once_is_refused_and_both_are_answered(
    houses: list[House],
) -> None:
    """No lock keeps them apart: the second commit fails, is replayed, and is then a copy."""
    inside, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> object:
        receipts = houses[0].inbox().batch(connection, [wrote("hello", "SM1")], echo)
        inside.set()
        assert go.wait(5)
        return receipts[0]

    first = asyncio.create_task(houses[0].store.write(slow))
    await until(inside.is_set)
    inbox = houses[1].inbox()
    copy = inbox.receive(wrote("hello", "SM1", "+447700900124"))
    beside = inbox.receive(wrote("hi", "SM2", "+447700900125"))
    second = asyncio.gather(copy, beside)
    await asyncio.wait((second,), timeout=HELD)
    go.set()
    await first
    assert [receipt.stored for receipt in await second] == [False, True]
    assert houses[0].count(t.person) == 2


async def test_news_and_erasing_wait_for_whoever_changes_the_same_person(
    houses: list[House],
) -> None:
    receipt = await houses[0].inbox(saying(Filed("answer", "q1"))).receive(wrote("hello"))
    keys, conversation = houses[0].store.keys, receipt.conversation
    (contact,) = [str(row["id"]) for row in houses[0].rows(t.contact)]
    message = str(houses[0].rows(t.message)[0]["id"])
    hashed = keys.lookup(LINE.id, NUMBER)
    waiting: dict[str, Callable[[Connection], object]] = {
        "by message": partial(locks.people, messages=[message]),
        "by conversation": partial(locks.people, conversations=[conversation]),
        "erase": partial(rights.erase, keys=keys, conversation=conversation, at=NOON),
        "move": partial(moving.move, keys=keys, contact=contact, address="+447700900199"),
    }
    for what, work in waiting.items():
        async with _holding(houses[0], hashed):
            task = asyncio.create_task(houses[1].store.write(work))
            await asyncio.wait((task,), timeout=HELD)
            assert not task.done(), what
        await task


@pytest.mark.parametrize("what", ["expire", "remove"])
async def test_whoever_writes_while_they_are_about_to_be_erased_is_not(
    houses: list[House], what: str
) -> None:
    first, keys = await houses[0].inbox().receive(wrote("hello")), houses[0].store.keys
    (contact,) = [str(row["id"]) for row in houses[0].rows(t.contact)]
    later = houses[0].clock.at = NOON + timedelta(days=400)
    expire = partial(retention.expire, keys=keys, conversation=first.conversation, now=later)
    erase: Callable[[Connection], None] = expire
    if what == "remove":
        await houses[0].store.write(expire)
        erase = partial(retention.remove_contact, keys=keys, contact=contact, now=later)
    inside, go = threading.Event(), threading.Event()

    def slow(world: World, conversation: Conversation, event: Event, now: object) -> Turn:
        inside.set()
        assert go.wait(5)
        return echo(world, conversation, event, later)

    writing = asyncio.create_task(houses[0].inbox(slow).receive(wrote("I am here")))
    await until(inside.is_set)
    erasing = asyncio.create_task(houses[1].store.write(erase))
    await asyncio.wait((erasing,), timeout=HELD)
    go.set()
    conversation = (await writing).conversation
    await erasing
    assert "I am here" in _script(houses[0], conversation)


async def test_a_conversation_erased_in_another_process_is_not_written_on(
    houses: list[House],
) -> None:
    first = await houses[0].inbox().receive(wrote("my secret"))
    gone = saying(Filed("command"), Forget("all"))
    inboxes = [houses[0].inbox(gone), houses[1].inbox()]
    await asyncio.gather(inboxes[0].receive(wrote("DELETE")), inboxes[1].receive(wrote("wait")))
    (old,) = [r for r in houses[0].rows(t.conversation) if r["id"] == first.conversation]
    texts = [r["text"] for r in houses[0].rows(t.message) if r["conversation"] == old["id"]]
    assert set(texts) == {None}


def _script(house: House, conversation: str) -> list[str]:
    keys = house.store.keys
    script = house.store.read_sync(lambda c: messages.transcript(c, keys, conversation))
    return [line.text for line in script]


@asynccontextmanager
async def _holding(house: House, hashed: bytes) -> AsyncIterator[None]:
    """This process has somebody's turn, and takes its time."""
    inside, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        locks.people(connection, [hashed])
        inside.set()
        assert go.wait(5)

    task = asyncio.create_task(house.store.write(slow))
    await until(inside.is_set)
    try:
        yield
    finally:
        go.set()
        await task


# --- Sent once -----------------------------------------------------------------------------------


async def test_what_one_process_begins_the_others_pass_by(houses: list[House]) -> None:
    inbox = houses[0].inbox()
    people = [wrote("hello", "", f"+44770090{n:04d}") for n in range(40)]
    await asyncio.gather(*map(inbox.receive, people))
    look, ready = Look(LINE.id, NOON), threading.Barrier(3)

    def begin(house: House, connection: Connection) -> list[str]:
        ready.wait(5)
        rows = outbox.due(connection, house.store.keys, look)
        ready.wait(5)  # all have chosen before anybody commits
        for row in rows:
            outbox.begin(connection, row.out.message, NOON, timedelta(seconds=ELSEWHERE))
        return [row.out.message for row in rows]

    found = await asyncio.gather(*(house.store.write(partial(begin, house)) for house in houses))
    together = [message for rows in found for message in rows]
    assert len(together) == len(set(together)) == 40
    left = await houses[0].store.write(lambda c: outbox.due(c, houses[0].store.keys, look))
    assert left == []


async def test_three_senders_send_everything_once_and_in_order(houses: list[House]) -> None:
    channel, inbox = RecordingChannel(), houses[0].inbox()
    for text_ in ("a", "b", "c"):
        people = [wrote(text_, "", f"+44770090{n:04d}") for n in range(10)]
        await asyncio.gather(*map(inbox.receive, people))
    quiet = saying()
    senders = [
        Sender(house.store, {LINE.id: channel}, house.inbox(quiet), house.clock, away=0.01)
        for house in houses
    ]
    running = [asyncio.create_task(sender.run()) for sender in senders]
    await until(lambda: len(channel.sent) >= 30, 20)
    await asyncio.gather(*map(stop, running))
    told: dict[str, list[str]] = {}
    for out in channel.sent:
        told.setdefault(out.address, []).append(out.text)
    assert list(told.values()) == [["1", "2", "3"]] * 10


async def test_a_row_is_left_alone_while_another_process_calls(houses: list[House]) -> None:
    """A call that takes long, and its look-up before: nobody else tries meanwhile."""
    assert ELSEWHERE > 3 * CALL  # one more, where a chat moved
    slow, quick = RecordingChannel(SMS), RecordingChannel(SMS)
    await houses[0].inbox().receive(wrote("hello"))
    slow.open.clear()
    mine, other = (
        Sender(house.store, {LINE.id: channel}, house.inbox(saying()), house.clock)
        for house, channel in zip(houses, (slow, quick), strict=False)
    )
    calling = asyncio.create_task(mine.sweep())
    await until(lambda: slow.calls == 1)
    houses[1].clock.at += timedelta(seconds=ELSEWHERE - 1)
    assert await other.sweep() == 0
    houses[1].clock.at += timedelta(seconds=1)  # it must have died
    assert await other.sweep() == 1
    slow.open.set()
    await calling


# --- One of them, and a bell ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ALONE)
async def test_of_several_one_does_it_and_another_takes_over(
    houses: list[House], name: str
) -> None:
    doing: list[int] = []

    async def job(number: int) -> None:
        doing.append(number)
        try:
            await asyncio.Event().wait()
        finally:
            doing.remove(number)

    jobs = [
        shared_out({name: partial(job, i)}, house.store, lambda: None, "")
        for i, house in enumerate(houses)
    ]
    running = [asyncio.create_task(_run(own[name])) for own in jobs]
    await until(lambda: len(doing) == 1)
    first = doing[0]
    await asyncio.wait(running, timeout=2.5)  # the others have asked more than once
    assert doing == [first]
    await stop(running[first])
    await until(lambda: len(doing) == 1 and doing[0] != first, 10)
    second = doing[0]
    await _cut_leases(houses[0])  # as if its connection broke: it stops, somebody goes on
    await until(lambda: not doing or doing[0] != second, 10)
    await until(lambda: len(doing) == 1, 10)
    await asyncio.gather(*map(stop, running))
    assert doing == []


async def test_what_one_process_queues_wakes_the_sender_of_another(houses: list[House]) -> None:
    web, sending = houses[0].inbox(), houses[1].inbox()
    bells = [
        asyncio.create_task(house.store.listen(inbox.queued.set))
        for house, inbox in zip(houses, (web, sending), strict=False)
    ]
    await asyncio.wait_for(sending.queued.wait(), 5)  # it listens now
    sending.queued.clear()
    await web.receive(wrote("hello"))
    await asyncio.wait_for(sending.queued.wait(), 5)
    for inbox in (web, sending):
        inbox.queued.clear()
    houses[0].store.bell.ring()
    await asyncio.wait_for(sending.queued.wait(), 5)
    await asyncio.wait(bells, timeout=HELD)
    assert not web.queued.is_set()  # nobody hears their own bell
    await asyncio.gather(*map(stop, bells))


def test_a_part_of_the_jobs_each(house: House) -> None:
    async def job() -> None: ...

    names = (*ALONE, "sender", "telegram webhook", "sms log")
    jobs = dict.fromkeys(names, job)
    split: tuple[Only, ...] = ("web", "sender")
    parts = [set(shared_out(jobs, house.store, lambda: None, only)) for only in split]
    assert parts[0] | parts[1] == {*names, "bell"}
    assert parts[0] & parts[1] == {"bell"}
    assert {"sender", *ALONE} < parts[1]
    assert set(ALONE) == {
        *("housekeeping", "nudging", "sms clearing", "sms forgetting", "telegram clearing"),
        *("telegram polling", "web hook"),
    }


async def _run(job: Job) -> None:
    await job()


async def _cut_leases(house: House) -> None:
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks"
        " WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
    )
    await house.store.write(lambda c: c.execute(cut) and None)


async def test_a_desk_hears_of_which_services_another_process_stored_something(
    houses: list[House],
) -> None:
    """Each process has a bell; what it rings for goes to the desks of the others, too."""
    here, there, *_ = (house.store for house in houses)
    told: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    here.bell.desks.add(told.put_nowait)
    listening = [asyncio.create_task(store.listen(lambda: None)) for store in (here, there)]
    async with asyncio.timeout(10):
        assert await told.get() == frozenset(), "perhaps something, before it listened"
        there.bell.ring(frozenset({"harbour"}))
        there.bell.ring(frozenset({"refuge"}))
        assert await told.get() == {"harbour", "refuge"}
        there.bell.ring(frozenset({"harbour"}))
        there.bell.ring()
        assert await told.get() == frozenset(), "perhaps any service"
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)


async def test_of_twenty_workers_in_three_processes_exactly_one_picks_an_intake_up(
    houses: list[House],
) -> None:
    store = houses[0].store

    def work(connection: Connection) -> tuple[str, list[str]]:
        row = {"id": "sms:harbour", "service": "harbour", "channel": "sms"}
        connection.execute(t.account.insert().values(row))
        made = lay_out(connection, store.keys, {})
        names = [f"Worker {n}" for n in range(20)]
        return made.id, [accounts.add_worker(connection, n, "caseworker", NOON) for n in names]

    intake, workers = await store.write(work)
    tries = [
        houses[n % 3].store.write(
            partial(holding.pick_up, conversation=intake, worker=worker, now=NOON)
        )
        for n, worker in enumerate(workers)
    ]
    won = await asyncio.gather(*tries)
    assert won.count(True) == 1
    holder = await store.read(lambda c: c.scalar(select(t.handover.c.taken_by)))
    assert holder == workers[won.index(True)]
