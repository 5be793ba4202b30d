"""A text through the real way in, with what really looks for cues: a worker is told, and nudged."""

from __future__ import annotations

import pytest

from bot.conversation import engine, render
from bot.conversation.model import World
from bot.inbound import Inbox
from store import messages
from store import tables as t
from tests.houses import House, wrote
from tests.worlds import listening

TEXT = "my husband hits me and i dont know where to go"


@pytest.fixture
def heard() -> World:
    return listening()


async def test_it_ends_as_something_for_a_worker_in_the_very_words(
    house: House, heard: World
) -> None:
    worlds = {"harbour": heard}
    inbox = Inbox(
        house.store, worlds, house.accounts, house.clock, step=engine.respond, render=render.render
    )
    receipt = await inbox.receive(wrote(TEXT, "SM1"))
    [asked] = house.rows(t.asked)
    assert (asked["what"], asked["voice"]) == ("abuse_disclosure", "patterns")
    keys, id = house.store.keys, receipt.conversation
    script = house.store.read_sync(lambda c: messages.transcript(c, keys, id))
    assert [line.text for line in script if line.direction == "in"] == [TEXT]
    [message] = [row["id"] for row in house.rows(t.message) if row["direction"] == "in"]
    assert asked["message"] == message
    assert asked["due_at"]
    assert house.count(t.nudge) == 1


async def test_harmless_words_ask_for_nobody(house: House, heard: World) -> None:
    inbox = Inbox(house.store, {"harbour": heard}, house.accounts, house.clock)
    await inbox.receive(wrote("hello", "SM1"))
    assert house.count(t.asked) == 0
