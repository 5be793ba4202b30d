"""The night: a prompt reply goes at any hour; one that is over ten minutes late waits for the
morning, or for the times that the person gave.

The harbour may write unasked from 9 to 8 in the day. `late` is how long ago the words were said.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select, update

from bot.conversation.channel import SendError
from bot.conversation.model import Conversation
from bot.conversation.safe_times import SafeTimes, Window
from bot.conversation.timing import may_speak_from
from store import conversations, late
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.posts import Post
from tests.recording import MONDAY, SMS_ACCOUNT, Someone, furnish
from tests.test_outbound_late import said, writes
from tests.worlds import harbour

HOURS, MINUTE, SECOND = MONDAY.replace(hour=0), timedelta(minutes=1), timedelta(seconds=1)
AT_NIGHT, EVENING = HOURS + timedelta(hours=23), HOURS + timedelta(hours=20)
MORNING = MONDAY + timedelta(days=1)
TWO = HOURS + timedelta(hours=14)
HARBOUR = harbour()
ANA, BEN = "1001", "1002"


@pytest.fixture
async def post(url: str) -> AsyncIterator[Post]:
    store = Store.open(url, Keys(b"k" * 32))
    await store.write(furnish)
    made = Post(store)
    made.start(waking=lambda service, conversation, at: may_speak_from(HARBOUR, conversation, at))
    yield made
    await store.close()


async def looks(post: Post) -> list[str]:
    """What is said at this look at the queue."""
    before = len(post.telegram.texts)
    await post.sender.sweep()
    return post.telegram.texts[before:]


@pytest.mark.parametrize(
    ("now", "lateness", "goes"),
    [
        (AT_NIGHT, 0 * MINUTE, True),
        (AT_NIGHT, 5 * MINUTE, True),
        (AT_NIGHT, 40 * MINUTE, False),
        # Late is what is later than ten minutes.
        (AT_NIGHT, 10 * MINUTE, True),
        (AT_NIGHT, 10 * MINUTE + SECOND, False),
        # However late it is, in the day it goes: to the last moment of it, from the first.
        (MONDAY + timedelta(hours=5), 40 * MINUTE, True),
        (MONDAY + timedelta(hours=5), timedelta(hours=3, minutes=55), True),
        (EVENING - SECOND, 40 * MINUTE, True),
        (EVENING, 40 * MINUTE, False),
        (MORNING - SECOND, 40 * MINUTE, False),
        (MORNING, 40 * MINUTE, True),
    ],
)
async def test_a_late_reply_goes_in_the_day_only(
    post: Post, now: datetime, lateness: timedelta, goes: bool
) -> None:
    ana = await post.meet(ANA)
    post.clock.at = now - lateness
    reply = await said(post, ana, "worker")
    post.clock.at = now
    assert await looks(post) == (["This is worker"] if goes else [])
    assert await post.state(reply) == ("sent" if goes else "new")


@pytest.mark.parametrize(
    "key", ["review.name", "ended_named", "data_see", "copy_piece", "copy_link"]
)
async def test_what_shows_their_words_goes_at_once_or_not_at_all(post: Post, key: str) -> None:
    """By then another person may hold the phone."""
    ana, now = await post.meet(ANA), MONDAY + timedelta(hours=5)
    for lateness, goes in ((9 * MINUTE, True), (11 * MINUTE, False)):
        post.clock.at = now - lateness
        reply = await said(post, ana, key)
        post.clock.at = now
        assert bool(await looks(post)) == goes
        assert await post.state(reply) == ("sent" if goes else "withdrawn")


@pytest.mark.parametrize("tried", [False, True])
async def test_what_waits_for_the_morning_goes_with_it_and_holds_up_no_other_words(
    post: Post, tried: bool
) -> None:
    ana, ben = await post.meet(ANA), await post.meet(BEN)
    post.clock.at = AT_NIGHT - 40 * MINUTE
    reply = await said(post, ana, "worker")
    if tried:
        post.telegram.troubles = [SendError("retry", "503")]
        assert await looks(post) == []
    post.clock.at = AT_NIGHT
    assert await looks(post) == []
    due = select(t.outgoing.c.not_before).where(t.outgoing.c.message == reply)
    assert await post.store.read(lambda c: c.scalar(due)) == MORNING
    await writes(post, ana)
    await said(post, ana, "help")
    await said(post, ben, "danger")
    assert sorted(await looks(post)) == ["This is danger", "This is help"]
    post.clock.at = MORNING - SECOND
    assert await looks(post) == []
    post.clock.at = MORNING
    assert await looks(post) == ["This is worker"]


@pytest.mark.parametrize(
    ("prompted", "lateness", "goes"),
    [(True, 10 * MINUTE, True), (True, 10 * MINUTE + SECOND, False), (False, 0 * MINUTE, False)],
)
async def test_what_is_late_or_unasked_waits_for_the_times_that_the_person_gave(
    post: Post, prompted: bool, lateness: timedelta, goes: bool
) -> None:
    ana, ben = await post.meet(ANA), await post.meet(BEN)
    afternoon = SafeTimes((Window((0,), 14 * 60, 16 * 60),))
    await post.store.write(partial(agree, keys=post.store.keys, who=ana, times=afternoon))
    post.clock.at = MONDAY - lateness
    await said(post, ana, "for ana", prompted=prompted)
    await said(post, ben, "for ben", prompted=prompted)
    post.clock.at = MONDAY
    assert sorted(await looks(post)) == ["This is for ana"] * goes + ["This is for ben"]
    if not goes:
        post.clock.at = TWO - SECOND
        assert await looks(post) == []
        post.clock.at = TWO
        assert await looks(post) == ["This is for ana"]


def agree(connection: Connection, keys: Keys, who: Someone, times: SafeTimes) -> None:
    """These are good times for the person: nothing but what they agreed to is known of them."""
    line = conversations.by_id(connection, keys, [who.conversation])[who.conversation]
    line.conversation = Conversation(safe_times=times)
    state = conversations.sealed_state(line)
    this = t.conversation.c.id == who.conversation
    connection.execute(update(t.conversation).where(this).values(state=state))


async def test_a_reply_that_could_not_be_sent_waits_once_it_is_late(post: Post) -> None:
    """Prompt at the first tries, late at the last: nothing rings in the middle of the night."""
    ana = await post.meet(ANA)
    post.clock.at = AT_NIGHT
    await said(post, ana, "worker")
    post.telegram.troubles = [SendError("retry", "503") for _ in range(100)]
    while post.clock.at <= AT_NIGHT + late.LATE:
        assert await looks(post) == []
        post.clock.tick(minutes=2)
    tries = len(post.telegram.tried)
    assert tries > 5
    post.telegram.troubles = []
    for _ in range(20):
        assert await looks(post) == []
        post.clock.tick(minutes=10)
    assert len(post.telegram.tried) == tries
    post.clock.at = MORNING
    assert await looks(post) == ["This is worker"]


@pytest.mark.parametrize("lateness", [5 * MINUTE, 40 * MINUTE])
async def test_what_may_have_been_sent_is_looked_into_at_any_hour(
    post: Post, lateness: timedelta
) -> None:
    """Whoever got it is not asked to wait for what we know of it."""
    post.clock.at = AT_NIGHT
    await said(post, await post.meet("+447700900001", SMS_ACCOUNT), "worker")
    post.sms.sends_anyway = True
    post.sms.troubles = [SendError("unclear", "timeout")]
    await post.sender.sweep()
    post.clock.at = AT_NIGHT + lateness
    await post.sender.sweep()
    assert (len(post.sms.looked_for), len(post.sms.tried)) == (1, 1)


async def test_what_turns_out_not_to_have_been_sent_waits_once_it_is_late(post: Post) -> None:
    """A log says that it did not go: from then on it is like any other reply that is late."""
    ana = await post.meet("+447700900001", SMS_ACCOUNT)
    post.clock.at = AT_NIGHT
    await said(post, ana, "worker")
    post.sms.troubles = [SendError("unclear", "timeout")]
    await post.sender.sweep()
    post.clock.at = AT_NIGHT + 40 * MINUTE
    await post.sender.sweep()
    assert (len(post.sms.looked_for), post.sms.texts) == (1, [])
    await writes(post, ana)
    await said(post, ana, "help")
    await post.sender.sweep()
    assert post.sms.texts == ["This is help"]
    post.clock.at = MORNING
    await post.sender.sweep()
    assert post.sms.texts == ["This is help", "This is worker"]


async def test_what_may_have_been_sent_waits_too_where_no_log_tells(post: Post) -> None:
    """A process that was killed in the middle of a sending, and is back after a quarter hour."""
    ana = await post.meet(ANA)
    post.clock.at = AT_NIGHT
    await said(post, ana, "worker")
    post.telegram.troubles = [SendError("unclear", "timeout")]
    await post.sender.sweep()
    post.clock.at = AT_NIGHT + 16 * MINUTE
    assert await looks(post) == []
    post.clock.at = MORNING
    assert await looks(post) == ["This is worker"]


# --- And once a newer answer stands --------------------------------------------------------------


async def test_a_late_question_is_withdrawn_in_the_day_and_never_comes_after_a_newer_one(
    post: Post,
) -> None:
    ana = await post.meet(ANA)
    stale = await said(post, ana, "ask.b2")
    post.telegram.troubles = [SendError("retry", "503")]
    assert await looks(post) == []
    post.clock.tick(minutes=40)
    await writes(post, ana)
    await said(post, ana, "ask.b3")
    assert await looks(post) == []  # it would have come before
    assert await post.state(stale) == "withdrawn"
    assert await looks(post) == ["This is ask.b3"]


async def test_a_late_question_goes_where_they_wrote_and_nothing_newer_was_said(
    post: Post,
) -> None:
    ana = await post.meet(ANA)
    await said(post, ana, "ask.b2")
    post.telegram.troubles = [SendError("retry", "503")]
    assert await looks(post) == []
    post.clock.tick(minutes=40)
    await writes(post, ana)
    assert await looks(post) == ["This is ask.b2"]


async def test_a_late_question_goes_where_more_was_said_and_they_did_not_write(post: Post) -> None:
    ana = await post.meet(ANA)
    await said(post, ana, "ask.b2")
    post.telegram.troubles = [SendError("retry", "503")]
    assert await looks(post) == []
    post.clock.tick(minutes=40)
    await said(post, ana, "ask.b3")
    assert await looks(post) == ["This is ask.b2"]
    assert await looks(post) == ["This is ask.b3"]


@pytest.mark.parametrize("tried", [False, True])
async def test_a_question_that_waited_for_the_morning_does_not_come_after_a_newer_one(
    post: Post, tried: bool
) -> None:
    ana = await post.meet(ANA)
    post.clock.at = AT_NIGHT - 40 * MINUTE
    stale = await said(post, ana, "ask.b2")
    if tried:
        post.telegram.troubles = [SendError("retry", "503")]
        assert await looks(post) == []
    post.clock.at = AT_NIGHT
    assert await looks(post) == []
    await writes(post, ana)
    await said(post, ana, "ask.b3")
    assert await looks(post) == ["This is ask.b3"]
    post.clock.at = MORNING
    assert await looks(post) == []
    assert await post.state(stale) == "withdrawn"
