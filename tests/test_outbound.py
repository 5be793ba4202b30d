"""Words that are queued go out: at their time, in order, to whom they may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.conversation.channel import Button, SendError
from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN, Delivered
from bot.queueing import AT_ONCE
from store import outbox
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.posts import Post, stop, until
from tests.recording import MONDAY, SMS_ACCOUNT, TELEGRAM_ACCOUNT, furnish, say, write


@pytest.fixture
async def post(url: str) -> AsyncIterator[Post]:
    store = Store.open(url, Keys(b"k" * 32))
    await store.write(furnish)
    yield Post(store)
    await store.close()


async def test_words_go_out_and_the_core_hears_that_they_were_sent(post: Post) -> None:
    ana = await post.meet("1001")
    message = await post.say(ana, "Hello")
    assert await post.sender.sweep() == 1
    [sent] = post.telegram.sent
    assert (sent.address, sent.text, sent.attempt, sent.begun_at) == ("1001", "Hello", 1, None)
    assert post.inbox.events == [Delivered(message, "sent", "ref-1")]
    assert await post.state(message) == "sent"
    assert await post.sender.sweep() == 0


async def test_a_row_is_begun_in_the_database_before_the_call(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.telegram.open.clear()
    sweep = asyncio.create_task(post.sender.sweep())
    await until(lambda: post.telegram.calls == 1)
    assert await post.state(message) == "begun"
    post.telegram.open.set()
    await sweep


async def test_buttons_and_the_persons_own_words_go_along(post: Post) -> None:
    ana = await post.meet("1001")
    said = await post.store.write(lambda c: write(c, ana, "My sister helps me"))
    text = f"You wrote: {QUOTE_OPEN}{said}{QUOTE_CLOSE}"
    await post.store.write(lambda c: say(c, ana, text, buttons=[("ok", "OK")]))
    await post.sender.sweep()
    assert post.telegram.texts == ["You wrote: My sister helps me"]
    assert post.telegram.sent[0].buttons == (Button("ok", "OK"),)


async def test_the_order_of_one_person_is_kept_through_trouble(post: Post) -> None:
    ana = await post.meet("1001")
    await post.say(ana, "first", "second", "third")
    post.telegram.troubles = [SendError("retry", "502")]
    for _ in range(6):
        await post.sender.sweep()
        post.clock.tick(seconds=7)
    assert post.telegram.texts == ["first", "second", "third"]


async def test_a_reminder_for_tomorrow_does_not_hold_up_an_answer_today(post: Post) -> None:
    ana = await post.meet("1001")
    await post.say(ana, "a reminder", in_seconds=86_400)
    await post.say(ana, "an answer")
    await post.sender.sweep()
    assert post.telegram.texts == ["an answer"]
    post.clock.tick(days=1)
    await post.sender.sweep()
    assert post.telegram.texts == ["an answer", "a reminder"]


async def test_one_persons_trouble_is_not_anothers(post: Post) -> None:
    ana, ben = await post.meet("1001"), await post.meet("1002")
    await post.say(ana, "to Ana")
    post.telegram.troubles = [SendError("retry", "429", retry_after=7)]
    await post.sender.sweep()
    await post.say(ben, "to Ben")
    await post.sender.sweep()
    assert post.telegram.texts == ["to Ben"]


async def test_one_sms_at_a_time_until_it_arrived_or_the_gap_passed(post: Post) -> None:
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    await post.say(ana, "one", "two", "three")
    await post.sender.sweep()
    await post.sender.sweep()
    assert post.sms.texts == ["one"]
    arrived = Delivered(post.sms.sent[0].message, "delivered")
    await post.store.write(lambda c: outbox.settle(c, arrived, post.clock.now()))
    await post.sender.sweep()
    assert post.sms.texts == ["one", "two"]
    post.clock.tick(seconds=5.9)
    assert await post.sender.sweep() == 0
    post.clock.tick(seconds=0.1)
    await post.sender.sweep()
    assert post.sms.texts == ["one", "two", "three"]


async def test_an_answer_does_not_wait_for_news_of_what_was_answered(post: Post) -> None:
    """Where a carrier sends no delivery news, nobody waits six seconds at every turn."""
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    await post.say(ana, "one")
    await post.sender.sweep()
    post.clock.tick(seconds=1)
    await post.say(ana, "two, to what they wrote since")
    await post.sender.sweep()
    assert post.sms.texts == ["one", "two, to what they wrote since"]


async def test_a_clock_set_back_does_not_silence_anyone(post: Post) -> None:
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    await post.say(ana, "one")
    await post.sender.sweep()
    await post.store.write(lambda c: say(c, ana, "two", MONDAY - timedelta(hours=2)))
    post.clock.tick(hours=-1)
    assert await post.sender.sweep() == 1


async def test_nothing_goes_to_a_closed_contact(post: Post) -> None:
    ana = await post.meet("1001")
    await post.say(ana, "Hello")
    await post.close_contact(ana)
    assert await post.sender.sweep() == 0
    assert post.telegram.tried == []


async def test_words_erased_while_they_wait_are_not_sent(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    erase = update(t.message).where(t.message.c.id == message).values(text=None)
    await post.store.write(lambda c: c.execute(erase) and None)
    assert await post.sender.sweep() == 0
    assert await post.state(message) == "withdrawn"


async def test_no_more_than_sixteen_calls_at_once_on_one_account(post: Post) -> None:
    for number in range(AT_ONCE + 4):
        await post.say(await post.meet(str(number)), "Hello")
    sms = await post.say(await post.meet("+447700900001", SMS_ACCOUNT), "Hello")
    post.telegram.open.clear()
    running = asyncio.create_task(post.sender.run())
    await until(lambda: post.telegram.calls == AT_ONCE and post.sms.sent)
    assert post.sms.sent[0].message == sms  # Telegram hangs; SMS does not notice
    post.telegram.open.set()
    await until(lambda: len(post.telegram.sent) == AT_ONCE + 4)
    assert post.telegram.most_at_once == AT_ONCE
    await stop(running)


async def test_a_running_sender_wakes_when_words_are_queued(post: Post) -> None:
    ana = await post.meet("1001")
    running = asyncio.create_task(post.sender.run())
    await until(lambda: not post.inbox.queued.is_set())
    await post.say(ana, "one", "two")
    post.inbox.queued.set()
    await until(lambda: post.telegram.texts == ["one", "two"])
    await stop(running)


async def test_stopping_lets_a_call_under_way_end(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.telegram.open.clear()
    running = asyncio.create_task(post.sender.run())
    await until(lambda: post.telegram.calls == 1)
    running.cancel()
    await asyncio.sleep(0)
    post.telegram.open.set()
    await asyncio.gather(running, return_exceptions=True)
    assert await post.state(message) == "sent"


async def test_a_practice_service_has_its_own_clock(post: Post) -> None:
    await post.say(await post.meet("1001"), "three days later", in_seconds=3 * 86_400)
    assert await post.sender.sweep() == 0
    post.clock.put_forward("harbour", timedelta(days=3))
    assert await post.sender.sweep() == 1


async def test_what_is_being_sent_to_an_address_can_be_waited_for(post: Post) -> None:
    await post.say(await post.meet("1001"), "Hello")
    post.telegram.open.clear()
    sending = asyncio.create_task(post.sender.sweep())
    await until(lambda: post.telegram.calls == 1)
    waiting = asyncio.create_task(post.sender.recorded(TELEGRAM_ACCOUNT, "1001"))
    await asyncio.sleep(0)
    assert not waiting.done()
    post.telegram.open.set()
    await asyncio.gather(sending, waiting)
    await post.sender.recorded(TELEGRAM_ACCOUNT, "1001")  # nothing is on its way: at once
