"""A chat is cleared by the whole product: over days, with Telegram away, across a kill."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import KINDS_IN_TURN, Kind, fresh
from tests.e2e.house import House, until
from tests.e2e.people import Chatter
from tests.emulators.telegram import Telegram

CHAT, WITHIN = 700900456, 20.0
OLD, NEW = "the sea at night", "the blue house"
DAYS = timedelta(days=3)


async def says(chatter: Chatter, *texts: str) -> None:
    for text in texts:
        await chatter.says(text)
        await chatter.hears()


@pytest.mark.parametrize("kind", KINDS_IN_TURN)
async def test_what_is_young_goes_and_what_is_old_stays(tmp_path: Path, kind: Kind) -> None:
    async with Telegram() as telegram:
        ahead = timedelta()
        telegram.date = lambda: int(time.time() + ahead.total_seconds())
        house = House(tmp_path, telegram=telegram, url=fresh(kind, tmp_path))
        chatter, person = Chatter(house, telegram, CHAT), telegram.person(CHAT)
        async with house:
            await says(chatter, "hello", "ok", "ok", "ok", OLD, "yes")
        old = len(person.chat)
        ahead = DAYS
        await house.start(DAYS)
        await says(chatter, "hello", "yes", NEW, "/data")
        telegram.fault("deleteMessages", "hang")
        await says(chatter, "[Remove new messages]")
        await telegram.called("deleteMessages")
        await house.kill()
        telegram.faults.clear()
        telegram.fault("deleteMessages")
        await house.start(DAYS)
        await until(lambda: not house.count("FROM to_clear"), WITHIN, house.output)
        await house.stop()
        left = person.chat
        assert OLD in left
        assert NEW not in left
        assert len(left) == old + 1, "what is old, and the reply that tells so"
        assert "I ask Telegram to remove" in left[-1]
