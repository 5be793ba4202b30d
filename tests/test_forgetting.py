"""What was erased is deleted from Twilio's log, too: every message with that number."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot import metrics
from bot.channels.sms import SmsChannel
from bot.channels.sms_log import SmsLog
from bot.conversation import effects as e
from bot.conversation.channel import SMS, Account
from bot.forgetting import Forgetting
from store import hiding, provider_logs, retention, rights
from store import tables as t
from tests.emulators.twilio import ACCOUNT, TOKEN, Twilio
from tests.emulators.twilio_log import Fault
from tests.houses import LINE, NOON, NUMBER, House, saying, wrote
from tests.operators.keeping import OTHER, hear

SENDER = LINE.id.removeprefix("sms:")


@dataclass
class Town:
    house: House
    twilio: Twilio
    job: Forgetting

    @property
    def numbers(self) -> list[str]:
        """With whom the messages are that Twilio still has."""
        return [m.from_ if m.direction == "inbound" else m.to for m in self.twilio.messages]

    def texted(self, number: str, *words: str) -> None:
        for word in words:
            self.twilio.log_in(number, word)

    async def erase(self, conversation: str) -> None:
        keys = self.house.store.keys
        await self.house.store.write(lambda c: rights.erase(c, keys, conversation, NOON))

    async def look(self, hours: float = 0) -> None:
        self.house.clock.at = NOON + timedelta(hours=hours)
        await self.job.look()


@pytest.fixture(params=[SENDER, "MG" + "c" * 32])
async def town(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    house.store.forget_at_providers([LINE.id])
    async with Twilio(request.param) as twilio:
        twilio.now = lambda: house.clock.at
        channel = SmsChannel(
            account=Account(LINE.id, "harbour", SMS),
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            sender=request.param,
            public_url="https://ownpace.example",
            api_base=twilio.base_url,
        )
        yield Town(house, twilio, Forgetting(house.store, SmsLog(channel), house.clock))
        await channel.close()


async def test_all_of_theirs_and_nothing_of_anybody_elses(town: Town) -> None:
    ana = await hear(town.house, "the blue door")
    town.texted(NUMBER, "the blue door", "and the weir")
    town.texted(OTHER, "Ben's own")
    await town.look()
    assert len(town.numbers) == 3, "nobody had anything erased"
    await town.erase(ana)
    before = metrics.FORGOTTEN.labels("sms", "deleted")._value.get()
    await town.look()
    assert town.numbers == [OTHER]
    assert town.house.rows(t.to_forget) == []
    assert metrics.FORGOTTEN.labels("sms", "deleted")._value.get() == before + 2


async def test_what_waits_holds_no_number_that_anybody_could_read(town: Town) -> None:
    await town.erase(await hear(town.house, "the blue door"))
    [row] = town.house.rows(t.to_forget)
    assert NUMBER[1:].encode() not in town.house.everything()
    assert row["account"] == LINE.id


async def test_trouble_is_tried_again_until_it_is_done(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ana = await hear(town.house, "the blue door")
    town.texted(NUMBER, "one", "two")
    await town.erase(ana)
    town.twilio.fail(Fault(status=500), method="GET")
    await town.look()
    [row] = town.house.rows(t.to_forget)
    assert (row["attempts"], bool(row["failed_code"])) == (1, True)
    assert "try 1" in caplog.text
    assert NUMBER[1:] not in caplog.text
    await town.look()
    assert len(town.numbers) == 2, "not at once again"
    await town.look(hours=2)
    assert town.numbers == []


async def test_it_waits_for_second_thoughts(town: Town) -> None:
    town.house.store.hold_deletions({"harbour": timedelta(hours=24)})
    ana = await hear(town.house, "the blue door")
    town.texted(NUMBER, "the blue door")
    gone = saying(e.Forget("all"), standing="erased")
    await town.house.inbox(gone).receive(wrote("yes", "SM5"))
    await town.look(hours=23)
    assert town.numbers == [NUMBER]
    keys, then = town.house.store.keys, NOON + timedelta(hours=24)
    await town.house.store.write(lambda c: retention.expire(c, keys, ana, then))
    town.house.clock.at = then
    town.texted(NUMBER, "hello, I am new here")
    await town.look(hours=24)
    assert [m.body for m in town.twilio.messages] == ["hello, I am new here"]
    assert await town.house.store.read(lambda c: hiding.of_conversation(c, ana)) is None


async def test_what_can_not_be_opened_keeps_nobody_waiting(town: Town) -> None:
    ana = await hear(town.house, "the blue door")
    town.texted(NUMBER, "the blue door")
    await town.erase(ana)
    spoilt = {"id": "0", "account": LINE.id, "address": b"\x01odd", "until": NOON}
    row = insert(t.to_forget).values(**spoilt, made_at=NOON, next_at=NOON)
    await town.house.store.write(lambda c: c.execute(row) and None)
    await town.look()
    assert town.numbers == []
    assert await town.house.store.read(provider_logs.waiting) == (1, NOON)
