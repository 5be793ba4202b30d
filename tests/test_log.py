"""The log holds ids, never words: whatever happens, at the level that tells most."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import House
from bot.outbound import Sender
from config import logging as ours
from tests.running import BOT_TOKEN, SECRET, SID, TWILIO_TOKEN, Client, house, signed

WORDS = ["zebrafinch", "quicksilver", "periwinkle", "marmalade", "tamarind"]
NUMBER, CHAT = "+447700900123", 700900456
NEVER = [*WORDS, NUMBER, NUMBER[1:], str(CHAT), BOT_TOKEN, SECRET, TWILIO_TOKEN, SID]
LIBRARIES = ("aiohttp", "alembic", "asyncio", "httpcore", "httpx", "sqlalchemy", "telegram")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of the product, at DEBUG; afterwards everything logs as it did before."""
    root, names = logging.getLogger(), [*ours.NOISY, "aiohttp.access"]
    before = root.handlers[:], root.level, logging.raiseExceptions
    levels = {
        name: (logging.getLogger(name).level, logging.getLogger(name).disabled) for name in names
    }
    stream = io.StringIO()
    root.handlers = []
    ours.setup(logging.DEBUG, stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, root.level, logging.raiseExceptions = before
    for name, (level, disabled) in levels.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).disabled = disabled


async def text(client: Client, number: int, words: str) -> None:
    fields = {"AccountSid": SID, "MessageSid": f"SM{number}", "From": NUMBER, "Body": words}
    body, headers = signed("/channels/sms", fields)
    await client.post("/channels/sms", data=body, headers=headers)


async def chat(client: Client, number: int, words: str) -> None:
    sender = {"id": CHAT, "is_bot": False, "first_name": WORDS[0], "username": WORDS[1]}
    message = {
        "message_id": number,
        "date": 1790000000,
        "chat": {"id": CHAT, "type": "private", "first_name": WORDS[0]},
        "from": sender,
        "text": words,
    }
    await update(client, json.dumps({"update_id": number, "message": message}))


async def update(client: Client, body: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    await client.post("/channels/telegram", data=body, headers=headers)


async def talk(built: House, client: Client) -> None:
    """Conversations on both channels whose answers can't be sent, then what nobody can read."""
    sender = Sender(built.store, built.channels, built.inbox, built.clock)
    for number, words in enumerate(["hello", "ok", "ok", "ok", *WORDS, "pause", "delete", "yes"]):
        await text(client, number, f"{words} {NUMBER}" if words in WORDS else words)
        await chat(client, number, words)
        await sender.sweep()
    await update(client, f'{{"update_id": 99, "message": {{"text": "{WORDS[2]}", "chat": 5}}}}')
    await update(client, f"{{ {WORDS[3]}")
    await client.post("/channels/sms", data=f"Body={WORDS[4]}&From={NUMBER}")
    await client.get(f"/desk/{WORDS[0]}?{NUMBER}")
    await client.post("/desk/sign-in", data={"token": WORDS[0]})
    await built.housekeeper.sweep()


async def test_a_transcript_leaves_no_word_in_the_log(log: io.StringIO, tmp_path: Path) -> None:
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)
    async with house(tmp_path / "data") as (built, client):
        await talk(built, client)
    found = log.getvalue()
    lines = [json.loads(line) for line in found.splitlines()]
    assert any(line["log"] == "ownpace.outbound" for line in lines), "it was not listening"
    assert [word for word in NEVER if word in found] == []


async def test_a_step_that_breaks_leaves_no_word_in_the_log(
    log: io.StringIO, tmp_path: Path
) -> None:
    async with house(tmp_path / "data") as (built, client):

        def breaks(*args: object) -> None:
            raise ValueError(f"cannot read {WORDS[0]} of {NUMBER}")

        built.inbox._step = breaks  # type: ignore[assignment]
        await text(client, 1, WORDS[0])
    assert "a step failed" in log.getvalue()
    assert [word for word in NEVER if word in log.getvalue()] == []


def test_libraries_tell_their_place_and_no_more(log: io.StringIO) -> None:
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    logging.getLogger("httpx").info("POST /bot%s/sendMessage", BOT_TOKEN)
    logging.getLogger("urllib3.pool").debug(WORDS[0])
    logging.getLogger("telegram.ext").error("could not read %s", WORDS[0])
    try:
        raise ValueError(WORDS[1])
    except ValueError:
        logging.getLogger("asyncio").exception("never retrieved")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["log"], line["level"]) for line in lines] == [
        ("telegram.ext", "error"),
        ("asyncio", "error"),
    ]
    assert all(line["where"].startswith("test_log.py:") for line in lines)
    assert lines[1]["error"].startswith("ValueError at test_log.py:")
    assert [word for word in NEVER if word in log.getvalue()] == []


def test_what_slips_into_a_message_of_ours_is_blotted_out(log: io.StringIO) -> None:
    said = logging.getLogger("ownpace.test")
    said.warning("to %s by %s with %s", NUMBER, SID, BOT_TOKEN)
    said.warning("+44 7700 900123 and SK%s", "a" * 32)
    events = [json.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert events == [
        "to [redacted] by [redacted] with [redacted]",
        "[redacted] and [redacted]",
    ]


def test_ids_and_codes_stay_readable(log: io.StringIO) -> None:
    said = "message 0190a1b2c3d47e8f9a0b1c2d3e4f5061: give_up 30003 (try 2) at sms.py:120"
    logging.getLogger("ownpace.test").info(said)
    assert json.loads(log.getvalue())["event"] == said


def test_one_event_is_one_line(log: io.StringIO) -> None:
    logging.getLogger("ownpace.test").info('a\r\nb\x1b[2J\u2028{"level": "c"}')
    assert len(log.getvalue().splitlines()) == 1
    assert "\x1b" not in log.getvalue()


def test_a_message_that_cannot_be_put_together_is_told_as_such(log: io.StringIO) -> None:
    logging.getLogger("ownpace.test").warning("%d words", WORDS[0])
    assert "could not be put together" in log.getvalue()
    assert WORDS[0] not in log.getvalue()
