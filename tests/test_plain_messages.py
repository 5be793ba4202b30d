"""What waits to be sent when somebody asks for plain messages: none of it goes out as it was."""

from __future__ import annotations

from sqlalchemy import select

from bot.conversation.engine import respond
from bot.conversation.render import render
from bot.inbound import Inbox
from store import messages
from store import tables as t
from tests.houses import House, wrote


async def test_what_waits_is_withdrawn_and_said_again_in_plain_words(house: House) -> None:
    worlds = {"harbour": house.world}
    args = (house.store, worlds, house.accounts, house.clock)
    inbox = Inbox(*args, step=respond, render=render)
    first = await inbox.receive(wrote("hello", "SM1"))
    await inbox.receive(wrote("plain", "SM2"))
    keys = house.store.keys
    script = house.store.read_sync(lambda c: messages.transcript(c, keys, first.conversation))
    told = [line.text for line in script if line.direction == "out"]
    query = select(t.outgoing.c.state).order_by(t.outgoing.c.sequence)
    states = house.store.read_sync(lambda c: c.scalars(query).all())
    assert [("Harbour" in text, state) for text, state in zip(told, states, strict=True)] == [
        (True, "withdrawn"),
        (False, "new"),
    ]
    (agreement,) = house.rows(t.agreement)
    assert (agreement["kind"], agreement["value"]) == ("discreet", True)
