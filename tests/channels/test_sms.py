"""A text that comes in, and news of one that went out: the two web hooks of Twilio."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from multidict import MultiDict

from bot.channels.sms_hooks import AWAY_AGAIN, AWAY_MOST, _AwayText
from bot.conversation.channel import Envelope
from bot.conversation.model import Delivered, Failed, Wrote
from tests.channels.sms_house import NOW, OURS, PERSON, PUBLIC, TROUBLE, House, outgoing, sms_house
from tests.emulators.twilio import Twilio
from tests.emulators.twilio_hooks import Answer
from tests.emulators.twilio_log import NEVER, Message

EMPTY = Answer(200, "<Response/>", "text/xml")
SID = f"SM{'1' * 32}"
STATUS = f"{PUBLIC}/channels/sms/status?m=0123abc"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with sms_house() as house:
        yield house


async def test_a_text_comes_in(house: House) -> None:
    assert await house.twilio.text_in(PERSON, "I need to talk", sid=SID) == EMPTY
    wrote = Wrote("I need to talk")
    assert house.heard.envelopes == [Envelope(wrote, NOW, OURS.id, PERSON, SID)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "  two spaces and a line\n",
        "naïve – “quoted” 🌻",
        "a\0b",
        "مرحبا",
        "a=b&c;d+e%41",
        "\u202e!",
    ],
)
async def test_the_words_stay_as_they_are(house: House, body: str) -> None:
    await house.twilio.text_in(PERSON, body)
    assert house.events == [Wrote(body)]


async def test_pictures_and_sounds_are_named_by_kind(house: House) -> None:
    await house.twilio.text_in(PERSON, "", media=["image/jpeg", "audio/amr"])
    assert house.events == [Wrote("", media=("image/jpeg", "audio/amr"))]


async def test_the_carriers_own_words_come_in_like_any_other(house: House) -> None:
    await house.twilio.phone(PERSON).text("stop")
    await house.twilio.text_in(PERSON, "arrêter", OptOutType="STOP")
    assert house.events == [Wrote("stop"), Wrote("STOP")]


async def test_ten_copies_eight_at_once_are_one_text(house: House) -> None:
    copies = [house.twilio.text_in(PERSON, "hi", sid=SID) for _ in range(8)]
    answers = [*await asyncio.gather(*copies)]
    answers += [await house.twilio.text_in(PERSON, "hi", sid=SID) for _ in range(2)]
    assert answers == [EMPTY] * 10
    assert len(house.events) == 1


@pytest.mark.parametrize("sender", ["", "YourBank", "60777", "+123456", "whatsapp:US.1234"])
async def test_whoever_cannot_be_answered_is_not_heard(house: House, sender: str) -> None:
    assert await house.twilio.text_in(sender, "Your parcel") == EMPTY
    assert house.events == []


async def test_a_text_without_an_id_is_not_taken(house: House) -> None:
    assert (await house.twilio.text_in(PERSON, "hi", MessageSid="")).status == 400
    assert house.events == []


async def test_another_account_is_refused(house: House) -> None:
    answer = await house.twilio.text_in(PERSON, "hi", AccountSid=f"AC{'b' * 32}")
    assert (answer.status, house.events) == (403, [])


async def test_while_the_store_is_away_one_sentence_an_hour(house: House) -> None:
    house.heard.away = True
    phone, other = house.twilio.phone(PERSON), house.twilio.phone("+447700900002")
    assert (await phone.text("hello?")).status == 200
    await phone.text("is anyone there")
    house.seconds[0] = AWAY_AGAIN - 1
    await phone.text("hello")
    assert phone.unread == [TROUBLE]
    await other.text("hi")
    house.seconds[0] = AWAY_AGAIN
    await phone.text("still not?")
    assert (phone.unread, other.unread) == ([TROUBLE, TROUBLE], [TROUBLE])
    house.heard.away = False
    assert await phone.text("now?") == EMPTY


async def test_nobody_who_wrote_stop_is_answered_while_the_store_is_away(house: House) -> None:
    house.heard.away = True
    assert await house.twilio.text_in(PERSON, " Stop ") == EMPTY


def test_what_is_remembered_of_that_has_an_end() -> None:
    away = _AwayText(TROUBLE, lambda: 0.0)
    told = [away.for_(str(n)) for n in range(AWAY_MOST + 1)]
    assert told == [TROUBLE] * (AWAY_MOST + 1)
    assert (away.for_("1"), away.for_("0")) == ("", TROUBLE)


@pytest.mark.parametrize(
    ("status", "code", "event"),
    [
        ("sent", "", Delivered("0123abc", "sent", SID)),
        ("delivered", "", Delivered("0123abc", "delivered", SID)),
        ("read", "", Delivered("0123abc", "delivered", SID)),
        ("undelivered", "30003", Failed("0123abc", "unreachable", "30003")),
        ("failed", "30008", Failed("0123abc", "failed", "30008")),
        ("failed", "21610", Failed("0123abc", "stopped", "21610")),
        ("failed", "99999", Failed("0123abc", "failed", "99999")),
        ("failed", "<b>", Failed("0123abc", "failed", "")),
        ("failed", "", Failed("0123abc", "failed", "")),
        ("queued", "", None),
        ("accepted", "", None),
        ("sending", "", None),
        ("teleported", "", None),
        ("", "", None),
    ],
)
async def test_what_a_status_means(house: House, status: str, code: str, event: object) -> None:
    form = house.twilio.hooks.status(Message(PERSON, "", "", status=status, sid=SID))
    form["ErrorCode"] = code
    assert (await house.twilio.hooks.post(STATUS, form)).status == 204
    assert house.events == ([event] if event else [])


@pytest.mark.parametrize("query", ["", "?m=", "?m=%00", "?m=" + "a" * 65, "?x=1", "?m=%FF", "?m=é"])
async def test_news_of_a_message_that_is_not_ours(house: House, query: str) -> None:
    form = house.twilio.hooks.status(Message(PERSON, "", "", status="delivered"))
    answer = await house.twilio.hooks.post(f"{PUBLIC}/channels/sms/status{query}", form)
    # The last one is signed as written and sent as UTF-8 in hexadecimal, which is another address.
    assert answer.status == (403 if query == "?m=é" else 204)
    assert house.events == []


async def test_news_while_the_store_is_away_may_come_again(house: House) -> None:
    house.heard.away = True
    form = house.twilio.hooks.status(Message(PERSON, "", "", status="delivered"))
    assert (await house.twilio.hooks.post(STATUS, form)).status == 503


async def test_a_status_for_another_account_is_refused(house: House) -> None:
    form = house.twilio.hooks.status(Message(PERSON, "", "", status="delivered"))
    form["AccountSid"] = f"AC{'b' * 32}"
    assert (await house.twilio.hooks.post(STATUS, form)).status == 403
    assert house.events == []


async def test_news_comes_late_and_in_any_order(house: House) -> None:
    house.twilio.delivery = NEVER
    await house.channel.send(outgoing())
    [message] = house.twilio.sent
    for status in ("delivered", "sent", "delivered"):
        assert (await house.twilio.call_back(message, status)).status == 204
    assert len(house.events) == 3, "the inbox ranks them"


async def test_no_word_and_no_number_in_our_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.twilio.text_in(PERSON, "Marigold")
    house.heard.away = True
    await house.twilio.text_in(PERSON, "Marigold")
    assert "the store is away" in caplog.text
    assert not [word for word in ("Marigold", PERSON[1:]) if word in caplog.text]


async def test_a_product_that_is_down_is_no_error_of_the_emulator() -> None:
    async with Twilio() as twilio:
        twilio.reach(PUBLIC, "http://127.0.0.1:1")
        assert await twilio.text_in(PERSON, "hi") == Answer(0)
        assert await twilio.hooks.post(STATUS, MultiDict(a="b")) == Answer(0)
