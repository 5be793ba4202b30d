"""What Telegram's posts get for an answer, and what is stored of them."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram_arrivals import LIMIT, SECRET_HEADER, announce, webhook
from bot.conversation.channel import Button, Outgoing
from bot.conversation.model import Failed, Wrote
from tests.channels.telegram_house import SECRET, House
from tests.channels.test_telegram_updates import CASES
from tests.emulators.telegram import Telegram

SAM = 7001
HELLO = {
    "update_id": 1,
    "message": {"message_id": 1, "chat": {"id": SAM, "type": "private"}, "text": "hello"},
}


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as telegram:
        yield telegram


@pytest.fixture
async def house(tg: Telegram) -> AsyncIterator[House]:
    async with House(tg) as made:
        await announce(made.channel, made.url, SECRET)
        yield made


async def test_a_text_is_received_and_answered_with_nothing(tg: Telegram, house: House) -> None:
    number = await tg.person(SAM, language="es").text("I need help")
    await tg.settled()
    [envelope] = house.envelopes
    assert envelope.event == Wrote(text="I need help")
    assert (envelope.account, envelope.address, envelope.hint) == ("telegram:1", str(SAM), "es")
    assert (envelope.provider_id, envelope.at.tzinfo) == (f"u{number}", UTC)
    [delivery] = tg.deliveries
    assert (delivery.status, delivery.body) == (200, b"")


async def test_texts_of_one_person_keep_their_order(tg: Telegram, house: House) -> None:
    for number in range(20):
        await tg.person(SAM).text(f"part {number}")
    await tg.settled()
    assert house.texts == [f"part {number}" for number in range(20)]


@pytest.mark.parametrize(
    "secrets", [[], ["wrong"], [SECRET + "x"], [SECRET, SECRET], [SECRET, "wrong"], ["é"], [""]]
)
async def test_without_the_one_right_secret_nothing_happens(
    tg: Telegram, house: House, secrets: list[str]
) -> None:
    headers = [(SECRET_HEADER, secret) for secret in secrets]
    big = b"x" * (LIMIT + 1)
    async with aiohttp.ClientSession() as client:
        for body in (json.dumps(HELLO).encode(), b"{", big):
            async with client.post(house.url, data=body, headers=headers) as answer:
                assert answer.status == 403
    assert (house.envelopes, house.parked) == ([], [])


@pytest.mark.parametrize("secret", ["", "a b", "é", "x" * 257])
async def test_a_secret_that_telegram_would_refuse_is_refused_at_start(
    house: House, secret: str
) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook(house.channel, secret, house.receive, house.park)


async def test_a_body_up_to_the_limit_is_read_and_one_above_is_not(house: House) -> None:
    room = LIMIT - len(json.dumps(HELLO))
    long = HELLO | {"pad": "x" * (room - len(', "pad": ""'))}
    assert len(json.dumps(long)) == LIMIT
    assert await house.post(long) == 200
    assert await house.post(json.dumps(long).encode() + b" ") == 413
    assert (house.texts, house.parked) == (["hello"], [])


async def test_a_packed_body_counts_unpacked(house: House) -> None:
    headers = {SECRET_HEADER: SECRET, "Content-Encoding": "gzip"}
    bodies = {gzip.compress(b" " * 5_000_000): 413, b"not packed at all": 200}
    async with aiohttp.ClientSession() as client:
        for body, status in bodies.items():
            async with client.post(house.url, data=body, headers=headers) as answer:
                assert answer.status == status
    assert len(house.parked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b"9" * 6000,
        b'{"update_id": ' + b"9" * 6000 + b"}",
        b"\xff\xfe\x00",
        b'{"update_id": 1, "message": "\xff"}',
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b'{"update_id": NaN}',
        b'{"update_id": 1e3}',
        b'{"update_id": 1, "update_id": "x"}',
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_what_cannot_be_read_is_set_aside_and_the_next_is_heard(
    house: House, body: bytes
) -> None:
    assert await house.post(body) == 200
    assert (len(house.parked), house.envelopes) == (1, [])
    assert await house.post(HELLO) == 200
    assert house.texts == ["hello"]


async def test_half_characters_become_whole_text(house: House) -> None:
    body = json.dumps(HELLO).replace("hello", "a\\ud83d b\\u0000 \\ud83d\\ude42").encode()
    assert await house.post(body) == 200
    assert house.texts == ["a\ufffd b 🙂"]


async def test_every_case_is_acknowledged(house: House) -> None:
    for case in CASES:
        assert await house.post(case["update"]) == 200, case["what"]
    parked = [case for case in CASES if case["becomes"] == "parked"]
    taken = [c for c in CASES if c["becomes"] != "parked" and c["becomes"].keys() - {"leave"}]
    presses_only = [c for c in taken if not c["becomes"].keys() & {"text", "choice", "stopped"}]
    assert len(house.parked) == len(parked)
    assert len(house.envelopes) == len(taken) - len(presses_only)


@pytest.mark.parametrize("case", [HELLO, *(c["update"] for c in CASES[:3])], ids=str)
async def test_ten_copies_eight_at_once_are_one(house: House, case: dict[str, Any]) -> None:
    statuses = await asyncio.gather(*(house.post(case) for _ in range(8)))
    statuses += [await house.post(case), await house.post(case)]
    assert statuses == [200] * 10
    assert len(house.envelopes) == 1


async def test_while_the_store_is_away_telegram_keeps_the_words(tg: Telegram, house: House) -> None:
    house.away = 3
    await tg.person(SAM).text("hello")
    await tg.settled()
    assert [d.status for d in tg.deliveries] == [503, 503, 503, 200]
    assert tg.deliveries[0].headers["Retry-After"] == "5"
    assert house.texts == ["hello"]


async def test_what_cannot_be_set_aside_is_kept_by_telegram(tg: Telegram, house: House) -> None:
    house.away = 1
    assert await house.post(b"{") == 503
    assert await house.post(b"{") == 200
    assert house.parked == ["{"]


async def test_a_slow_store_is_an_absent_one_but_what_it_began_is_kept(tg: Telegram) -> None:
    async with House(tg, answer_seconds=0.05) as house:
        await announce(house.channel, house.url, SECRET)
        house.open.clear()
        assert await house.post(HELLO) == 503
        house.open.set()
        await house.got(1)
        assert await house.post(HELLO) == 200
        assert house.texts == ["hello"]


async def test_an_unforeseen_error_sets_one_update_aside(tg: Telegram, house: House) -> None:
    house.breaks = RuntimeError("no such thing")
    await tg.person(SAM).text("hello")
    await tg.settled()
    assert [d.status for d in tg.deliveries] == [200]
    assert "hello" in house.parked[0]


async def test_a_press_is_answered_at_once_and_its_keyboard_goes_after(
    tg: Telegram, house: House
) -> None:
    sam = tg.person(SAM)
    await sam.text("hello")
    await tg.settled()
    buttons = (Button("c:skip", "Skip"), Button("o:q1.a", "At home"))
    await house.channel.send(Outgoing("m1", "telegram:1", str(SAM), "Where?", buttons))
    house.open.clear()
    await sam.press("At home")
    await tg.called("answerCallbackQuery")
    assert (await sam.next()).buttons == ["At home", "Skip"]
    house.open.set()
    await tg.settled()
    await tg.until(lambda: not sam.messages[0].buttons)
    assert house.envelopes[1].event == Wrote(choice="o:q1.a")


@pytest.mark.parametrize("how", ["drop", "hang", "junk", "refuse"])
async def test_a_failing_courtesy_loses_no_press(tg: Telegram, house: House, how: Any) -> None:
    tg.fault("answerCallbackQuery", how)
    tg.fault("editMessageReplyMarkup", how)
    await tg.person(SAM).press_code("o:q1.a", message=5)
    await tg.settled()
    assert house.envelopes[0].event == Wrote(choice="o:q1.a")
    await tg.called("editMessageReplyMarkup")


async def test_groups_are_left_and_nothing_is_kept(tg: Telegram, house: House) -> None:
    group = {"id": -7002, "type": "group", "title": "Choir"}
    tg.push({"message": {"message_id": 1, "chat": group, "text": "/start"}})
    await tg.until(lambda: tg.left == [-7002])
    await tg.settled()
    assert (house.envelopes, house.parked) == ([], [])


async def test_blocking_the_bot_stops_the_contact(tg: Telegram, house: House) -> None:
    await tg.person(SAM).block()
    await tg.settled()
    assert house.envelopes[0].event == Failed(message="", why="stopped")
    assert house.envelopes[0].address == str(SAM)
    await tg.person(SAM).unblock()
    await tg.settled()
    assert len(house.envelopes) == 1


async def test_the_webhook_is_set_however_long_it_takes(tg: Telegram) -> None:
    await tg.person(SAM).text("written while we were down")
    tg.fault("setWebhook", status=500, times=2)
    tg.fault("setWebhook", "drop")
    async with House(tg) as house:
        await announce(house.channel, house.url, SECRET, wait=0.01)
        await tg.settled()
        assert house.texts == ["written while we were down"]
    kinds = "message edited_message callback_query my_chat_member"
    assert tg.hook["allowed_updates"] == kinds.split()
    assert "drop_pending_updates" not in tg.hook
