"""Words that waited: which may still be said, which are said again, and which move house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest
from multidict import MultiDict
from sqlalchemy import Connection, Executable, insert, select, update

from bot.channels.sms_hooks import ONCE_MORE, _Hooks, _news
from bot.conversation.channel import Away, Envelope, SendError, SendTrouble
from bot.conversation.model import Delivered, Failed
from store import late
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.posts import Post, until
from tests.recording import MONDAY, SMS_ACCOUNT, Someone, furnish, say
from tests.worlds import harbour

ANA, ASKS = "+447700900001", ("skipped", "ask.b2")
AFTER_EIGHT = MONDAY.replace(hour=20, minute=30)
REFUSES: list[SendTrouble] = ["retry", "unclear"]


@pytest.fixture
async def post(url: str) -> AsyncIterator[Post]:
    store = Store.open(url, Keys(b"k" * 32))
    await store.write(furnish)
    yield Post(store)
    await store.close()


async def said(post: Post, who: Someone, *keys: str, prompted: bool = True) -> str:
    """Queue a message that says these."""
    text, at = f"This is {keys[0]}", post.clock.now()
    make = partial(say, who=who, text=text, not_before=at, prompted=prompted)
    message = await post.store.write(make)
    change = update(t.message).where(t.message.c.id == message).values(said=list(keys))
    await post.store.write(lambda c: c.execute(change) and None)
    return message


def carry_out(connection: Connection, statement: Executable) -> None:
    connection.execute(statement)


async def writes(post: Post, who: Someone) -> None:
    """A moment later the person writes, and then there is more to say."""
    post.clock.tick(seconds=1)
    now = post.clock.now()
    this = t.conversation.c.id == who.conversation
    change = update(t.conversation).where(this).values(last_in_at=now)
    await post.store.write(lambda c: c.execute(change) and None)
    post.clock.tick(seconds=1)


async def sweeps(post: Post, times: int, seconds: float = 7) -> None:
    for _ in range(times):
        await post.sender.sweep()
        post.clock.tick(seconds=seconds)


# --- What waited -------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", REFUSES)
async def test_a_stale_question_does_not_come_before_a_newer_one(
    post: Post, trouble: SendTrouble
) -> None:
    ana = await post.meet("1001")
    stale = await said(post, ana, *ASKS)
    post.telegram.troubles = [SendError(trouble, "503")]
    await post.sender.sweep()
    await writes(post, ana)
    await said(post, ana, "ask.b3")
    await sweeps(post, 4)
    assert post.telegram.texts == ["This is ask.b3"]
    assert await post.state(stale) == "withdrawn"


@pytest.mark.parametrize("keys", [("help", "ask.b2"), ("notice.1",), ("paused",), ("danger",)])
async def test_what_a_person_needs_is_never_withdrawn(post: Post, keys: tuple[str, ...]) -> None:
    ana = await post.meet("1001")
    await said(post, ana, *keys)
    post.telegram.troubles = [SendError("retry", "503")]
    await post.sender.sweep()
    await writes(post, ana)
    await said(post, ana, "ask.b3")
    await sweeps(post, 4)
    assert post.telegram.texts == [f"This is {keys[0]}", "This is ask.b3"]


async def test_the_answer_to_their_last_message_goes_however_late(post: Post) -> None:
    ana = await post.meet("1001")
    await writes(post, ana)
    await said(post, ana, *ASKS)
    post.telegram.troubles = [SendError("retry", "503") for _ in range(20)]
    await sweeps(post, 25, 300)
    assert post.telegram.texts == ["This is skipped"]


@pytest.mark.parametrize(
    ("trouble", "becomes", "heard"),
    [("retry", "sent", ["This is remind"]), ("unclear", "withdrawn", [])],
)
async def test_nothing_is_said_unasked_at_night(
    post: Post, trouble: SendTrouble, becomes: str, heard: list[str]
) -> None:
    """What was surely not sent waits for the morning, and holds up no answer meanwhile."""
    waking = harbour().waking_time
    post.start(waking=lambda service, conversation, at: waking(at))
    ana = await post.meet(ANA, SMS_ACCOUNT)
    post.clock.at = AFTER_EIGHT - timedelta(minutes=31)
    reminder = await said(post, ana, "remind", prompted=False)
    post.sms.troubles = [SendError(trouble, "503")]
    await post.sender.sweep()
    post.clock.at = AFTER_EIGHT
    assert await post.sender.sweep() == 0
    await said(post, ana, "worker")
    await post.sender.sweep()
    assert post.sms.texts == ["This is worker"]
    post.clock.at = MONDAY.replace(hour=9) + timedelta(days=1)
    await post.sender.sweep()
    assert post.sms.texts == ["This is worker", *heard]
    assert await post.state(reminder) == becomes


# --- What may have been sent -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "prompted", "tries", "becomes"),
    [
        (ASKS, True, 2, "sent"),
        (("notice.1",), True, 2, "sent"),
        (("help",), True, 2, "sent"),
        (("remind",), False, 1, "failed"),
        (("delete_done",), True, 1, "failed"),
        (("declined",), True, 1, "failed"),
        (("stopped", "stopped_back"), True, 1, "failed"),
    ],
)
async def test_without_a_log_only_what_is_harmless_is_said_again(
    post: Post, keys: tuple[str, ...], prompted: bool, tries: int, becomes: str
) -> None:
    message = await said(post, await post.meet("1001"), *keys, prompted=prompted)
    post.telegram.troubles = [SendError("unclear", "timeout")]
    await sweeps(post, 5, 60)
    assert len(post.telegram.tried) == tries
    assert await post.state(message) == becomes


async def test_with_a_log_all_of_it_is_looked_up(post: Post) -> None:
    message = await said(post, await post.meet(ANA, SMS_ACCOUNT), "delete_done")
    post.sms.troubles = [SendError("unclear", "timeout")]
    await sweeps(post, 3, 60)
    assert (len(post.sms.looked_for), await post.state(message)) == (1, "sent")


async def test_an_earlier_message_of_the_same_words_is_not_taken_for_it(post: Post) -> None:
    ana = await post.meet(ANA, SMS_ACCOUNT)
    await post.say(ana, "Sorry?")
    await post.sender.sweep()
    post.clock.tick(seconds=7)
    again = await post.say(ana, "Sorry?")
    post.sms.troubles = [SendError("unclear", "reset")]

    async def earlier(out: object) -> str:
        return "ref-1"

    post.sms.find = earlier  # type: ignore[method-assign]
    await sweeps(post, 2)
    assert (post.sms.texts, await post.state(again)) == (["Sorry?", "Sorry?"], "sent")


# --- What has another address ------------------------------------------------------------------


def moved() -> SendError:
    return SendError("moved", "migrated", address="-1007002")


async def test_a_contact_that_moved_is_written_to_at_the_new_address(post: Post) -> None:
    ana = await post.meet("7002")
    post.telegram.troubles = [moved()]
    message = await post.say(ana, "Hello")
    await sweeps(post, 2)
    await post.say(ana, "Still here?")
    await sweeps(post, 2)
    tried = [(out.address, out.text) for out in post.telegram.tried]
    assert tried == [("7002", "Hello"), ("-1007002", "Hello"), ("-1007002", "Still here?")]
    assert post.inbox.events[0] == Delivered(message, "sent", "ref-1")
    hashes = await post.store.read(lambda c: c.scalars(select(t.contact.c.address_hash)).all())
    assert hashes == [post.store.keys.lookup("telegram:harbour", "-1007002")]


@pytest.mark.parametrize("taken", [True, False])
async def test_a_move_that_leads_nowhere_ends(post: Post, taken: bool) -> None:
    if taken:
        await post.meet("-1007002")
    post.telegram.troubles = [moved(), moved()]
    message = await post.say(await post.meet("7002"), "Hello")
    await sweeps(post, 3, 600)
    assert len(post.telegram.tried) == (1 if taken else 2)
    assert post.inbox.events == [Failed(message, "unreachable", "migrated")]


# --- What did not arrive -----------------------------------------------------------------------


async def sent(post: Post, *keys: str) -> tuple[Someone, str]:
    ana = await post.meet(ANA, SMS_ACCOUNT)
    message = await said(post, ana, *keys)
    await post.sender.sweep()
    return ana, message


async def test_a_handset_that_was_off_is_tried_once_more_after_an_hour(post: Post) -> None:
    ana, message = await sent(post, *ASKS)
    news, wait = Failed(message, "unreachable", "30003"), ONCE_MORE["30003"]
    assert wait == 3600
    for _ in range(3):  # call-backs come more than once
        assert await post.sender.again(news, "ref-1", wait)
    assert await post.sender.again(Delivered(message, "sent", "ref-1"), "ref-1", None)
    await post.say(ana, "meanwhile")
    await post.sender.sweep()
    post.clock.tick(seconds=3590)
    assert await post.sender.sweep() == 0
    post.clock.tick(seconds=10)
    await post.sender.sweep()
    assert post.sms.texts == ["This is skipped", "meanwhile", "This is skipped"]
    assert await post.sender.again(news, "ref-1", wait)  # old news
    assert not await post.sender.again(news, "ref-3", wait)  # final
    assert not await post.sender.again(Delivered(message, "delivered", "ref-3"), "ref-3", None)


async def test_it_is_not_tried_again_once_they_have_gone_on(post: Post) -> None:
    ana, message = await sent(post, *ASKS)
    assert await post.sender.again(Failed(message, "failed", "30008"), "ref-1", 300.0)
    await writes(post, ana)
    await said(post, ana, "ask.b3")
    await post.sender.sweep()
    await sweeps(post, 3, 300)
    assert post.sms.texts == ["This is skipped", "This is ask.b3"]
    assert await post.state(message) == "withdrawn"


async def test_it_is_not_tried_again_where_others_may_read_by_now(post: Post) -> None:
    """What was on its way when they asked for plain messages still says who we are."""
    ana, message = await sent(post, "help")
    how = {"language": "en", "channel": "sms", "flow_fingerprint": "f", "shown": [], "reply": "m"}
    plain = {"id": "a1", "kind": "discreet", "value": True, "at": post.clock.now(), **how}
    add = insert(t.agreement).values(conversation=ana.conversation, **plain)
    await post.store.write(lambda c: c.execute(add) and None)
    assert not await post.sender.again(Failed(message, "failed", "30008"), "ref-1", 300.0)


async def test_what_did_not_arrive_after_all_but_did(post: Post) -> None:
    _, message = await sent(post, "help")
    assert await post.sender.again(Failed(message, "failed", "30410"), "ref-1", 300.0)
    arrived = Delivered(message, "delivered", "ref-1")
    assert not await post.sender.again(arrived, "ref-1", None)
    await post.inbox.receive(Envelope(arrived, post.clock.now()))
    await sweeps(post, 3, 600)
    assert (len(post.sms.sent), await post.state(message)) == (1, "delivered")


async def test_the_explanation_and_stopped_contacts_are_not_left_waiting(post: Post) -> None:
    ana, message = await sent(post, "notice.1")
    news = Failed(message, "unreachable", "30003")
    assert not await post.sender.again(news, "ref-1", 3600.0)
    change = update(t.message).values(said=["help"])
    await post.store.write(lambda c: c.execute(change) and None)
    await post.close_contact(ana)
    assert not await post.sender.again(news, "ref-1", 3600.0)
    assert not await post.sender.again(news, "ref-2", 3600.0)
    assert not await post.sender.again(Failed("nobody's", "failed", "30008"), "x", 300.0)


async def test_news_waits_until_the_sending_is_recorded(post: Post) -> None:
    message = await said(post, await post.meet(ANA, SMS_ACCOUNT), "help")
    post.sms.open.clear()
    sweep = asyncio.create_task(post.sender.sweep())
    await until(lambda: post.sms.calls == 1)
    news = Failed(message, "failed", "30008")
    again = asyncio.create_task(post.sender.again(news, "ref-1", 300.0))
    assert not (await asyncio.wait({again}, timeout=0.2))[0]
    post.sms.open.set()
    assert await again
    await sweep
    assert await post.state(message) == "new"


# --- News in any order -------------------------------------------------------------------------

RANKS = {"sent": 1, "failed": 2, "delivered": 3}
CODES = {"undelivered": "30008", "failed": "30007"}


@pytest.mark.parametrize(
    "statuses",
    [
        ("queued", "sending", "sent", "delivered", "read"),
        ("sent", "failed", "delivered", "sent", "teleported"),
        ("sent", "undelivered", "delivered", "sending", "undelivered"),
    ],
)
async def test_news_in_any_order_never_moves_a_message_back(
    post: Post, statuses: tuple[str, ...]
) -> None:
    """Every one of the 120 orders of five pieces of news."""
    hooks = _Hooks(None, post.inbox.receive, post.clock.now, None, post.sender.again)  # type: ignore[arg-type]
    hooks._channel = type("Ours", (), {"account": type("Sms", (), {"id": SMS_ACCOUNT})})  # type: ignore[assignment]
    _, message = await sent(post, "help")
    reset = {"state": "sent", "provider_ref": "SM1", "attempts": 1}
    for order in permutations(statuses):
        await post.store.write(partial(carry_out, statement=update(t.outgoing).values(**reset)))
        fresh = update(t.message).values(failed_code="", failed_at=None, delivered_at=None)
        await post.store.write(partial(carry_out, statement=fresh))
        states = []
        for status in order:
            form = MultiDict(
                MessageSid="SM1", MessageStatus=status, ErrorCode=CODES.get(status, "")
            )
            if event := _news(form, message):
                await hooks._heard(event, "SM1")
            states.append(await post.state(message))
        ranks = [RANKS[state] for state in states if state != "new"]
        assert ranks == sorted(ranks), order
        assert states[-1] == "delivered", order


async def test_without_a_database_no_news_is_lost(post: Post) -> None:
    """The web hook is answered with 503, and the provider or the log tells it again."""

    async def away(event: object, sid: str, seconds: float | None) -> bool:
        raise Away

    hooks = _Hooks(None, post.inbox.receive, post.clock.now, None, away)  # type: ignore[arg-type]
    with pytest.raises(Away):
        await hooks._heard(Failed("m", "failed", "30008"), "SM1")
    assert post.inbox.events == []


def test_what_is_confirmed_once_is_not_what_is_asked() -> None:
    assert not late.ONCE & late.LEADS
