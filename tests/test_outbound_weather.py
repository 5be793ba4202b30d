"""Providers on a bad day: their real libraries, emulated trouble, and hours that pass at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.conversation.channel import SMS, Account, Channel
from bot.conversation.model import Failed
from bot.outbound import GIVE_UP, Sender
from desk import listing
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import ACCOUNT, TOKEN, Twilio
from tests.emulators.twilio_log import Fault
from tests.posts import Post
from tests.recording import SERVICE, SMS_ACCOUNT, TELEGRAM_ACCOUNT, Someone, furnish
from tests.test_outbound_late import said

NUMBER, OTHER = "+447700900001", "+447700900002"
CHAT, OTHER_CHAT = 7001, 7002
NUMBERS = SMS_ACCOUNT.removeprefix("sms:")


class Weather(Post):
    """A post office whose channels are the real ones, between the emulators of both providers."""

    twilio: Twilio
    tg: Telegram

    async def open(self, twilio: Twilio, tg: Telegram) -> None:
        self.twilio, self.tg = twilio, tg
        ours = Account(SMS_ACCOUNT, "harbour", SMS)
        self.by_sms = SmsChannel(
            account=ours,
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            sender=NUMBERS,
            public_url="https://ownpace.example",
            api_base=twilio.base_url,
            seconds=0.2,
        )
        self.by_telegram = TelegramChannel(TELEGRAM_ACCOUNT, tg.token, tg.base, seconds=0.2)
        channels: dict[str, Channel] = {
            SMS_ACCOUNT: self.by_sms,
            TELEGRAM_ACCOUNT: self.by_telegram,
        }
        self.sender = Sender(self.store, channels, self.inbox, self.clock)
        for number in (CHAT, OTHER_CHAT):
            tg.person(number).wrote = True

    async def close(self) -> None:
        await self.by_sms.close()
        await self.by_telegram.close()

    async def pass_time(self, span: timedelta, step: float = 1.0) -> None:
        """Look at the queue every so many seconds."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            await self.sender.sweep()
            self.clock.tick(seconds=step)


@dataclass(frozen=True)
class Side:
    """One of the two providers: how it fails, and what reached its people."""

    account: str
    people: tuple[str, str]
    fail: Callable[[Weather, str, int], None]
    got: Callable[[Weather, str], list[str]]
    tries: Callable[[Weather, str], int]


def _sms_fails(post: Weather, how: str, times: int) -> None:
    faults = {
        "429": Fault(429, 20429, {"Retry-After": "7"}),
        "429 bare": Fault(429, 20429),
        "5xx": Fault(500, 20500),
        "reset": Fault(),
        "lost": Fault(accepted=True),
        "silence": Fault(hangs=True, accepted=True),
        "junk": Fault(200, text="<html>", accepted=True),
    }
    post.twilio.fail(faults.get(how) or Fault(400, int(how)), times)


def _telegram_fails(post: Weather, how: str, times: int) -> None:
    tg, name = post.tg, "sendMessage"
    if how.startswith("429"):
        more: dict[str, Any] = {} if "bare" in how else {"retry_after": 7}
        tg.fault(name, status=429, description="Too Many Requests", times=times, chat=CHAT, **more)
    elif how in ("5xx", "403", "400"):
        status, said = {
            "5xx": (502, "Bad Gateway"),
            "403": (403, "Forbidden: bot was blocked by the user"),
            "400": (400, "Bad Request: chat not found"),
        }[how]
        tg.fault(name, status=status, description=said, times=times, chat=CHAT)
    else:
        hows = {"reset": "drop", "lost": "lose", "silence": "hang", "junk": "junk"}
        tg.fault(name, hows[how], times=times, chat=CHAT)  # type: ignore[arg-type]


BY_SMS = Side(
    SMS_ACCOUNT,
    (NUMBER, OTHER),
    _sms_fails,
    lambda post, number: [m.body for m in post.twilio.arrived(number)],
    lambda post, number: sum(
        method == "POST" and form.get("To") == number for method, form in post.twilio.rest.requests
    ),
)
BY_TELEGRAM = Side(
    TELEGRAM_ACCOUNT,
    (str(CHAT), str(OTHER_CHAT)),
    _telegram_fails,
    lambda post, chat: [m.text for m in post.tg.person(int(chat)).messages],
    lambda post, chat: sum(
        c.method == "sendMessage" and c.values["chat_id"] == chat for c in post.tg.calls
    ),
)
SIDES = pytest.mark.parametrize("side", [BY_SMS, BY_TELEGRAM], ids=["sms", "telegram"])


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Weather]:
    store = Store.open(f"sqlite:///{tmp_path}/ownpace.db", Keys(b"k" * 32))
    await store.write(furnish)
    async with Twilio(NUMBERS) as twilio, Telegram() as tg:
        weather = Weather(store)
        await weather.open(twilio, tg)
        yield weather
        await weather.close()
    await store.close()


async def two_people(post: Weather, side: Side) -> list[Someone]:
    return [await post.meet(address, side.account) for address in side.people]


async def answered_in_turn(post: Weather, who: Someone, *texts: str) -> None:
    """Words of different turns: none waits for delivery news of another."""
    for text in texts:
        await post.say(who, text)
        post.clock.tick(seconds=0.01)


