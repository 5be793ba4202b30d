"""What one update of Telegram becomes. The cases are in tests/vectors/telegram_updates.json."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram_updates import Reading, Unreadable, read, sound, without_slash
from bot.conversation.model import Failed, Wrote

Json = dict[str, Any]
CASES = json.loads((Path(__file__).parent.parent / "vectors/telegram_updates.json").read_text())
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SERVED = {"message", "edited_message", "callback_query", "my_chat_member"}


def becomes(update: object) -> Json | str:
    """What `read` makes of an update, in the words of the cases."""
    try:
        return in_words(read(update, "telegram:1", NOW))
    except Unreadable:
        return "parked"


def in_words(reading: Reading) -> Json:
    found: Json = {}
    if reading.envelope and isinstance(event := reading.envelope.event, Wrote):
        found = {"choice": event.choice} if event.choice else {"text": event.text}
        found |= {"media": list(event.media)} if event.media else {}
    elif reading.envelope:
        found = {"stopped": reading.envelope.event == Failed(message="", why="stopped")}
    if reading.press:
        found["press"] = [reading.press.query, reading.press.chat, reading.press.message]
    if reading.leave is not None:
        found["leave"] = reading.leave
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_an_update_becomes(case: Json) -> None:
    assert becomes(case["update"]) == case["becomes"]


def test_the_cases_hold_each_kind_that_telegram_has() -> None:
    kinds = {kind for case in CASES for kind in case["update"]} - {"update_id"}
    assert len(kinds) >= 25
    assert kinds >= SERVED


def test_who_it_is_about_stands_on_the_envelope() -> None:
    update = next(case["update"] for case in CASES if case["what"] == "words")
    envelope = read(update, "telegram:1", NOW).envelope
    assert envelope is not None
    assert (envelope.account, envelope.address) == ("telegram:1", "7001")
    assert (envelope.provider_id, envelope.hint) == (f"u{update['update_id']}", "es")
    assert envelope.at == NOW


@pytest.mark.parametrize("tag", ["", "e", "en us", "x" * 36, 5, None, ["en"], "\ud800"])
def test_a_language_that_is_none_is_no_hint(tag: object) -> None:
    user = {"id": 7001, "language_code": tag}
    message = {"chat": {"id": 7001, "type": "private"}, "from": user, "text": "hello"}
    envelope = read({"update_id": 1, "message": message}, "telegram:1", NOW).envelope
    assert envelope is not None
    assert envelope.hint == ""


@pytest.mark.parametrize("update", [None, [], "x", 5, True, [{}], {"update_id": 2**63}, {}])
def test_what_is_no_update_is_unreadable(update: object) -> None:
    assert becomes(update) == "parked"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Olá, ¿qué tal? 🙂", "Olá, ¿qué tal? 🙂"),
        ("a\x00b", "ab"),
        ("half \ud83d only", "half \ufffd only"),
        ("\ud83d\ude42 in halves", "🙂 in halves"),
        ("‮rtl", "‮rtl"),
    ],
)
def test_text_can_always_be_stored(text: str, clean: str) -> None:
    assert sound(text) == clean
    sound(text).encode()


def test_a_command_with_words_is_only_one_that_we_know() -> None:
    assert without_slash("/delete all of it") == "delete all of it"
    assert without_slash("/dev/null is where it went") == "/dev/null is where it went"
    assert without_slash("/us two") == "/us two"


@pytest.mark.parametrize(
    ("seconds", "kept"), [(0, False), (119, False), (121, True), (86400, True), (10**9, False)]
)
def test_words_that_waited_at_telegram_keep_their_time(seconds: int, kept: bool) -> None:
    at = NOW - timedelta(seconds=seconds)
    chat = {"id": 7001, "type": "private"}
    message = {"chat": chat, "from": {"id": 7001}, "text": "hello", "date": int(at.timestamp())}
    envelope = read({"update_id": 1, "message": message}, "telegram:1", NOW).envelope
    assert envelope is not None
    assert envelope.written_at == (at if kept else None)
