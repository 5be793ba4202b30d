"""Messages are removed from a chat on Telegram: on request, with all that is erased, by age."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import read
from bot.clearing import Clearing
from bot.conversation import effects as e
from bot.conversation.channel import TELEGRAM, Account, Envelope, Outgoing
from bot.conversation.model import Delivered, Say
from bot.housekeeping import Housekeeper
from bot.inbound import Step
from store import hiding, rights
from store import tables as t
from tests.emulators.telegram import Telegram
from tests.houses import House, echo, saying

BOT = Account("telegram:7700900", "harbour", TELEGRAM)
ANA, BEN = 700900456, 700900457
HOUR = timedelta(hours=1)
DAYS_2 = timedelta(hours=48)
CLEAR = saying(e.Filed("choice"), e.ClearChat(), says=(Say("data_clear", "I ask Telegram."),))


@dataclass
class Town:
    house: House
    tg: Telegram
    channel: TelegramChannel
    job: Clearing

    def chat(self, number: int = ANA) -> list[str]:
        return self.tg.person(number).chat

    async def says(self, words: str, step: Step = echo, number: int = ANA) -> str:
        """They write this, and our answer goes out; the conversation."""
        await self.tg.person(number).text(words)
        update = self.tg.waiting[-1][1]
        envelope = read(update, BOT.id, self.house.clock.at).envelope
        assert envelope
        receipt = await self.house.inbox(step).receive(envelope)
        await self.answers(number)
        return receipt.conversation

    async def answers(self, number: int) -> None:
        """What waits is sent, and what Telegram calls it is noted."""
        query = select(t.outgoing.c.message).where(t.outgoing.c.state == "new")
        for id in self.house.store.read_sync(lambda c: c.scalars(query).all()):
            ref = await self.channel.send(Outgoing(id, BOT.id, str(number), f"answer {id}"))
            news = Envelope(Delivered(id, "sent", ref), self.house.clock.at, BOT.id)
            await self.house.inbox(saying()).receive(news)

    def wait(self, time: timedelta) -> None:
        self.house.clock.at += time

    async def look(self) -> None:
        await self.job.look()

    @property
    def calls(self) -> int:
        return sum(call.method == "deleteMessages" for call in self.tg.calls)

    @property
    def rows(self) -> list[dict[str, object]]:
        return self.house.rows(t.to_clear)


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    row = {"id": BOT.id, "service": "harbour", "channel": "telegram"}
    await house.store.write(lambda c: c.execute(insert(t.account).values(row)) and None)
    house.accounts = {BOT.id: BOT}
    house.store.clear_at_providers({BOT.id: DAYS_2})
    async with Telegram() as tg:
        tg.date = lambda: int(house.clock.at.timestamp())
        channel = TelegramChannel(BOT.id, tg.token, tg.base, seconds=0.5)
        yield Town(house, tg, channel, Clearing(house.store, BOT, channel, house.clock))
        await channel.close()


async def test_what_was_written_yesterday_goes_and_what_is_older_stays(town: Town) -> None:
    await town.says("on Monday")
    town.wait(timedelta(days=2))
    await town.says("on Wednesday")
    await town.says("not mine", number=BEN)
    town.wait(timedelta(days=1))
    await town.says("remove it", CLEAR)
    assert len(town.chat()) == 6, "nothing is gone before it is asked for"
    await town.look()
    old, ours, last = town.chat()
    assert (old, ours[:6], last[:6]) == ("on Monday", "answer", "answer")
    assert len(town.chat(BEN)) == 2
    assert town.rows == []


async def test_what_waits_leads_nobody_to_a_chat_or_to_words(town: Town) -> None:
    await town.says("the blue door")
    await town.says("remove it", CLEAR)
    [row] = town.rows
    assert str(ANA).encode() not in town.house.everything()
    assert row["account"] == BOT.id
    left = [r["ref"] for r in town.house.rows(t.message) if r["ref"]]
    assert left == [], "the messages do not name it any more"


async def test_while_telegram_is_away_it_waits(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await town.says("the blue door")
    await town.says("remove it", CLEAR)
    for how in ("drop", "refuse", "junk"):
        town.tg.fault("deleteMessages", how)
        await town.look()
        await town.look()
        assert len(town.chat()) >= 2 or how == "junk"
        town.wait(HOUR / 3)
    assert [row["attempts"] for row in town.rows] == [3]
    await town.look()
    assert len(town.chat()) == 1, "our answer to the request"
    assert "try 3" in caplog.text
    assert str(ANA) not in caplog.text


async def test_who_is_asked_to_wait_waits(town: Town) -> None:
    await town.says("the blue door")
    await town.says("not mine", number=BEN)
    await town.says("remove it", CLEAR)
    town.wait(timedelta(seconds=1))
    await town.says("remove it", CLEAR, BEN)
    town.tg.fault("deleteMessages", status=429, description="Too Many Requests", retry_after=900)
    for _ in range(3):
        await town.look()
        town.wait(timedelta(seconds=250))
    assert town.calls == 1, "not for anybody else either"
    town.wait(timedelta(seconds=250))
    await town.look()
    assert (town.calls, len(town.chat()), len(town.chat(BEN))) == (3, 1, 1)


async def test_whatever_stops_us_it_is_asked_again(town: Town) -> None:
    """Done at Telegram, and nobody noted it: what is gone is passed over."""
    await town.says("the blue door")
    await town.says("remove it", CLEAR)
    town.tg.fault("deleteMessages", "lose")
    await town.look()
    assert (len(town.chat()), len(town.rows)) == (1, 1)
    town.wait(HOUR)
    again = Clearing(town.house.store, BOT, town.channel, town.house.clock)
    await again.look()
    assert (len(town.chat()), town.rows) == (1, [])


async def test_after_48_hours_it_is_given_up(town: Town) -> None:
    await town.says("the blue door")
    town.wait(40 * HOUR)
    await town.says("the weir")
    await town.says("remove it", CLEAR)
    town.tg.fault(
        "deleteMessages", status=403, description="Forbidden: bot was blocked by the user"
    )
    await town.look()
    town.wait(9 * HOUR)
    await town.look()
    assert [words[:6] for words in town.chat()] == ["the bl", "answer", "answer"]
    await town.says("remove it", CLEAR)
    town.tg.fault("deleteMessages", times=9)
    await town.look()
    town.wait(DAYS_2)
    await town.look()
    assert town.rows == []
    assert len(town.chat()) == 5


async def test_one_that_may_not_go_keeps_no_other(town: Town) -> None:
    """Telegram's clock is not ours: of those that it refuses, the others go all the same."""
    for n in range(6):
        await town.says(f"text {n}")
    town.tg.person(ANA).written[3].date -= int(DAYS_2.total_seconds())
    await town.says("remove it", CLEAR)
    await town.look()
    assert [words[:6] for words in town.chat()] == ["text 3", "answer"]
    assert town.rows == []


