"""The way in, the sender and the housekeeper together: said, sent, reminded, erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.conversation.channel import SMS
from bot.conversation.effects import Filed, Forget, Timer
from bot.conversation.model import Conversation, Delivered, Due, Event, Say, Turn, World, Wrote
from bot.housekeeping import Housekeeper
from bot.outbound import Sender
from store import tables as t
from tests.houses import LINE, House, open_house, wrote
from tests.recording import RecordingChannel


class Diary:
    """A toy step: it answers, reminds an hour later, and erases on request."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def __call__(self, world: World, c: Conversation, event: Event, now: datetime) -> Turn:
        self.heard.append(event)
        match event:
            case Wrote("delete"):
                gone = (Say("gone", "It is erased."),)
                ended = replace(c, standing="ended")
                return Turn(ended, gone, (Filed("command"), Forget("all")))
            case Wrote():
                timer = Timer("remind", now + timedelta(hours=1))
                return Turn(c, (Say("hello", "Hello"),), (Filed("note"), timer))
            case Due():
                return Turn(c, (Say("reminder", "Still there?"),))
            case _:
                return Turn(c)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = open_house(tmp_path)
    yield house
    house.store.close_sync()


async def test_said_sent_reminded_once_erased_and_forgotten(house: House) -> None:
    diary, channel = Diary(), RecordingChannel(SMS, has_log=True)
    inbox = house.inbox(diary)
    sender = Sender(house.store, {LINE.id: channel}, inbox, house.clock)
    keeper = Housekeeper(house.store, inbox, house.clock, ["harbour"])
    await inbox.receive(wrote("I live by the weir", "1"))
    await sender.sweep()
    assert channel.texts == ["Hello"]
    assert [e.said for e in diary.heard if isinstance(e, Delivered)] == [("hello",)]
    house.clock.at += timedelta(hours=1)
    await keeper.sweep()
    await keeper.sweep()
    await sender.sweep()
    assert channel.texts == ["Hello", "Still there?"]
    assert [e for e in diary.heard if isinstance(e, Due)] == [Due("remind")]
    house.clock.at += timedelta(hours=1)
    await inbox.receive(wrote("delete", "2"))
    await sender.sweep()
    assert channel.texts == ["Hello", "Still there?", "It is erased."]
    house.clock.at += timedelta(days=1)
    await keeper.sweep()
    assert [row["text"] for row in house.rows(t.message)] == [None] * 5
    assert [row["address"] for row in house.rows(t.contact)] == [b""]
    await inbox.receive(wrote("I am back", "3"))
    await sender.sweep()
    assert channel.texts[3:] == ["Hello"]
