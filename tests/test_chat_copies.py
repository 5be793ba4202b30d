"""A person's copy by chat, in the real house: in parts, or once behind a link."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
from sqlalchemy import Connection, select
from sqlalchemy import text as sql

from bot import copying
from bot.conversation.channel import Envelope
from bot.conversation.model import Conversation, Delivered, Wrote
from bot.conversation.segments import fits
from bot.copy_pages import CopyPages
from bot.giving_copies import Copies
from bot.house import House
from desk import looks, queries
from desk.copying import rendering
from desk.copying.structure import Copy
from desk.pages import environment
from store import conversations, locks, outbox, rights, their_copies
from store import tables as t
from store.outbox import Look
from store.sealing import Keys
from store.session import Store
from tests.databases import POSTGRES_ONLY, Kind, fresh
from tests.posts import until
from tests.running import PUBLIC, Client, house

LINE, NUMBER = "sms:+447700900001", "+447700900123"
KEY = "k" * 32
OPENING = (
    "hello",
    "ok",
    "ok",
    "ok",
    "my sister, and > the sea\nand \N{DOG FACE}",
    "1",
    "skip",
    "no",
)
CODE = "Red Kettle"
HERE, LINK = ("data", "1", "1"), ("data", "1", "2")
OURS = {"Host": "quay.example.org"}


@dataclass
class Person:
    """Somebody with a phone, and all that reaches it. `later` puts the clock of us all forward."""

    house: House
    later: timedelta = timedelta()
    arrived: list[str] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def now(self, service: str = "") -> datetime:
        return self.house.clock.__class__.now(self.house.clock, service) + self.later

    async def says(self, *texts: str) -> list[str]:
        """What comes in answer to the last of these."""
        for text in texts:
            before, self.later = len(self.arrived), self.later + timedelta(minutes=1)
            id = f"SM{next(self.numbers)}"
            wrote = Envelope(Wrote(text), self.now(), LINE, NUMBER, id)
            await self.house.inbox.receive(wrote)
            await self.hears()
        return self.arrived[before:]

    async def hears(self) -> None:
        while rows := await self.house.store.write(self._due):
            for row in rows:
                self.arrived.append(row.out.text)
                event = Delivered(row.out.message, "delivered")
                await self.house.inbox.receive(Envelope(event, self.now()))

    def _due(self, connection: Connection) -> list[outbox.Row]:
        look = Look(LINE, self.now() + timedelta(seconds=5))
        return outbox.due(connection, self.house.store.keys, look)

    def head(self) -> queries.Head:
        def read(connection: Connection) -> queries.Head:
            id = connection.scalar(select(t.handover.c.conversation))
            found = queries.find(connection, id or "", ["main"])
            assert found
            return found

        return self.house.store.read_sync(read)

    def rows(self) -> int:
        found = self.house.store.read_sync(lambda c: c.execute(select(t.their_copy)).all())
        return len(found)


def state(person: Person) -> Conversation:
    """Where they are now."""
    store = person.house.store

    def read(connection: Connection) -> Conversation:
        ids = list(connection.scalars(select(t.conversation.c.id)))
        [line] = conversations.by_id(connection, store.keys, ids).values()
        return line.conversation

    return store.read_sync(read)


async def shared(built: House) -> Person:
    """Somebody who set a code word, and gave what they wrote to the team."""
    person = Person(built)
    built.clock.now = person.now  # type: ignore[method-assign]
    await person.says(*OPENING, "skip", "skip", CODE, CODE)
    while not (standing := state(person)).handed:
        over, reviewing = bool(standing.over), standing.standing == "reviewing"
        await person.says("1" if over else "ok" if reviewing else "skip")
    await person.says("full")
    return person


@pytest.fixture
async def parts(kind: Kind, tmp_path: Path) -> AsyncIterator[tuple[Person, Client]]:
    at_once = {"OWNPACE_MERGE_SECONDS": "0", "OWNPACE_SECRET_KEY": KEY}
    at_once["DATABASE_URL"] = fresh(kind, tmp_path)
    async with house(tmp_path / "data", **at_once) as (built, client):
        yield await shared(built), client


def as_made(person: Person) -> tuple[str, ...]:
    """The lines of the structure that the desk and paper are made of, as it is now."""
    head, built = person.head(), person.house
    make = partial(copying.made, keys=built.store.keys, plan=built.plan, head=head)
    made = partial(make, now=person.now("main"), language="en", in_chat=True)
    return rendering.lines(built.store.read_sync(lambda c: made(c)))


def squeezed(texts: list[str]) -> str:
    """Without spaces, and without the marks of quoted lines: where one is cut they come again."""
    lines = (line.removeprefix("> ") for text in texts for line in text.splitlines())
    whole = re.sub(r"\s", "", "".join(lines))
    return re.sub(r"madeon.+?,\d\d:\d\d", "madeon", whole)  # minutes went by while it was sent


async def all_parts(person: Person) -> list[str]:
    heard = await person.says(*HERE)
    texts = list(heard)
    for _ in range(40):
        assert len(heard) <= 3
        assert all(map(fits, heard))
        if "1 Go on" not in heard[-1]:
            break
        heard = await person.says("1")
        texts += heard
    ask = re.compile(
        r"\s*That is part \d+ of \d+\. Would you like more of it\? 1 Go on 2 Stop here$"
    )
    texts = [ask.sub("", text) for text in texts]
    assert texts[-1].startswith("That is all of it.")
    return texts[:-1]


async def test_the_parts_are_the_copy_word_for_word(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    texts = await all_parts(person)
    whole = squeezed(texts)
    assert whole == squeezed(list(as_made(person)))
    assert "mysister,and>thesea" in whole
    assert CODE not in "".join(texts)
    assert person.rows() == 1
    [look] = looks_of(person)
    assert (look.worker, look.purpose) == (looks.PERSON, looks.SHOWN)


def looks_of(person: Person) -> list[looks.Look]:
    keys, head = person.house.store.keys, person.head()
    return list(person.house.store.read_sync(lambda c: looks.read(c, keys, head)))


async def test_our_messages_hold_no_word_of_it(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    before = "\n".join(rendering.lines(whole_copy(person)))
    await all_parts(person)
    shown = "\n".join(rendering.lines(whole_copy(person)))
    assert shown.count("my sister") == before.count("my sister")
    assert "A part of your copy, or the link to it, stood here." in shown


def whole_copy(person: Person) -> Copy:
    built, head = person.house, person.head()
    given = (built.store.keys, built.plan, head, person.now("main"), "en")
    return built.store.read_sync(lambda c: copying.made(c, *given))


async def test_who_has_looked_comes_at_once(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    [text, end] = await person.says("data", "2")
    assert text.startswith("* Who has looked\n")
    assert "you\nsaw a copy" in text
    assert end.startswith("That is all of it.")
    query = select(t.asked.c.what)
    assert "looks" not in person.house.store.read_sync(lambda c: c.scalars(query).all())


async def test_without_the_code_word_a_worker_brings_it(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    person.later += timedelta(hours=2)
    await person.says("hello", "yes")
    [text] = await person.says("data", "1")
    assert "I do not show it here" in text
    assert person.rows() == 0


# --- What ends it --------------------------------------------------------------------------------


async def waiting(person: Person) -> None:
    """The first parts are queued, and nothing of them is sent yet."""
    await person.says("data", "1")
    wrote = Envelope(Wrote("1"), person.now(), LINE, NUMBER, "SMx")
    await person.house.inbox.receive(wrote)
    assert person.rows() == 1


async def test_a_late_try_after_the_sitting_says_nothing(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    await waiting(person)
    person.later += their_copies.SITTING
    before = len(person.arrived)
    await person.hears()
    assert person.arrived[before:] == []


async def test_nothing_more_of_it_goes_after_a_stop(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    await waiting(person)
    heard = await person.says("stop")
    assert not [text for text in heard if "sister" in text or "Your record" in text]
    assert person.rows() == 0


async def test_an_answer_erased_in_the_middle_ends_it(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    await waiting(person)
    about = (person.head().id, "keeps_going", person.now())
    person.house.store.write_sync(lambda c: rights.forget_answer(c, *about))
    before = len(person.arrived)
    await person.hears()
    assert person.arrived[before:] == []
    heard = await person.says("1", "1")  # the first is asked again: it can't have been read
    assert heard[0].startswith("I do not send the rest of it now.")


async def test_a_deletion_in_the_middle_ends_it(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    await waiting(person)
    heard = await person.says("delete", "1")
    assert person.rows() == 0
    assert not [text for text in heard if "sister" in text or "Your record" in text]


async def test_what_has_ended_is_erased_by_housekeeping(parts: tuple[Person, Client]) -> None:
    person, _ = parts
    await waiting(person)
    person.later += their_copies.SITTING
    await person.house.housekeeper.sweep()
    assert person.rows() == 0


@pytest.mark.parametrize("way", [HERE, LINK])
async def test_where_it_can_not_be_made_a_worker_is_asked_and_no_look_is_noted(
    parts: tuple[Person, Client], way: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = parts

    def fails(connection: Connection, *about: object, **more: object) -> None:
        connection.execute(select(t.their_copy.c.id)).all()
        connection.execute(sql("SELECT nothing FROM nowhere"))

    monkeypatch.setattr(copying, "made", fails)
    monkeypatch.setattr(their_copies, "begin", fails)
    heard = await person.says(*way)
    assert "I have asked a worker to bring you a copy" in heard[0]
    assert "Sorry" not in " ".join(heard)
    query = select(t.asked.c.what)
    assert person.house.store.read_sync(lambda c: c.scalars(query).all()) == ["copy"]
    assert looks_of(person) == []
    assert person.rows() == 0
    parked = select(t.parked.c.id)
    assert person.house.store.read_sync(lambda c: c.scalars(parked).all()) == []


# --- The link ------------------------------------------------------------------------------------


async def linked(person: Person) -> str:
    """The path of a link that they were sent."""
    text = " ".join(await person.says(*LINK))
    found = re.search(rf"{re.escape(PUBLIC)}(/copy/[\w-]{{43}}) It opens one time, until ", text)
    assert found, text
    return found[1]


async def test_a_link_shows_it_once(parts: tuple[Person, Client]) -> None:
    person, client = parts
    path = await linked(person)
    for _ in range(3):  # messengers look at links, and spend nothing
        door = await client.get(path, headers=OURS)
        assert door.status == 200
        page = await door.text()
        assert "<button>Show it</button>" in page
        assert "sister" not in page
        assert "Quay" not in page
    shown = await client.post(path, headers=OURS)
    assert shown.status == 200
    assert "my sister" in await shown.text()
    for name, value in {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }.items():
        assert shown.headers[name] == door.headers[name] == value
    assert [look.worker for look in looks_of(person)] == [looks.PERSON]
    never = await client.get("/copy/never", headers=OURS)
    gone = await never.text()
    assert "sister" not in gone
    for answer in (await client.get(path, headers=OURS), await client.post(path, headers=OURS)):
        assert answer.status == never.status == 404
        assert await answer.text() == gone


async def test_of_many_at_once_one_has_it(parts: tuple[Person, Client]) -> None:
    person, client = parts
    path = await linked(person)
    answers = await asyncio.gather(*(client.post(path, headers=OURS) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200, *[404] * 7]
    assert len(looks_of(person)) == 1


@POSTGRES_ONLY
async def test_of_two_processes_one_has_it(parts: tuple[Person, Client]) -> None:
    """Both have found the link, and wait for the turn of the person whom it is about."""
    person, client = parts
    path = await linked(person)
    async with another(person.house) as (store, second):
        async with held(person.house):
            posts = [asyncio.create_task(c.post(path, headers=OURS)) for c in (client, second)]
            async with asyncio.timeout(5):
                while await store.read(waiting_for_a_turn) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
        assert sorted([(await post).status for post in posts]) == [200, 404]
    assert len(looks_of(person)) == 1


@asynccontextmanager
async def another(built: House) -> AsyncIterator[tuple[Store, Client]]:
    """The pages as a second process on the same database has them."""
    store = Store.open(built.plan.settings.database_url, Keys(KEY.encode()))
    copies, web = Copies(built.plan, store.keys, PUBLIC), Application()
    web.add_routes(CopyPages(store, built.clock, copies, environment()).routes())
    try:
        async with TestClient(TestServer(web)) as client:
            yield store, client
    finally:
        store.close_sync()


@asynccontextmanager
async def held(built: House) -> AsyncIterator[None]:
    """A third one has everybody's turn."""
    store = Store.open(built.plan.settings.database_url, Keys(KEY.encode()))
    inside, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        locks.people(connection, connection.scalars(select(t.contact.c.address_hash)))
        inside.set()
        assert go.wait(10)

    task = asyncio.create_task(store.write(slow))
    await until(inside.is_set)
    try:
        yield
    finally:
        go.set()
        await task
        store.close_sync()


