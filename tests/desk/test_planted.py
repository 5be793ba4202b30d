"""A question at which people stop is found by the themes page, within two hundred intakes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.channel import Envelope
from bot.conversation.model import Conversation, Delivered, Wrote
from bot.inbound import Inbox
from desk import themes
from store import conversations
from store import tables as t
from store.ids import new_id
from tests.desk.builder import SERVICES, Desk, flow, inbox
from tests.desk.reading import plain

MANY, ROUNDS = 200, 30
PLANTED = "name"  # the question at which they stop
LEAVES, LEAVES_THERE = 0.02, 0.2
ZONE = SERVICES["harbour"].hours.zone
CHOSEN = {"safe_to_text": "yes", "how_to_talk": "1", "voicemail": "1", "how_soon": "1"}


async def talk(desk: Desk, way_in: Inbox, planted: bool, seed: int) -> None:
    """Two hundred answer what they are asked, until they gave it to the team; some stop anywhere,
    and at one question more do."""
    chance = random.Random(seed)  # noqa: S311 (a made-up crowd)
    words = {f"+1{200 + n // 100}55501{n % 100:02}": "hello" for n in range(MANY)}
    for _ in range(ROUNDS):
        await say(desk, way_in, words)
        words = {}
        for address, conversation in standing(desk).items():
            question = asked(conversation)
            leaves = LEAVES_THERE if planted and question == PLANTED else LEAVES
            if conversation.standing != "ended" and (not question or chance.random() >= leaves):
                words[address] = answer(conversation, question)


def standing(desk: Desk) -> dict[str, Conversation]:
    """Where everybody is who did not stop: who wrote in the last round."""
    known = [("sms:harbour", f"+1{200 + n // 100}55501{n % 100:02}") for n in range(MANY)]
    lines = desk.store.read_sync(lambda c: conversations.by_address(c, desk.keys, known))
    just = desk.clock.now() - timedelta(seconds=1)
    found = {address: line.conversation for (_, address), line in lines.items()}
    return {a: c for a, c in found.items() if c.last_wrote and c.last_wrote > just}


def answer(conversation: Conversation, question: str) -> str:
    if question:
        return CHOSEN.get(question, "my own words")
    return "ok" if conversation.position.place == "notice" else "yes"


def asked(conversation: Conversation) -> str:
    """The question that waits for an answer; empty where something else does."""
    is_one = conversation.position.place == "question" and not conversation.over
    return conversation.position.id if is_one and conversation.standing == "asking" else ""


async def say(desk: Desk, way_in: Inbox, words: Mapping[str, str]) -> None:
    """Each of these, and all that we say in return arrives."""
    desk.clock.at += timedelta(seconds=20)
    at = desk.clock.now()
    said = (Envelope(Wrote(w), at, "sms:harbour", one, new_id()) for one, w in words.items())
    await asyncio.gather(*map(way_in.receive, said))
    waiting = select(t.outgoing.c.message).where(t.outgoing.c.state == "new")
    ids = desk.store.read_sync(lambda c: c.scalars(waiting).all())
    news = (Envelope(Delivered(id, "sent"), at) for id in ids)
    await asyncio.gather(*map(way_in.receive, news))


def standing_out(desk: Desk) -> list[str]:
    about = (desk.keys, "harbour", {"self_referral": flow()}, ZONE, desk.clock.now())
    return [
        one.question for one in desk.store.read_sync(lambda c: themes.read(c, *about)).people.stops
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_planted_one_is_found(desk: Desk, seed: int) -> None:
    await talk(desk, inbox(desk.store, desk.clock), planted=True, seed=seed)
    desk.clock.at += timedelta(days=8)  # whole weeks are counted
    assert standing_out(desk) == [PLANTED]
    desk.worker("Lee", "lead")
    await desk.sign_in("Lee")
    heading = next(q.shows_as for q in flow().questions if q.id == PLANTED)
    page = plain(await desk.page("/desk/themes"))
    assert heading in page.partition("Questions at which people stop")[2]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_where_nobody_planted_one_none_is(desk: Desk, seed: int) -> None:
    await talk(desk, inbox(desk.store, desk.clock), planted=False, seed=seed)
    desk.clock.at += timedelta(days=8)
    assert standing_out(desk) == []
