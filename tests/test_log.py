"""The log holds ids, never words: whatever happens, at the level that tells most."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import way_in
from bot.conversation.channel import Outgoing, SendError
from bot.house import House
from bot.outbound import Sender
from config import logging as ours
from tests.running import BOT_TOKEN, SECRET, SID, TWILIO_TOKEN, Client, house, signed

WORDS = ["zebrafinch", "quicksilver", "periwinkle", "marmalade", "tamarind"]
NUMBER, CHAT = "+447700900123", 700900456
# The number as people write it; the parts that stand in several of these are looked for alone.
SHAPES = [
    NUMBER,
    "447700900123",
    "00447700900123",
    "07700900123",
    "+44 7700 900123",
    "07700 900 123",
    "(07700) 900-123",
    "%2B447700900123",
]
PARTS = ["7700900123", "7700 900123", "7700 900 123", "900-123"]
NEVER = [*WORDS, *PARTS, str(CHAT), BOT_TOKEN, SECRET, TWILIO_TOKEN, SID]
LIBRARIES = ("aiohttp", "alembic", "asyncio", "httpcore", "httpx", "sqlalchemy", "telegram")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of the product, at DEBUG; afterwards everything logs as it did before."""
    root, names = logging.getLogger(), [*ours.NOISY, "aiohttp.access"]
    before = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {
        name: (logging.getLogger(name).level, logging.getLogger(name).disabled) for name in names
    }
    stream = io.StringIO()
    root.handlers = []
    ours.setup(logging.DEBUG, stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, root.level, logging.raiseExceptions = before
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
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


def everybody_talks() -> None:
    """Every logger of every library that is loaded, at the level that tells most."""
    for name in logging.root.manager.loggerDict:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).disabled = False


async def sign_in(built: House, client: Client) -> str:
    """A caseworker's session id."""
    made = partial(way_in.first_link, at=built.clock.now())
    token = await built.store.write(made)
    answer = await client.post(
        "/desk/sign-in",
        data={"token": token},
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    )
    cookies = SimpleCookie(answer.headers["Set-Cookie"])
    return next(iter(cookies.values())).value


def breaking(*args: object, **more: object) -> None:
    raise ValueError(f"cannot take {WORDS[0]} of {' and '.join(SHAPES)} with {BOT_TOKEN}")


# What breaks: parts of the house, and their names in it.
POINTS = {
    "a step": ["inbox._step"],
    "a rendering": ["inbox._render"],
    "a commit": ["inbox.batch"],
    "setting aside": ["inbox.batch", "inbox.park"],
    "the store": ["store.write"],
}


@pytest.mark.parametrize("point", POINTS)
async def test_canaries_are_nowhere(
    log: io.StringIO, tmp_path: Path, capfd: pytest.CaptureFixture[str], point: str
) -> None:
    """Talks on both channels, then with something broken: log, output, /metrics, errors."""
    async with house(tmp_path / "data") as (built, client):
        everybody_talks()
        session = await sign_in(built, client)
        await talk(built, client)
        for part, _, name in (place.partition(".") for place in POINTS[point]):
            setattr(getattr(built, part), name, breaking)
        for number, shape in enumerate(SHAPES, 200):
            await text(client, number, f"{WORDS[0]} {shape}")
            await chat(client, number, f"{WORDS[1]} {shape}")
        await client.get(f"/desk/{WORDS[0]}?{NUMBER}", headers={"Cookie": f"a={session}"})
        told = await (await client.get("/metrics")).text() + await trouble(built)
    out, err = capfd.readouterr()
    found = log.getvalue() + out + err + told
    assert "ownpace_taken_total" in found
    assert log.getvalue().count("failed") + log.getvalue().count("can't be stored") > 0
    assert [never for never in [*NEVER, *SHAPES, session] if never in found] == []
    assert all(json.loads(line) for line in log.getvalue().splitlines())


async def trouble(built: House) -> str:
    """What the errors of our own channels say of themselves, and things in an operator's hands."""
    said = [repr(built.plan.settings), repr(built.plan.settings.twilio)]
    for id, channel in built.channels.items():
        out = Outgoing("m1", id, NUMBER if id.startswith("sms") else str(CHAT), WORDS[0])
        try:
            await channel.send(out)
        except SendError as error:
            said += [str(error), repr(error), repr(error.__cause__)]
        said.append(repr(out) + repr(channel))
    # The account's own number and SID are the operator's, in settings that they print themselves.
    return " ".join(said).replace(SID, "")


def test_what_nobody_catches_is_told_without_its_words(
    log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    thread = threading.Thread(target=breaking)
    thread.start()
    thread.join()
    try:
        breaking()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["critical"] * 2
    assert all(line["error"].startswith("ValueError at test_log.py:") for line in lines)
    found = log.getvalue() + "".join(capfd.readouterr())
    assert [never for never in NEVER if never in found] == []


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


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[0] in "+0("])
def test_a_number_in_a_message_of_ours_is_blotted_out(log: io.StringIO, shape: str) -> None:
    logging.getLogger("ownpace.test").warning("to %s, twice", shape)
    assert json.loads(log.getvalue())["event"] == "to [redacted], twice"


LINES: list[tuple[type[logging.Formatter], Callable[[str], object]]] = [
    (ours.JsonLines, json.loads),
    (ours.TextLines, str.isprintable),
]


@given(st.text() | st.sampled_from(['a\r\nb\x1b[2J\u2028{"level": "c"}', '"}\n{"', "\x85\ud800"]))
def test_one_event_is_one_line(words: str) -> None:
    for form, is_well in LINES:
        record = logging.LogRecord("ownpace.test", logging.INFO, "x.py", 1, words, None, None)
        told = form().format(record)
        assert len(told.splitlines()) == 1
        assert is_well(told)
        told.encode()


def test_a_message_that_cannot_be_put_together_is_told_as_such(log: io.StringIO) -> None:
    logging.getLogger("ownpace.test").warning("%d words", WORDS[0])
    assert "could not be put together" in log.getvalue()
    assert WORDS[0] not in log.getvalue()