def waiting_for_a_turn(connection: Connection) -> int:
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    waits = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {here}"  # noqa: S608
    return connection.scalar(sql(waits)) or 0


async def test_a_link_ends(parts: tuple[Person, Client]) -> None:
    person, client = parts
    path = await linked(person)
    person.later += timedelta(minutes=30)
    assert (await client.post(path, headers=OURS)).status == 404
    assert looks_of(person) == []


async def test_a_link_ends_with_the_sitting(parts: tuple[Person, Client]) -> None:
    """It opens nothing after a silence that locks the chat."""
    person, client = parts
    worlds = person.house.plan.worlds
    assert isinstance(worlds, dict)
    service = replace(worlds["main"].service, away=timedelta(minutes=10))
    worlds["main"] = replace(worlds["main"], service=service)
    path = await linked(person)
    person.later += timedelta(minutes=10)
    assert (await client.post(path, headers=OURS)).status == 404
    assert looks_of(person) == []


@pytest.mark.parametrize("opened", [True, False])
async def test_of_a_link_that_nobody_opened_a_worker_is_asked(
    parts: tuple[Person, Client], opened: bool
) -> None:
    person, client = parts
    path = await linked(person)
    if opened:
        await client.post(path, headers=OURS)
    person.later += timedelta(minutes=30)
    for _ in range(2):
        await person.house.housekeeper.sweep()
    copies = [] if opened else ["copy"]
    asked, nudged = select(t.asked.c.what), select(t.nudge.c.what).where(t.nudge.c.what == "copy")
    assert person.house.store.read_sync(lambda c: c.scalars(asked).all()) == copies
    assert person.house.store.read_sync(lambda c: c.scalars(nudged).all()) == copies