async def test_more_than_a_hundred_are_asked_for_in_turn(town: Town) -> None:
    for n in range(60):
        await town.says(f"text {n}")
    await town.says("remove it", CLEAR)
    assert len(town.rows) == 2
    await town.look()
    assert (town.calls, len(town.chat())) == (2, 1)


@pytest.mark.parametrize("hold", [timedelta(), timedelta(hours=24)])
async def test_what_is_erased_goes_from_the_chat_at_once(town: Town, hold: timedelta) -> None:
    town.house.store.hold_deletions({"harbour": hold})
    await town.says("the blue door")
    done = (Say("delete_done", "It is deleted."),)
    gone = saying(e.Filed("command"), e.Forget("all"), says=done, standing="erased")
    await town.says("yes", gone)
    await town.look()
    assert [words[:6] for words in town.chat()] == ["answer"]
    assert town.rows == []


async def test_what_is_hidden_goes_from_the_chat_before_its_time_is_over(town: Town) -> None:
    house = town.house
    house.store.hold_deletions({"harbour": timedelta(hours=24)})
    id = await town.says("the blue door")
    work = (house.store.keys, id, "harbour", house.clock.at)
    await house.store.write(lambda c: hiding.forget_all(c, *work))
    await town.look()
    assert town.chat() == []


