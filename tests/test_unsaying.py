"""Some words of theirs are erased and the rest stays: here, in Twilio's log, and from a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from bot.channels.sms import SmsChannel
from bot.clearing import Clearing
from bot.conversation import engine
from bot.conversation import render as rendering
from bot.conversation.channel import SMS, Account, Envelope, Outgoing
from bot.conversation.model import Conversation, Delivered, Event, Turn, World, Wrote
from bot.inbound import Inbox
from store import conversations, erased, outbox
from store import tables as t
from store.ids import new_id
from store.messages import transcript
from store.outbox import Look
from tests.emulators.twilio import ACCOUNT, TOKEN, Twilio
from tests.emulators.twilio_log import Fault, new_sid
from tests.houses import LINE, NOON, NUMBER, House, wrote

BEGIN = ("hi", "ok", "ok", "ok")
FIRST, SECOND = "the sea at night", "the blue door"


@dataclass
class Town:
    house: House
    twilio: Twilio
    channel: SmsChannel
    job: Clearing
    said: list[str] = field(default_factory=list)
    conversation: str = ""

    @property
    def log(self) -> list[str]:
        """The texts that Twilio still has, both ways."""
        return [message.body for message in self.twilio.messages]

    async def says(self, *texts: str) -> str:
        """They text this, and our replies go out; what we said last."""
        for text in texts:
            self.house.clock.at += timedelta(minutes=1)
            sid = new_sid()
            self.twilio.log_in(NUMBER, text, sid)
            inbox = Inbox(
                self.house.store,
                {"harbour": self.house.world},
                self.house.accounts,
                self.house.clock,
                step=self.heard,
                render=rendering.render,
            )
            receipt = await inbox.receive(wrote(text, sid, ref=sid))
            self.conversation = receipt.conversation
            await self.answers(inbox)
        return self.twilio.messages[-1].body

    def heard(self, world: World, line: Conversation, event: Event, now: datetime) -> Turn:
        turn = engine.respond(world, structs.replace(line, unheard=False), event, now)
        if isinstance(event, Wrote):
            self.said[:] = [say.key for say in turn.says]
        return turn

    async def answers(self, inbox: Inbox) -> None:
        keys, now = self.house.store.keys, self.house.clock.at
        look = Look(LINE.id, now)
        while rows := await self.house.store.write(lambda c: outbox.due(c, keys, look)):
            for row in rows:
                out: Outgoing = row.out
                ref = await self.channel.send(out)
                await inbox.receive(Envelope(Delivered(out.message, "sent", ref), now, LINE.id))

    async def removed(self) -> None:
        await self.job.look()
        assert self.house.rows(t.to_clear) == []

    def words(self) -> list[str]:
        """What the desk shows of theirs."""
        keys = self.house.store.keys
        told = self.house.store.read_sync(lambda c: transcript(c, keys, self.conversation))
        return [one.text for one in told if one.direction == "in" and one.text]

    def state(self) -> Conversation:
        keys, id = self.house.store.keys, self.conversation
        lines = self.house.store.read_sync(lambda c: conversations.by_id(c, keys, [id]))
        return lines[id].conversation


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    house.store.clear_at_providers({LINE.id: None})
    async with Twilio(LINE.id.removeprefix("sms:")) as twilio:
        twilio.now = lambda: house.clock.at
        channel = SmsChannel(
            account=Account(LINE.id, "harbour", SMS),
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            sender=LINE.id.removeprefix("sms:"),
            public_url="https://ownpace.example",
            api_base=twilio.base_url,
        )
        yield Town(house, twilio, channel, Clearing(house.store, LINE, channel, house.clock))
        await channel.close()


async def test_what_they_told_last_goes_alone(town: Town) -> None:
    await town.says(*BEGIN, FIRST, "yes", SECOND, "data", "5")
    sealed = town.house.store.read_sync(
        lambda c: c.scalars(select(t.message.c.text).where(t.message.c.kind == "answer")).all()
    )
    said = await town.says("3")
    assert town.said[:2] == ["last_gone", "last_sms"]
    assert "What you told us last is deleted. The text stays on this phone" in said
    assert FIRST in town.words()
    assert SECOND not in town.words()
    assert town.state().answers["good_at"].status == "removed"
    assert town.state().answers["keeps_going"].status == "answered"
    await town.house.store.checkpoint()
    there = [blob for blob in sealed if blob in town.house.everything()]
    assert len(there) == 1, "the other one"
    await town.removed()
    assert FIRST in town.log
    assert SECOND not in town.log
    assert "ok" in town.log


async def test_then_the_one_before_it(town: Town) -> None:
    await town.says(*BEGIN, FIRST, "yes", SECOND)
    await town.says("delete", "3")
    assert FIRST in town.words()
    await town.says("delete", "3")
    assert FIRST not in town.words()
    await town.says("delete", "3")
    assert town.said[0] == "last_none"
    await town.removed()
    assert not {FIRST, SECOND} & set(town.log)


async def test_while_twilio_is_away_it_waits(town: Town) -> None:
    await town.says(*BEGIN, FIRST, "delete", "3")
    town.twilio.fail(Fault(status=500), method="DELETE")
    await town.job.look()
    assert FIRST in town.log
    town.house.clock.at += timedelta(hours=100)
    await town.removed()
    assert FIRST not in town.log


async def test_an_answer_keeps_its_other_words(town: Town) -> None:
    await town.says(*BEGIN, FIRST)
    keys, id = town.house.store.keys, town.conversation
    more, when = new_id(), town.house.clock.at + timedelta(seconds=1)

    def joined(connection: Connection) -> None:
        line = conversations.by_id(connection, keys, [id])[id]
        text = line.sealer.seal(SECOND, f"message.text:{more}")
        row = {"id": more, "conversation": id, "direction": "in", "kind": "answer", "at": when}
        connection.execute(insert(t.message).values(**row, text=text, ref="SM9"))
        was = line.conversation.answers["keeps_going"]
        both = structs.replace(was, messages=(*was.messages, more))
        line.conversation = structs.replace(line.conversation, answers={"keeps_going": both})
        state = conversations.sealed_state(line)
        this = update(t.conversation).where(t.conversation.c.id == id)
        connection.execute(this.values(state=state))

    town.house.store.write_sync(joined)
    while town.state().standing == "asking":
        await town.says("skip")
    assert any(SECOND in text for text in town.log), "it was read back"
    await town.says("delete", "3")
    left = town.state().answers["keeps_going"]
    assert (left.status, len(left.messages)) == ("answered", 1)
    assert FIRST in town.words()
    assert SECOND not in town.words()
    await town.removed()
    assert [text for text in town.log if SECOND in text] == []


async def test_one_answer_taken_out_goes_from_the_log_with_what_read_it_back(town: Town) -> None:
    await town.says(*BEGIN, FIRST)
    while town.state().standing == "asking":
        await town.says("skip")
    assert any(FIRST in text for text in town.log if text != FIRST), "it was read back"
    await town.says("remove 1")
    assert "removed" in town.said
    await town.removed()
    assert [text for text in town.log if FIRST in text] == []
    assert "remove 1" in town.log


async def test_what_was_put_aside_goes_from_the_log_too(town: Town) -> None:
    await town.says("hi", SECOND, "no")
    assert "declined" in town.said
    await town.removed()
    assert SECOND not in town.log


async def test_under_a_hold_nothing_goes(town: Town) -> None:
    await town.says(*BEGIN, FIRST)
    person = town.house.rows(t.person)[0]["id"]
    worker = {"id": "w", "name": "Sam", "role": "lead", "created_at": NOON}
    until = NOON + timedelta(days=9)
    hold = {"id": "h", "person": person, "worker": "w", "at": NOON, "until": until}

    def held(connection: Connection) -> None:
        connection.execute(insert(t.worker).values(worker))
        connection.execute(insert(t.legal_hold).values(hold))

    town.house.store.write_sync(held)
    await town.says("delete", "3")
    assert town.said[0] == "last_held"
    assert FIRST in town.words()


async def test_before_the_agreement_it_is_all_or_nothing(town: Town) -> None:
    assert "3 Only" not in await town.says("hi", SECOND, "delete")


async def test_a_restore_erases_it_again(town: Town, tmp_path: Path) -> None:
    file = tmp_path / erased.FILE
    town.house.store.note_erased_in(file)
    await town.says(*BEGIN, FIRST)
    last = [row["id"] for row in town.house.rows(t.message) if row["kind"] == "answer"]
    await town.says("delete", "3")
    assert set(last) <= set(erased.read(file).messages)