async def test_a_later_link_takes_the_place_of_the_first(parts: tuple[Person, Client]) -> None:
    person, client = parts
    first, second = await linked(person), await linked(person)
    assert (await client.post(first, headers=OURS)).status == 404
    assert (await client.post(second, headers=OURS)).status == 200


@pytest.mark.parametrize("word", ["stop", "plain"])
async def test_a_link_ends_with_what_opened_it(parts: tuple[Person, Client], word: str) -> None:
    person, client = parts
    path = await linked(person)
    await person.says(word)
    assert (await client.get(path, headers=OURS)).status == 404


async def test_whoever_has_no_link_that_opens_has_nothing_written(
    parts: tuple[Person, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, client = parts
    path = await linked(person)
    store, written = person.house.store, []
    write = store.write

    async def noted(work: Any) -> Any:
        written.append(work)
        return await write(work)

    monkeypatch.setattr(store, "write", noted)
    assert (await client.post("/copy/anything", headers=OURS)).status == 404
    assert written == []
    assert (await client.post(path, headers=OURS)).status == 200
    written.clear()
    assert (await client.post(path, headers=OURS)).status == 404
    assert written == []


async def test_a_page_opens_under_our_name_only(parts: tuple[Person, Client]) -> None:
    person, client = parts
    path = await linked(person)
    assert (await client.post(path, headers={"Host": "elsewhere.example"})).status == 421


async def test_a_token_stands_nowhere_in_the_clear(
    parts: tuple[Person, Client], caplog: pytest.LogCaptureFixture
) -> None:
    person, client = parts
    path = await linked(person)
    token = path.removeprefix("/copy/").encode()
    rows = person.house.store.read_sync(lambda c: c.execute(select(t.their_copy)).all())
    told = select(t.message.c.text)
    texts = person.house.store.read_sync(lambda c: c.scalars(told).all())
    assert not [
        value for row in rows for value in row if isinstance(value, bytes) and token in value
    ]
    assert not [text for text in texts if text and token in text]
    await client.post(path, headers=OURS)
    metrics = await (await client.get("/metrics")).text()
    assert token.decode() not in metrics + caplog.text
    assert "sister" not in caplog.text
