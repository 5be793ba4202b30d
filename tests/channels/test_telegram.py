"""Sending on Telegram, with the real client library against the emulated Bot API."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import TelegramChannel, keyboard
from bot.channels.telegram_updates import Press
from bot.conversation.channel import TELEGRAM, Button, Outgoing, SendError
from tests.emulators.telegram import Telegram

SAM = 7001


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as telegram:
        telegram.person(SAM).wrote = True
        yield telegram


@pytest.fixture
async def channel(tg: Telegram) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel("telegram:1", tg.token, tg.base, seconds=0.5)
    yield made
    await made.close()


def message(text: str = "hello", to: int = SAM, *buttons: Button) -> Outgoing:
    return Outgoing("m1", "telegram:1", str(to), text, buttons)


async def refused(channel: TelegramChannel, out: Outgoing) -> SendError:
    with pytest.raises(SendError) as caught:
        await channel.send(out)
    return caught.value


async def test_words_arrive_as_they_are(tg: Telegram, channel: TelegramChannel) -> None:
    words = "*not* _bold_ <3 [x](http://x) & 🙂"
    number = await channel.send(message(words))
    got = await tg.person(SAM).next()
    assert (got.text, str(got.id)) == (words, number)
    assert "parse_mode" not in got.values
    assert got.values["protect_content"] == "true"
    assert got.values["link_preview_options"] == '{"is_disabled": true}'
    assert got.buttons == []


async def test_buttons_carry_their_codes(tg: Telegram, channel: TelegramChannel) -> None:
    await channel.send(
        message("Where?", SAM, Button("o:q1.a", "At home"), Button("c:skip", "Skip"))
    )
    got = await tg.person(SAM).next()
    assert got.buttons == ["At home", "Skip"]
    assert got.code("At home") == "o:q1.a"


def labels(*buttons: Button) -> list[list[str]]:
    made = keyboard(buttons)
    assert made is not None
    return [[button.text for button in row] for row in made.inline_keyboard]


def test_short_choices_stand_in_pairs_and_commands_in_one_row() -> None:
    choices = [Button(f"o:q1.{n}", f"Choice {n}") for n in range(3)]
    commands = [Button("c:skip", "Skip"), Button("c:pause", "Pause"), Button("c:why", "Why?")]
    assert labels(*choices, *commands) == [
        ["Choice 0", "Choice 1"],
        ["Choice 2"],
        ["Skip", "Pause", "Why?"],
    ]


def test_a_long_choice_has_its_own_row() -> None:
    long = Button("o:q1.a", "With friends or family, for now")
    assert labels(long, Button("o:q1.b", "No")) == [[long.label], ["No"]]


def test_no_buttons_no_keyboard() -> None:
    assert keyboard(()) is None


@pytest.mark.parametrize(
    ("how", "trouble", "code"),
    [
        (
            {"status": 403, "description": "Forbidden: bot was blocked by the user"},
            "stopped",
            "403",
        ),
        ({"status": 403, "description": "Forbidden: user is deactivated"}, "give_up", "403"),
        ({"status": 400, "description": "Bad Request: chat not found"}, "give_up", "400"),
        ({"status": 400, "description": "Bad Request: PEER_ID_INVALID"}, "give_up", "400"),
        ({"status": 400, "description": "Bad Request: can't parse"}, "refused", "400"),
        ({"status": 400, "migrate_to_chat_id": -1007002}, "moved", "migrated"),
        ({"status": 401, "description": "Unauthorized"}, "alarm", "401"),
        ({"status": 500}, "unclear", "network"),
        ({"status": 502}, "unclear", "network"),
        ({"how": "drop"}, "unclear", "network"),
        ({"how": "lose"}, "unclear", "network"),
        ({"how": "junk"}, "unclear", "network"),
        ({"how": "odd"}, "unclear", "answer"),
        ({"how": "hang"}, "unclear", "timeout"),
    ],
    ids=str,
)
async def test_what_a_failure_means(
    tg: Telegram, channel: TelegramChannel, how: dict[str, object], trouble: str, code: str
) -> None:
    tg.fault("sendMessage", **how)  # type: ignore[arg-type]
    error = await refused(channel, message())
    assert (error.trouble, error.code) == (trouble, code)
    # The next message goes out as if nothing had been.
    await channel.send(message("again"))


async def test_telegram_says_how_long_to_wait(tg: Telegram, channel: TelegramChannel) -> None:
    tg.fault("sendMessage", status=429, description="Too Many Requests", retry_after=7)
    error = await refused(channel, message())
    assert (error.trouble, error.retry_after) == ("retry", 7.0)


async def test_what_is_not_listening_was_sent_nothing(tg: Telegram) -> None:
    nowhere = TelegramChannel("telegram:1", tg.token, "http://127.0.0.1:1")
    assert (await refused(nowhere, message())).trouble == "retry"
    await nowhere.close()


async def test_a_lost_answer_may_hide_a_sent_message(
    tg: Telegram, channel: TelegramChannel
) -> None:
    tg.fault("sendMessage", "lose")
    assert (await refused(channel, message("twice?"))).trouble == "unclear"
    assert (await tg.person(SAM).next()).text == "twice?"
    assert await channel.find(message("twice?")) is None


async def test_the_emulator_refuses_as_telegram_does(
    tg: Telegram, channel: TelegramChannel
) -> None:
    tg.person(7009)
    for out, trouble in [
        (message("hello", 7008), "give_up"),
        (message("hello", 7009), "stopped"),
        (message("x" * 4097), "refused"),
        (message(" "), "refused"),
        (message("hello", SAM, Button("x" * 65, "Long")), "refused"),
    ]:
        assert (await refused(channel, out)).trouble == trouble
    await tg.person(SAM).block()
    assert (await refused(channel, message())).trouble == "stopped"


async def test_a_wrong_token_alarms(tg: Telegram) -> None:
    stranger = TelegramChannel("telegram:1", "1:wrong", tg.base)
    assert (await refused(stranger, message())).trouble == "alarm"
    await stranger.close()


async def test_half_a_character_does_not_stop_a_message(
    tg: Telegram, channel: TelegramChannel
) -> None:
    await channel.send(message("half \ud83d"))
    assert (await tg.person(SAM).next()).text == "half \ufffd"


async def test_commands_by_language(tg: Telegram, channel: TelegramChannel) -> None:
    await channel.set_commands({"": [("help", "What I can do")], "es": [("help", "Ayuda")]})
    assert tg.commands["es"] == [{"command": "help", "description": "Ayuda"}]
    assert set(tg.commands) == {"", "es"}


async def test_closing_ends_what_is_under_way(tg: Telegram, channel: TelegramChannel) -> None:
    tg.fault("leaveChat", "hang")
    channel.leave(-7002)
    await tg.called("leaveChat")
    async with asyncio.timeout(0.4):
        await channel.close()


async def test_logs_hold_neither_words_nor_token(
    tg: Telegram, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    # The loggers of the libraries are silenced where logging is set up, not here.
    tg.fault("sendMessage", "junk")
    await refused(channel, message("secret words"))
    tg.fault("answerCallbackQuery", status=500, description="secret words")
    channel.answer(Press("31", SAM, 1))
    await tg.called("answerCallbackQuery")
    await channel.close()
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("bot")]
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert not [line for line in ours + errors if "secret" in line or tg.token in line]


def test_the_traits_are_telegrams() -> None:
    channel = TelegramChannel("telegram:1", "1:x")
    assert channel.traits is TELEGRAM
