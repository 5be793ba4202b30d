"""After an unclear answer: is the text in Twilio's log, or was it never sent?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.channel import SendError
from tests.channels.sms_house import PERSON, House, outgoing, sms_house
from tests.emulators.twilio_log import Fault


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with sms_house() as house:
        yield house


async def test_a_lost_answer_is_found_in_the_log(house: House) -> None:
    house.twilio.fail(Fault(accepted=True))
    out = outgoing("Are you there?")
    with pytest.raises(SendError, match="unclear"):
        await house.channel.send(out)
    found = await house.channel.find(out)
    assert found == house.twilio.sent[0].sid


async def test_what_never_got_there_is_not_found(house: House) -> None:
    out = outgoing("Are you there?")
    await house.channel.send(outgoing("Another text"))
    await house.channel.send(outgoing("Are you there?", "+447700900002"))
    await house.twilio.phone(PERSON).text("Are you there?")
    assert await house.channel.find(out) is None


async def test_an_earlier_text_of_the_same_words_is_not_taken_for_it(house: House) -> None:
    out = outgoing("Are you there?")
    assert out.begun_at is not None
    await house.channel.send(out)
    later = replace(out, begun_at=out.begun_at + timedelta(minutes=5))
    assert await house.channel.find(later) is None
    assert await house.channel.find(replace(out, begun_at=None)) is None


async def test_the_log_is_read_page_by_page(house: House) -> None:
    house.twilio.rest.page_size = 2
    out = outgoing("The first")
    sid = await house.channel.send(out)
    for n in range(5):
        await house.channel.send(outgoing(f"Text {n}"))
    assert await house.channel.find(out) == sid


async def test_a_log_that_cannot_be_read_leaves_it_unclear(house: House) -> None:
    house.twilio.fail(Fault(500), method="GET")
    with pytest.raises(SendError, match="unclear"):
        await house.channel.find(outgoing())


@pytest.mark.parametrize("seconds", [-20, 20])
async def test_a_clock_that_is_a_little_off_still_finds_it(house: House, seconds: int) -> None:
    out = outgoing("Are you there?")
    assert out.begun_at is not None
    sid = await house.channel.send(out)
    assert (
        await house.channel.find(replace(out, begun_at=out.begun_at + timedelta(seconds=seconds)))
        == sid
    )


async def test_other_quotes_and_dashes_are_the_same_words(house: House) -> None:
    sid = await house.channel.send(outgoing('It\'s "you" - 1...'))
    assert await house.channel.find(outgoing("It’s “you” – 1…")) == sid
    assert await house.channel.find(outgoing("It’s “you” – 2…")) is None