async def test_a_worker_who_erases_clears_the_chat_a_date_does_not(town: Town) -> None:
    house = town.house
    ana, ben = await town.says("the blue door"), await town.says("mine", number=BEN)
    for id, why in ((ana, "erased"), (ben, "expired")):
        work = (house.store.keys, id, house.clock.at, why)
        await house.store.write(lambda c, work=work: rights.erase(c, *work))  # type: ignore[misc]
    await town.look()
    assert (town.chat(), len(town.chat(BEN))) == ([], 2)


async def test_one_message_or_answer_that_is_erased_goes_from_the_chat_alone(town: Town) -> None:
    id = await town.says("the blue door")
    await town.says("the weir", saying(e.Filed("answer", "q9")))
    [first, *_] = [m["id"] for m in town.house.rows(t.message) if m["direction"] == "in"]
    await town.says("not this", saying(e.Forget("message", message=str(first))))
    await town.says("nor that", saying(e.Forget("answer", "q9")))
    await town.look()
    assert [words[:6] for words in town.chat()] == ["answer", "not th", "nor th"]
    left = [m["text"] for m in town.house.rows(t.message) if m["conversation"] == id]
    assert [text is None for text in left] == [True, False, True, False, False]


async def test_what_was_put_aside_stays_in_the_chat(town: Town) -> None:
    await town.says("the blue door", saying(e.Filed("aside")))
    await town.says("no", saying(e.Forget("aside")))
    await town.look()
    assert town.chat() == ["the blue door", "no"]


async def test_where_no_message_can_be_removed_nothing_is_asked(town: Town) -> None:
    town.house.store.clear_at_providers({})
    await town.says("remove it", CLEAR)
    assert town.rows == []


# --- By age, where others may read ---------------------------------------------------------------


def keeper(town: Town, hours: int) -> Housekeeper:
    house, clears = town.house, {"harbour": hours * HOUR}
    return Housekeeper(house.store, house.inbox(), house.clock, ["harbour"], clears=clears)


async def test_where_others_may_read_what_is_old_goes_by_itself(town: Town) -> None:
    service = replace(town.house.world.service, clear_plain=24 * HOUR)
    town.house.world = replace(town.house.world, service=service)
    plain = saying(e.Filed("note"), says=(Say("a", "plainly"),), discreet=True, channel="telegram")
    usual = saying(e.Filed("note"), says=(Say("a", "as usual"),), channel="telegram")
    housekeeper = keeper(town, 24)
    await town.says("before", plain)
    await town.says("mine", usual, BEN)
    town.wait(20 * HOUR)
    await town.says("later", plain)
    for hours, left in ((0, 4), (5, 2), (20, 0)):
        town.wait(hours * HOUR)
        await housekeeper.sweep()
        await town.look()
        assert len(town.chat()) == left, hours
    assert len(town.chat(BEN)) == 2
    clear_at = [row["clear_at"] for row in town.house.rows(t.conversation)]
    assert clear_at == [None, None], "nothing is looked for any more"


async def test_each_word_does_not_put_it_off(town: Town) -> None:
    service = replace(town.house.world.service, clear_plain=24 * HOUR)
    town.house.world = replace(town.house.world, service=service)
    plain = saying(e.Filed("note"), discreet=True, channel="telegram")
    housekeeper = keeper(town, 24)
    for n in range(8):
        await town.says(f"text {n}", plain)
        await housekeeper.sweep()
        await town.look()
        town.wait(5 * HOUR)
    assert town.chat() == ["text 3", "text 4", "text 5", "text 6", "text 7"]
