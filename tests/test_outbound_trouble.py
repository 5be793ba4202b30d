"""However a channel fails, words go out once, or somebody hears that they did not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.backing_off import wait as _wait
from bot.conversation.channel import Away, SendError
from bot.conversation.model import Delivered, Failed
from bot.outbound import GIVE_UP
from bot.queueing import ELSEWHERE
from store import outbox
from store import tables as t
from store.sealing import Keys
from store.session import Store, Work
from tests.posts import Post, stop, until
from tests.recording import MONDAY, SMS_ACCOUNT, furnish, say


@pytest.fixture
async def post(url: str) -> AsyncIterator[Post]:
    store = Store.open(url, Keys(b"k" * 32))
    await store.write(furnish)
    yield Post(store)
    await store.close()


async def test_retry_after_is_heeded_to_the_second(post: Post) -> None:
    await post.say(await post.meet("1001"), "Hello")
    post.telegram.troubles = [SendError("retry", "429", retry_after=60)]
    await post.sender.sweep()
    post.clock.tick(seconds=59.9)
    assert await post.sender.sweep() == 0
    post.clock.tick(seconds=0.1)
    assert await post.sender.sweep() == 1
    assert post.telegram.texts == ["Hello"]
    # 429 says plainly that nothing was sent: no doubt is passed on.
    assert [out.begun_at for out in post.telegram.tried] == [None, None]


async def test_backoff_doubles_with_jitter_up_to_five_minutes(post: Post) -> None:
    waits = [_wait("a-message", attempt) for attempt in range(1, 5000)]
    for attempt, base in enumerate((5, 10, 20, 40, 80, 160, 240, 240)):
        assert base <= waits[attempt] <= base * 1.25
    assert max(waits) <= 300
    assert len({_wait(f"message {n}", 7) for n in range(50)}) == 50


async def test_after_four_hours_we_give_up_and_say_so(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.telegram.troubles = [SendError("retry", "503") for _ in range(200)]
    start = post.clock.now()
    while await post.state(message) != "failed":
        assert post.clock.now() - start <= GIVE_UP + timedelta(minutes=10)
        await post.sender.sweep()
        post.clock.tick(minutes=5)
    assert post.clock.now() - start > GIVE_UP
    assert 45 <= len(post.telegram.tried) <= 55
    assert post.inbox.events == [Failed(message, "failed", "503")]


@pytest.mark.parametrize(("trouble", "why"), [("give_up", "unreachable"), ("stopped", "stopped")])
async def test_what_is_final_is_tried_once(post: Post, trouble: str, why: str) -> None:
    message = await post.say(await post.meet("+447700900001", SMS_ACCOUNT), "Hello")
    post.sms.troubles = [SendError(trouble, "21610")]  # type: ignore[arg-type]
    for _ in range(3):
        await post.sender.sweep()
        post.clock.tick(hours=1)
    assert len(post.sms.tried) == 1
    assert post.inbox.events == [Failed(message, why, "21610")]  # type: ignore[arg-type]
    assert await post.state(message) == "failed"


async def test_words_that_are_refused_hold_up_no_others(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await post.meet("1001")
    refused = await post.say(ana, "words of care")
    await post.say(ana, "the next reply")
    post.telegram.troubles = [SendError("refused", "400")]
    await post.sender.sweep()
    await post.sender.sweep()
    assert post.telegram.texts == ["the next reply"]
    assert post.inbox.events[0] == Failed(refused, "failed", "400")
    assert await post.state(refused) == "failed"
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "words of care" not in caplog.text


async def test_what_was_meant_for_silence_is_not_tried_again_once_they_wrote(post: Post) -> None:
    ana = await post.meet("1001")
    reminder = await post.store.write(lambda c: say(c, ana, "Still there?", prompted=False))
    post.telegram.troubles = [SendError("retry", "502")]
    await post.sender.sweep()
    post.clock.tick(minutes=5)
    back = update(t.conversation).values(last_in_at=post.clock.now())
    await post.store.write(lambda c: c.execute(back) and None)
    await post.say(ana, "a reply")
    await post.sender.sweep()
    await post.sender.sweep()
    assert post.telegram.texts == ["a reply"]
    assert await post.state(reminder) == "withdrawn"


async def test_an_alarm_keeps_the_words_for_hours(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    message = await post.say(await post.meet("1001"), "words of care")
    post.telegram.troubles = [SendError("alarm", "20003"), SendError("alarm", "20003")]
    with caplog.at_level(logging.DEBUG):
        await post.sender.sweep()
        post.clock.tick(seconds=299)
        assert await post.sender.sweep() == 0
        post.clock.tick(hours=3)
        await post.sender.sweep()
    assert [r.levelname for r in caplog.records].count("ERROR") == 2
    assert "20003" in caplog.text
    assert "words of care" not in caplog.text
    post.clock.tick(minutes=5)
    await post.sender.sweep()
    assert post.telegram.texts == ["words of care"]
    assert await post.state(message) == "sent"


async def test_an_alarm_ends_after_four_hours_too(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.telegram.troubles = [SendError("alarm", "20003") for _ in range(3)]
    for hours in (0, 3, 2):
        post.clock.tick(hours=hours)
        await post.sender.sweep()
    assert post.inbox.events == [Failed(message, "failed", "20003")]
    assert await post.state(message) == "failed"


async def test_an_unclear_sms_is_looked_for_and_not_sent_twice(post: Post) -> None:
    message = await post.say(await post.meet("+447700900001", SMS_ACCOUNT), "Hello")
    post.sms.troubles, post.sms.sends_anyway = [SendError("unclear", "timeout")], True
    await post.sender.sweep()
    post.clock.tick(seconds=7)
    await post.sender.sweep()
    assert post.sms.texts == ["Hello"]
    found = Delivered(message, "sent", "ref-found")
    assert post.inbox.events == [Delivered(message, "tried"), found]


async def test_an_unclear_sms_that_never_left_is_sent(post: Post) -> None:
    await post.say(await post.meet("+447700900001", SMS_ACCOUNT), "Hello")
    post.sms.troubles = [SendError("unclear", "500")]
    post.sms.find_troubles = [SendError("retry", "429")]
    for _ in range(3):  # unclear; the log can't be read; looked for and sent
        await post.sender.sweep()
        post.clock.tick(seconds=30)
    assert post.sms.texts == ["Hello"]
    assert len(post.sms.looked_for) == 2
    assert len(post.sms.tried) == 2


async def test_on_telegram_what_is_unclear_is_sent_again(post: Post) -> None:
    await post.say(await post.meet("1001"), "Hello")
    post.telegram.troubles = [SendError("unclear", "TimedOut")]
    await post.sender.sweep()
    post.clock.tick(seconds=7)
    await post.sender.sweep()
    assert post.telegram.texts == ["Hello"]
    assert post.telegram.sent[0].begun_at == MONDAY
    assert post.telegram.sent[0].attempt == 2


@pytest.mark.parametrize("error", [ValueError("+447700900001 said Hello"), TimeoutError()])
async def test_a_channel_that_breaks_counts_as_unclear(
    post: Post, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    message = await post.say(await post.meet("+447700900001", SMS_ACCOUNT), "Hello")
    post.sms.troubles, post.sms.sends_anyway = [error], True
    with caplog.at_level(logging.DEBUG):
        await post.sender.sweep()
        assert await post.state(message) == "begun"
        post.clock.tick(seconds=7)
        await post.sender.sweep()
    assert post.sms.texts == ["Hello"]
    assert "+447700" not in caplog.text
    assert "Hello" not in caplog.text


async def test_a_call_that_hangs_is_cut_off_and_unclear(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.start(call=0.01)
    post.telegram.open.clear()
    await post.sender.sweep()
    assert await post.state(message) == "begun"
    assert post.telegram.sent == []


async def test_rows_left_begun_by_a_crash_are_looked_for_first(post: Post) -> None:
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    sent, lost = (
        await post.say(ana, "sent"),
        await post.say(await post.meet("+447700900002", SMS_ACCOUNT), "lost"),
    )
    post.sms.open.clear()
    crashing = asyncio.create_task(post.sender.sweep())
    await until(lambda: post.sms.calls == 2)
    for task in post.sender._tasks():
        task.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    post.sms.sent = [out for out in post.sms.tried if out.message == sent]
    post.sms.open.set()
    post.start()
    # Where there may be other processes, for all we know one of them is calling still.
    post.clock.tick(seconds=ELSEWHERE if post.store.shared else 7)
    await post.sender.sweep()
    assert post.sms.texts == ["sent", "lost"]
    assert {await post.state(sent), await post.state(lost)} == {"sent"}


async def test_stop_while_we_look_for_a_message_keeps_it_from_being_sent(post: Post) -> None:
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    await post.say(ana, "Hello")
    post.sms.troubles = [SendError("unclear", "500")]
    await post.sender.sweep()
    post.clock.tick(seconds=7)
    find = post.sms.find

    async def slowly(out: object) -> str | None:
        await post.close_contact(ana)
        return await find(out)  # type: ignore[arg-type]

    post.sms.find = slowly  # type: ignore[method-assign]
    await post.sender.sweep()
    assert post.sms.sent == []


async def test_words_that_do_not_open_fail_alone(post: Post) -> None:
    broken = await post.say(await post.meet("1001"), "broken")
    spoil = update(t.message).where(t.message.c.id == broken).values(text=b"\x01" + b"x" * 40)
    await post.store.write(lambda c: c.execute(spoil) and None)
    await post.say(await post.meet("1002"), "whole")
    await post.sender.sweep()
    assert post.telegram.texts == ["whole"]
    assert await post.state(broken) == "failed"


async def test_news_waits_for_a_database_that_is_away(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.inbox.troubles = [Away("busy"), Away("busy")]
    await post.sender.sweep()
    assert post.inbox.events == [Delivered(message, "sent", "ref-1")]


async def test_a_running_sender_outlives_a_database_that_is_away(post: Post) -> None:
    """Whatever it is that breaks a look at the queue: the next one comes."""
    await post.say(await post.meet("1001"), "Hello")
    read, troubles = post.store.read, [Away("busy"), RuntimeError("odd"), Away("busy")]

    async def away(work: Work[Any]) -> Any:
        if troubles:
            raise troubles.pop(0)
        return await read(work)

    post.store.read = away  # type: ignore[method-assign]
    running = asyncio.create_task(post.sender.run())
    await until(lambda: post.telegram.texts or running.done())
    assert not running.done()
    await stop(running)
    assert post.telegram.texts == ["Hello"]


async def test_news_that_the_core_cannot_take_never_sends_twice(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")
    post.inbox.troubles = [RuntimeError("a step broke")]
    for _ in range(3):
        await post.sender.sweep()
        post.clock.tick(hours=1)
    assert post.telegram.texts == ["Hello"]
    assert await post.state(message) == "sent"


async def test_delivery_news_in_any_order_never_moves_a_message_back(post: Post) -> None:
    message = await post.say(await post.meet("1001"), "Hello")

    async def news(event: Delivered | Failed) -> bool:
        return await post.store.write(lambda c: outbox.settle(c, event, post.clock.now()))

    assert await news(Delivered(message, "delivered"))
    assert not await news(Delivered(message, "sent", "ref-1"))
    assert not await news(Failed(message, "failed", "30008"))
    assert not await news(Delivered(message, "delivered"))
    assert await post.state(message) == "delivered"
    assert not await news(Delivered("no such message"))