@SIDES
@pytest.mark.parametrize(("how", "least"), [("429", 7.0), ("429 bare", 5.0)])
async def test_too_many_at_once(post: Weather, side: Side, how: str, least: float) -> None:
    """Nothing to that person before the time; others go on; and then all of it, in order."""
    first, second = side.people
    ana, ben = await two_people(post, side)
    side.fail(post, how, 1)
    await post.say(ana, "one")
    await post.sender.sweep()
    began = post.clock.now()
    await answered_in_turn(post, ana, "two", "three")
    await answered_in_turn(post, ben, "to Ben")
    while post.clock.now() - began < timedelta(seconds=least - 0.3):
        await post.sender.sweep()
        post.clock.tick(seconds=0.25)
    assert side.got(post, first) == []
    assert side.tries(post, first) == 1
    assert side.got(post, second) == ["to Ben"]
    await post.pass_time(timedelta(seconds=10))
    assert side.got(post, first) == ["one", "two", "three"]
    assert side.tries(post, first) == 4


@SIDES
@pytest.mark.parametrize("how", ["5xx", "reset", "lost", "silence", "junk"])
async def test_twenty_bad_minutes(post: Weather, side: Side, how: str) -> None:
    """Nothing is lost; each unclear answer costs at most one copy, by SMS none at all."""
    first, second = side.people
    ana, ben = await two_people(post, side)
    unclear = 2 if how == "silence" else 3  # each costs a fifth of a second
    side.fail(post, how, unclear)
    await answered_in_turn(post, ana, "one", "two")
    await post.pass_time(timedelta(minutes=20), step=20)
    await post.say(ben, "to Ben")
    await post.pass_time(timedelta(minutes=2), step=5)
    got = side.got(post, first)
    assert list(dict.fromkeys(got)) == ["one", "two"]
    assert got == sorted(got)
    copies = len(got) - 2
    assert copies == 0 if side is BY_SMS or how in ("5xx", "reset") else copies <= unclear
    assert side.got(post, second) == ["to Ben"]
    assert side.tries(post, first) <= 2 + unclear


@SIDES
async def test_four_hours_of_it_end_at_the_desk(post: Weather, side: Side) -> None:
    first, second = side.people
    ana, ben = await two_people(post, side)
    side.fail(post, "5xx", 400)
    message = await said(post, ana, "notice.1")
    explaining = update(t.conversation).values(standing="explaining")
    await post.store.write(lambda c: c.execute(explaining) and None)
    due = select(t.outgoing.c.not_before).where(t.outgoing.c.message == message)
    waits, tried = [], 0
    while await post.state(message) != "failed":
        await post.sender.sweep()
        tried += 1
        assert side.tries(post, first) == tried
        later = await post.store.read(lambda c: c.scalar(due))
        assert later is not None
        waits.append((later - post.clock.now()).total_seconds())
        post.clock.tick(seconds=waits[-1] - 0.01)
        assert await post.sender.sweep() == 0  # not a moment before
        post.clock.tick(seconds=0.01)
    for wait, base in zip(waits, (5, 10, 20, 40, 80, 160, *[240] * 60), strict=False):
        assert base <= wait <= base * 1.25
    assert GIVE_UP.total_seconds() <= sum(waits[:-1]) <= GIVE_UP.total_seconds() + 300
    [news] = [e for e in post.inbox.events if isinstance(e, Failed)]
    assert (news.message, news.why) == (message, "failed")
    failed_at = select(t.message.c.failed_at).where(t.message.c.id == message)
    assert await post.store.read(lambda c: c.scalar(failed_at)) is not None
    shown = await post.store.read(lambda c: listing.unreached(c, [SERVICE], 9))
    assert [head.id for head in shown] == [ana.conversation]
    post.twilio.rest.faults["POST"].clear()
    post.tg.faults.clear()
    await answered_in_turn(post, ana, "later")
    await answered_in_turn(post, ben, "to Ben")
    await post.pass_time(timedelta(seconds=3))
    assert (side.got(post, first), side.got(post, second)) == (["later"], ["to Ben"])


@pytest.mark.parametrize(
    ("side", "how", "why"),
    [
        (BY_TELEGRAM, "403", "stopped"),
        (BY_TELEGRAM, "400", "unreachable"),
        (BY_SMS, "21610", "stopped"),
        (BY_SMS, "21211", "unreachable"),
        (BY_SMS, "21614", "unreachable"),
        (BY_SMS, "21635", "unreachable"),
    ],
)
async def test_what_is_final_is_tried_exactly_once(
    post: Weather, side: Side, how: str, why: str
) -> None:
    first, second = side.people
    ana, ben = await two_people(post, side)
    side.fail(post, how, 1)
    message = await post.say(ana, "one")
    await post.say(ben, "to Ben")
    await post.pass_time(timedelta(hours=5), step=300)
    tries = side.tries(post, first) if side.got(post, first) == [] else 0
    lost = [e for e in post.inbox.events if isinstance(e, Failed)]
    assert (tries, [(e.message, e.why) for e in lost]) == (1, [(message, why)])
    assert side.got(post, second) == ["to Ben"]
