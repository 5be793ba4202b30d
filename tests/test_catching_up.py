"""What was written while we were away is read back from Twilio's log, and taken once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, Table, delete, insert, select

from bot.catching_up import OVERLAP, UNDER_WAY, CatchingUp
from bot.channels.sms import SmsChannel
from bot.channels.sms_hooks import routes
from bot.channels.sms_log import SmsLog
from bot.conversation import engine, pace
from bot.conversation.channel import SMS, Account, Away, Envelope, Receipt, SendError
from bot.conversation.model import Wrote
from bot.inbound import Inbox
from store import conversations, marks, retention, rights
from store import tables as t
from store.conversations import Line
from store.ids import new_id
from tests.emulators.twilio import ACCOUNT, TOKEN, Twilio
from tests.emulators.twilio_log import Fault
from tests.houses import LINE, NOON, NUMBER, House, echo
from tests.posts import stop, until

PUBLIC, OTHER = "https://ownpace.example", "+447700900124"
SENDER = LINE.id.removeprefix("sms:")
SHORT = 0.05  # seconds that new words wait for the log, where nobody reads it


@dataclass
class Door:
    """The way in, which is shut the next so many times."""

    inbox: Inbox
    shut: int = 0
    order: list[str] = field(default_factory=list)

    async def receive(self, envelope: Envelope) -> Receipt:
        if self.shut:
            self.shut -= 1
            raise Away("shut")
        receipt = await self.inbox.receive(envelope)
        if receipt.stored and isinstance(envelope.event, Wrote):
            self.order.append(envelope.event.text)
        return receipt


@dataclass
class Town:
    house: House
    twilio: Twilio
    channel: SmsChannel
    door: Door
    catching_up: CatchingUp
    gone: dict[str, datetime] = field(default_factory=dict)

    def start(self, step: object = echo, first: float = 3.0) -> None:
        """As after a start: nothing is known but what is in the database."""
        self.door = Door(self.house.inbox(step))  # type: ignore[arg-type]
        parts = (self.house.store, SmsLog(self.channel), self.door, self.house.clock)
        keep = timedelta(days=30)
        self.catching_up = CatchingUp(*parts, keep=keep, gone=lambda: self.gone, first=first)

    async def receive(self, envelope: Envelope) -> Receipt:
        return await self.catching_up.receive(envelope)

    async def words(self) -> dict[str, list[str]]:
        """What is kept of each number, in order."""
        keys = self.house.store.keys
        query = (
            select(t.contact.c.id, t.contact.c.address, t.person.c.wrapped_key, t.message)
            .join(t.conversation, t.conversation.c.contact == t.contact.c.id)
            .join(t.person, t.person.c.id == t.contact.c.person)
            .join(t.message, t.message.c.conversation == t.conversation.c.id)
            .where(t.message.c.direction == "in")
            .order_by(t.message.c.id)
        )
        found: dict[str, list[str]] = {}
        for row in await self.house.store.read(lambda c: c.execute(query).all()):
            sealer = keys.person(row.wrapped_key)
            number = sealer.open(row.address, f"contact.address:{row[0]}")
            text = sealer.open(row.text, f"message.text:{row[3]}") if row.text else ""
            found.setdefault(number, []).append(text)
        return found

    async def lines(self) -> dict[tuple[str, str], Line]:
        keys, address = self.house.store.keys, (LINE.id, NUMBER)
        return await self.house.store.read(lambda c: conversations.by_address(c, keys, [address]))

    async def mark(self) -> datetime | None:
        return await self.house.store.read(lambda c: marks.read_to(c, LINE.id))


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    async with visit(house) as made:
        yield made


class visit:
    """A town around a house; its first start was at noon, and it is well past."""

    def __init__(self, house: House, sender: str = SENDER) -> None:
        self.house, self.twilio = house, Twilio(sender)

    async def __aenter__(self) -> Town:
        await self.twilio.__aenter__()
        self.channel = SmsChannel(
            account=Account(LINE.id, "harbour", SMS),
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            sender=self.twilio.sender,
            public_url=PUBLIC,
            api_base=self.twilio.base_url,
            seconds=1.0,
        )
        self.twilio.now = self.house.clock.now
        town = Town(self.house, self.twilio, self.channel, None, None)  # type: ignore[arg-type]
        town.start()
        app = web.Application()
        app.add_routes(routes(self.channel, town.receive, self.house.clock.now, "Trouble."))
        self.server = TestServer(app, host="127.0.0.1")
        await self.server.start_server()
        self.twilio.reach(PUBLIC, str(self.server.make_url("")))
        assert await town.catching_up.once() == 0
        self.house.clock.at += timedelta(hours=1)
        town.start()
        return town

    async def __aexit__(self, *trouble: object) -> None:
        await self.channel.close()
        await self.server.close()
        await self.twilio.__aexit__(None, None, None)


def empty(connection: Connection, table: Table) -> None:
    connection.execute(delete(table))


async def test_the_first_start_takes_no_old_history(house: House) -> None:
    async with visit(house) as town:
        house.clock.at = NOON - timedelta(minutes=1)
        town.twilio.log_in(NUMBER, "before we were there")
        house.clock.at = NOON
        town.twilio.log_in(NUMBER, "just after the start")
        assert await town.catching_up.once() == 1
    assert await town.words() == {NUMBER: ["just after the start"]}


async def test_twenty_texts_sent_while_we_were_off_are_taken_once_and_in_order(
    town: Town,
) -> None:
    people = [f"+4477009001{n:02}" for n in range(4)]
    sent = [(people[n % 4], f"text {n}") for n in range(20)]
    sids = [town.twilio.log_in(number, text).sid for number, text in sent]
    again = [town.twilio.text_in(*sent[n], sid=sids[n]) for n in range(0, 20, 3)]
    running = asyncio.create_task(town.catching_up.run())
    answers = await asyncio.gather(*again)
    await until(lambda: len(town.door.order) == 20)
    assert await town.catching_up.once() == 0
    await stop(running)
    assert {answer.status for answer in answers} == {200}
    assert await town.words() == {p: [text for number, text in sent if number == p] for p in people}
    assert len(town.door.order) == len(sids)


async def test_a_long_log_is_read_page_by_page(town: Town) -> None:
    town.twilio.rest.page_size = 3
    for n in range(250):
        town.twilio.log_in(NUMBER, str(n))
    assert await town.catching_up.once() == 250
    assert (await town.words())[NUMBER] == [str(n) for n in range(250)]


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        (Fault(500), 5, 6.3),
        (Fault(200, text="<html>"), 5, 6.3),
        (Fault(401, 20003), 5, 6.3),
        (Fault(429, 20429, {"Retry-After": "70"}), 70, 70),
        (Fault(hangs=True), 5, 6.3),
    ],
)
async def test_a_log_that_cannot_be_read_is_tried_again_and_told(
    town: Town, fault: Fault, least: float, most: float, caplog: pytest.LogCaptureFixture
) -> None:
    town.twilio.log_in(NUMBER, "Marigold")
    town.twilio.fail(fault, method="GET")
    assert least <= await town.catching_up._try() <= most
    assert "can't be read, try 1" in caplog.text
    await town.catching_up._try()
    assert "read again" in caplog.text
    assert not [word for word in ("Marigold", NUMBER[1:], SENDER[1:]) if word in caplog.text]
    assert await town.words() == {NUMBER: ["Marigold"]}


async def test_the_pauses_between_tries_grow_up_to_five_minutes(town: Town) -> None:
    town.twilio.fail(Fault(503), times=9, method="GET")
    pauses = [await town.catching_up._try() for _ in range(9)]
    assert all(after > 1.5 * before for before, after in pairwise(pauses[:6]))
    assert 240 <= pauses[-1] <= 300


async def test_the_mark_waits_until_all_before_it_is_taken(town: Town) -> None:
    before = await town.mark()
    town.twilio.log_in(NUMBER, "one")
    town.door.shut = 1
    with pytest.raises(Away):
        await town.catching_up.once()
    assert await town.mark() == before
    assert await town.catching_up.once() == 1
    assert await town.mark() == town.house.clock.now()
    town.house.clock.at += timedelta(minutes=9)
    late = town.twilio.log_in(NUMBER, "late in the log")
    late.created -= timedelta(minutes=18)
    assert await town.catching_up.once() == 1
    assert await town.mark() == town.house.clock.now() - timedelta(minutes=9)


async def test_only_what_came_in_to_our_number_is_ours(town: Town) -> None:
    town.twilio.log_in(NUMBER, "to another number of the account", to="+447700900555")
    town.twilio.log_in("60777", "an advertisement")
    await town.channel._client.messages.create_async(to=NUMBER, body="ours", from_=SENDER)
    assert await town.catching_up.once() == 0


async def test_a_messaging_service_knows_its_numbers_from_the_log(house: House) -> None:
    service, number = f"MG{'1' * 32}", "+447700900777"
    async with visit(house, service) as town:
        named = town.twilio.log_in(NUMBER, "named", to="+447700900778")
        named.service = service
        town.twilio.log_in(NUMBER, "to a number that wrote", to=number)
        town.twilio.log_in(NUMBER, "to somebody else", to="+447700900555")
        said = town.twilio.log_in(number, "ours", to=NUMBER)
        said.direction, said.service = "outbound-api", service
        assert await town.catching_up.once() == 2
        assert await town.words() == {NUMBER: ["named", "to a number that wrote"]}


async def test_what_was_erased_stays_erased(town: Town) -> None:
    town.start(first=SHORT)
    await town.twilio.text_in(NUMBER, "my secret")
    store = town.house.store
    conversation = await store.read(lambda c: c.scalar(select(t.conversation.c.id)))
    at = town.house.clock.now()
    await store.write(lambda c: rights.erase(c, store.keys, conversation or "", at) and None)
    town.start()
    assert await town.catching_up.once() == 0
    assert await town.words() == {NUMBER: [""]}


async def test_a_backup_put_back_does_not_bring_back_the_erased(town: Town) -> None:
    """The database knows nothing of these words any more, and the log has them still."""
    store, clock = town.house.store, town.house.clock
    town.start(first=SHORT)
    await town.twilio.text_in(NUMBER, "my secret")
    await town.twilio.text_in(OTHER, "kept")
    town.gone[store.keys.lookup(LINE.id, NUMBER).hex()] = clock.now() + timedelta(minutes=1)
    everything = (t.outgoing, t.message, t.timer, t.conversation, t.contact, t.seen)
    for table in everything:
        await store.write(partial(empty, table=table))
    clock.at += timedelta(minutes=5)
    town.start()
    town.twilio.log_in(NUMBER, "written since")
    assert await town.catching_up.once() == 2
    assert await town.words() == {OTHER: ["kept"], NUMBER: ["written since"]}


async def test_pictures_are_named_by_kind_and_do_not_hold_up_words(town: Town) -> None:
    town.twilio.log_in(NUMBER, "", media=["image/jpeg", "audio/amr"])
    [written] = await town.catching_up._log.since(NOON)
    assert (await town.catching_up._log.whole(written)).event == Wrote(
        "", media=("image/jpeg", "audio/amr")
    )
    town.twilio.fail(Fault(500), method="GET")
    assert (await town.catching_up._log.whole(written)).event == Wrote("", media=("other",))
    assert await town.catching_up.once() == 1


async def test_stop_and_start_act_as_by_web_hook(town: Town) -> None:
    town.start(engine.respond)

    async def state() -> object:
        return await town.house.store.read(lambda c: c.scalar(select(t.contact.c.state)))

    for word, becomes in (("hello", "open"), ("STOP", "stopped"), ("START", "open")):
        town.twilio.log_in(NUMBER, word)
        assert await town.catching_up.once() == 1
        assert await state() == becomes


async def test_at_a_start_new_words_wait_for_older_ones(town: Town) -> None:
    town.twilio.log_in(NUMBER, "older")
    hook = asyncio.create_task(town.twilio.text_in(NUMBER, "newer"))
    await until(lambda: any(m.body == "newer" for m in town.twilio.messages))
    assert town.door.order == []
    running = asyncio.create_task(town.catching_up.run())
    assert (await hook).status == 200
    await stop(running)
    assert (await town.words())[NUMBER] == ["older", "newer"]


@pytest.mark.parametrize("fault", [Fault(503), Fault(hangs=True)])
async def test_but_not_for_long(town: Town, fault: Fault) -> None:
    town.start(first=SHORT)
    town.channel._seconds = 30.0
    town.twilio.log_in(NUMBER, "older")
    town.twilio.fail(fault, times=9, method="GET")
    running = asyncio.create_task(town.catching_up.run())
    async with asyncio.timeout(5):
        assert (await town.twilio.text_in(NUMBER, "newer")).status == 200
    assert await town.words() == {NUMBER: ["newer"]}
    await stop(running)
    town.twilio.rest.faults["GET"].clear()
    assert await town.catching_up.once() == 1
    assert (await town.words())[NUMBER] == ["newer", "older"]


async def test_words_during_an_outage_come_from_the_log_before_newer_ones(town: Town) -> None:
    running = asyncio.create_task(town.catching_up.run())
    await until(town.catching_up._level.is_set)
    town.door.shut = 3  # the web hook, and two readings of the log
    answer = await town.twilio.text_in(NUMBER, "in the outage")
    assert (answer.status, "Trouble." in answer.text) == (200, True)
    await until(lambda: town.door.shut < 2)
    town.door.shut = 0
    assert (await town.twilio.text_in(NUMBER, "after it")).text == "<Response/>"
    await stop(running)
    assert (await town.words())[NUMBER] == ["in the outage", "after it"]


async def test_ids_of_what_was_taken_are_not_readable_and_are_forgotten_in_time(
    town: Town,
) -> None:
    store, clock = town.house.store, town.house.clock
    sid = f"SM{'7' * 32}"
    town.start(first=SHORT)
    await town.twilio.text_in(NUMBER, "hello", sid=sid)
    [row] = town.house.rows(t.seen)
    assert sid not in str(row)
    later = clock.now() + timedelta(hours=1)
    await store.write(lambda c: retention.forget_seen(c, later - timedelta(hours=2)))
    assert town.house.count(t.seen) == 1
    await store.write(lambda c: retention.forget_seen(c, later))
    assert town.house.count(t.seen) == 0


async def test_ids_that_an_older_version_left_readable_are_hidden(town: Town) -> None:
    store, sid = town.house.store, f"SM{new_id()}"
    old = insert(t.seen).values(account=LINE.id, provider_id=sid, at=NOON)
    await store.write(lambda c: c.execute(old) and None)
    for _ in range(2):
        await store.write(lambda c: marks.hide(c, store.keys))
    copies = {(LINE.id, sid), (LINE.id, "another")}
    unseen = await store.read(lambda c: marks.unseen(c, store.keys, copies))
    assert unseen == {(LINE.id, "another")}
    assert sid not in str(town.house.rows(t.seen))


async def test_nothing_older_than_what_is_kept_is_read(town: Town) -> None:
    town.twilio.log_in(NUMBER, "long ago")
    town.house.clock.at += timedelta(days=31)
    assert await town.catching_up.once() == 0
    asked: Mapping[str, str] = town.twilio.rest.requests[-1][1]
    assert asked["DateSent>"] == f"{town.house.clock.now() - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"


def test_a_send_error_says_no_address() -> None:
    error = SendError("moved", "migrated", address=NUMBER)
    assert NUMBER not in f"{error} {error!r}"
    assert timedelta(minutes=10) == OVERLAP


async def test_words_keep_the_time_at_which_they_were_written(town: Town) -> None:
    """Ten texts of two hours are no flood, whenever we read them; at night ours can wait."""
    town.start(engine.respond)
    clock = town.house.clock
    written = []
    for n in range(10):
        town.twilio.log_in(NUMBER, f"hello, it is me, text {n}")
        written.append(clock.at)
        clock.at += timedelta(minutes=12)
    clock.at = clock.at.replace(hour=23)
    assert await town.catching_up.once() == 10
    rows = town.house.rows(t.message)
    assert [row["at"] for row in rows if row["direction"] == "in"] == written
    assert {row["at"] for row in rows if row["direction"] == "out"} == {clock.at}
    (line,) = town.house.rows(t.conversation)
    assert line["last_in_at"] == written[-1]
    (found,) = (await town.lines()).values()
    assert found.conversation.hurry < pace.FULL
    morning = town.house.world.service.waking_time(clock.at)
    assert {row["not_before"] for row in town.house.rows(t.outgoing)} == {morning}


async def test_what_has_just_come_in_is_left_to_its_web_hook(town: Town) -> None:
    running = asyncio.create_task(town.catching_up.run())
    await until(lambda: town.catching_up._level.is_set())
    await stop(running)
    town.twilio.log_in(NUMBER, "its hook is on its way")
    assert await town.catching_up.once() == 0
    town.house.clock.at += UNDER_WAY
    assert await town.catching_up.once() == 1
