"""Sending a text: Twilio's library against the emulator, and what each trouble means."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.sms import VALIDITY, SmsChannel
from bot.channels.twilio_api import send_error
from bot.conversation.channel import Channel, SendError
from bot.conversation.model import Delivered, Failed
from tests.channels.sms_house import OURS, PERSON, PUBLIC, House, channel_to, outgoing, sms_house
from tests.emulators.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.emulators.twilio_log import NEVER, SENT, Fault, undelivered

CODES = json.loads((Path(__file__).parent.parent / "vectors/twilio_errors.json").read_text())
PROBLEM = json.dumps({"type": "t", "title": "Too much", "status": 400, "code": 21610})


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with sms_house() as house:
        yield house


async def trouble(house: House, text: str = "Hello.") -> SendError:
    with pytest.raises(SendError) as caught:
        await house.channel.send(outgoing(text))
    return caught.value


async def test_a_text_arrives_and_news_of_it_comes_back(house: House) -> None:
    channel: Channel = house.channel
    sid = await channel.send(outgoing("How are you?"))
    assert await house.twilio.phone(PERSON).next() == "How are you?"
    await house.twilio.settled()
    assert house.events == [
        Delivered("0123abc", "sent", sid),
        Delivered("0123abc", "delivered", sid),
    ]
    assert [status for _, _, status in house.twilio.callbacks] == [204, 204]


async def test_what_twilio_is_asked(house: House) -> None:
    await house.channel.send(outgoing("How are you?"))
    assert house.twilio.rest.requests == [
        (
            "POST",
            {
                "To": PERSON,
                "From": NUMBER,
                "Body": "How are you?",
                "StatusCallback": f"{PUBLIC}/channels/sms/status?m=0123abc",
                "ValidityPeriod": str(VALIDITY),
            },
        )
    ]


async def test_a_messaging_service_sends() -> None:
    service = f"MG{'1' * 32}"
    async with sms_house(service) as house:
        await house.channel.send(outgoing())
        [(_, asked)] = house.twilio.rest.requests
        assert (asked["MessagingServiceSid"], "From" in asked) == (service, False)
        assert house.twilio.sent[0].service == service


async def test_a_handset_that_is_off(house: House) -> None:
    house.twilio.delivery = undelivered(30003)
    sid = await house.channel.send(outgoing())
    await house.twilio.settled()
    assert house.events == [
        Delivered("0123abc", "sent", sid),
        Failed("0123abc", "unreachable", "30003"),
    ]
    assert house.twilio.phone(PERSON).unread == []


async def test_no_news_of_delivery(house: House) -> None:
    house.twilio.deliveries = {PERSON: SENT, "+447700900002": NEVER}
    await house.channel.send(outgoing())
    await house.channel.send(outgoing(address="+447700900002"))
    await house.twilio.settled()
    assert [type(event).__name__ for event in house.events] == ["Delivered"]


async def test_after_stop_the_contact_is_stopped_until_start(house: House) -> None:
    phone = house.twilio.phone(PERSON)
    await phone.text("Stop")
    assert (await trouble(house)).trouble == "stopped"
    await phone.text("START")
    await house.channel.send(outgoing("Welcome back"))
    assert await phone.next() == "Welcome back"


@pytest.mark.parametrize(("code", "means"), CODES["send"].items())
async def test_what_twilios_codes_mean(house: House, code: str, means: str) -> None:
    house.twilio.fail(Fault(400, int(code)))
    caught = await trouble(house)
    assert (caught.trouble, caught.code) == (means, code)


@pytest.mark.parametrize(
    ("fault", "means", "code"),
    [
        (Fault(500, 20500), "unclear", "20500"),
        (Fault(503, text="<html>busy"), "unclear", "503"),
        (Fault(408, text=""), "unclear", "408"),
        (Fault(401, 20003), "alarm", "20003"),
        (Fault(404, text="no such path"), "alarm", "404"),
        (Fault(400, text=PROBLEM), "stopped", "21610"),
        (Fault(201, text="not json"), "unclear", "JSONDecodeError"),
        (Fault(201, text="[1]"), "unclear", "AttributeError"),
        (Fault(201, text="{}"), "unclear", "no sid"),
        (Fault(), "unclear", "ServerDisconnectedError"),
        (Fault(accepted=True), "unclear", "ServerDisconnectedError"),
    ],
)
async def test_what_other_answers_mean(house: House, fault: Fault, means: str, code: str) -> None:
    house.twilio.fail(fault)
    caught = await trouble(house)
    assert (caught.trouble, caught.code) == (means, code)
    assert len(house.twilio.rest.requests) == 1, "never sent twice by itself"


@pytest.mark.parametrize(("header", "after"), [("7", 7.0), ("", 0.0), ("soon", 0.0)])
async def test_too_many_at_once(house: House, header: str, after: float) -> None:
    house.twilio.fail(Fault(429, 20429, {"Retry-After": header} if header else {}))
    caught = await trouble(house)
    assert (caught.trouble, caught.retry_after) == ("retry", after)
    await house.channel.send(outgoing())


@pytest.mark.parametrize("accepted", [True, False])
async def test_silence_is_unclear(accepted: bool) -> None:
    async with sms_house(seconds=0.05) as house:
        house.twilio.fail(Fault(hangs=True, accepted=accepted))
        async with asyncio.timeout(5):
            assert (await trouble(house)).trouble == "unclear"


async def test_nobody_there_means_not_sent(house: House) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = SmsChannel(
        account=OURS,
        account_sid=ACCOUNT,
        auth_tokens=(TOKEN,),
        sender=NUMBER,
        public_url=PUBLIC,
        api_base=f"http://127.0.0.1:{port}",
    )
    with pytest.raises(SendError, match="retry"):
        await channel.send(outgoing())
    await channel.close()


async def test_a_wrong_token_is_an_alarm(house: House) -> None:
    channel = channel_to(house.twilio, tokens=("old",))
    with pytest.raises(SendError, match="alarm 20003"):
        await channel.send(outgoing())
    await channel.close()


async def test_sixteen_at_once(house: House) -> None:
    people = [f"+4477009001{n:02}" for n in range(16)]
    sids = await asyncio.gather(
        *(house.channel.send(outgoing(f"To {p}", p)) for p in people),
    )
    assert len(set(sids)) == 16
    assert [await house.twilio.phone(p).next() for p in people] == [f"To {p}" for p in people]


async def test_no_word_and_no_number_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.twilio.fail(Fault(400, 21211))
    out = outgoing("Marigold")
    await trouble(house, out.text)
    await house.channel.send(out)
    await house.channel.find(out)
    await house.twilio.settled()
    assert not [word for word in ("Marigold", PERSON[1:], TOKEN) if word in caplog.text]


def test_an_error_says_only_its_code() -> None:
    error = send_error(ValueError("Marigold"))
    assert (str(error), error.trouble) == ("unclear ValueError", "unclear")


async def test_the_emulator_refuses_what_twilio_refuses() -> None:
    async with Twilio() as twilio:
        channel = channel_to(twilio)
        for text, number, code in (
            ("x" * 1601, PERSON, "21617"),
            ("", PERSON, "21602"),
            ("hi", "nobody", "21211"),
        ):
            with pytest.raises(SendError, match=code):
                await channel.send(outgoing(text, number))
        assert twilio.sent == []
        await channel.close()
