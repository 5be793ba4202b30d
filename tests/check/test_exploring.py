"""What the explorer says of a walk: bounds, what it looks at, transcripts that can be played."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from bot.check.alphabet import TALKING
from bot.check.exploring import explore_all, walk
from bot.check.transcripts import transcript
from bot.check.walk import Walker
from bot.check.walk_kinds import LOOKED_FOR
from bot.check.walk_node import Act
from bot.check.walk_small import cut
from bot.conversation.engine import respond
from bot.conversation.model import Conversation, Event, Turn, World, Wrote
from tests.play import play
from tests.worlds import world

CORE = Path(__file__).parents[2] / "bot" / "conversation"


def test_a_transcript_of_a_walk_can_be_played() -> None:
    walker = Walker(world(), "en", "sms")
    acts = [Act(f"> {text}", "words", Wrote(text)) for text in ("hello", "OK", "OK", "OK", "SKIP")]
    lines = transcript(walker, acts)
    played = [line for line in play(world(), "\n".join(lines)) if not line.startswith("= ")]
    assert list(lines) == played


def test_a_walk_says_where_its_bound_ended_it() -> None:
    walker = Walker(cut(world()), "en", "sms")
    found = walk(walker, 1, 50, "cut short")
    assert "stopped after 50 events" in found.cut_off[-1]


def test_the_walk_ends_by_itself_on_each_channel() -> None:
    for channel in ("sms", "telegram"):
        found = walk(Walker(cut(world(3)), "en", channel), 0, 60_000, "cut short")
        assert found.states > 20
        assert not found.cut_off


@pytest.mark.parametrize("channel", ["sms", "telegram"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_tells_where_others_may_read(language: str, channel: str) -> None:
    """Every kind of conversation near the way, times everything that may happen to it."""
    plain: list[Conversation] = []

    def watched(home: World, before: Conversation, event: Event, now: datetime) -> Turn:
        turn = respond(home, before, event, now)
        plain.extend([turn.conversation] if turn.says and turn.conversation.discreet else [])
        return turn

    found = walk(Walker(cut(world()), language, channel, watched), 1, 120_000, "cut short")
    assert [f for f in found.findings if f.rule in ("R-C2", "R-C4", "R-E3")] == []
    assert not found.cut_off
    assert {c.standing for c in plain} >= {*TALKING[1:], "paused", "stopped", "ended", "erased"}
    assert {bool(c.code) for c in plain} == {True, False}


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_what_ships_keeps_every_promise() -> None:
    """As `ownpace check` without a file."""
    found = explore_all(world(3))
    assert found.findings == []
    assert not found.cut_off


def test_whatever_decisions_look_for_in_our_last_words_tells_kinds_apart() -> None:
    literal = re.compile(r'"(\w+)" in \w+(?:\.\w+)*\.said')
    looked = {key for path in CORE.glob("*.py") for key in literal.findall(path.read_text("utf-8"))}
    assert looked
    assert looked <= LOOKED_FOR


def test_a_second_text_within_the_window_is_walked_too() -> None:
    seen = list[Event]()

    def watched(home: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
        seen.append(event)
        return respond(home, conversation, event, now)

    found = walk(Walker(cut(world(3)), "en", "sms", watched), 0, 60_000, "cut short")
    assert found.findings == []
    assert any(isinstance(event, Wrote) and event.unsent for event in seen)
