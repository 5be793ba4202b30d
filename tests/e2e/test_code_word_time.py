"""Whoever guesses at a code word learns nothing by the clock: the right word takes as long as a
wrong one, from the web hook to the reply."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

import pytest

from tests.e2e.house import House
from tests.emulators.twilio import Phone, Twilio

PHONES, ROUNDS = 100, 4  # 200 tries of each
APART = 0.020  # seconds, between the medians
RIGHT, WRONG = "red kettle", "rod kettle"
SET = ("hello", "ok", "ok", "ok", "my sister", "1", "skip", "no", "skip", "skip", RIGHT, RIGHT)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_the_right_word_takes_as_long_as_a_wrong_one(tmp_path: Path) -> None:
    async with Twilio() as twilio:
        house, chance = House(tmp_path, twilio), Random(1)  # noqa: S311
        phones = [twilio.phone(f"+447700900{n:03}") for n in range(PHONES)]
        await house.start()
        await asyncio.gather(*(_sets(phone) for phone in phones))
        times: dict[str, list[tuple[float, float]]] = {RIGHT: [], WRONG: []}
        for again in range(ROUNDS):
            await twilio.settled()
            await house.stop()
            await house.start(ahead=timedelta(hours=again + 1))
            tries = [(phone, (RIGHT, WRONG)[(n + again) % 2]) for n, phone in enumerate(phones)]
            chance.shuffle(tries)
            for phone, word in tries:
                times[word].append(await _try(phone, word))
        await twilio.settled()
        await house.stop()
    for what, at in (("the web hook", 0), ("the reply", 1)):
        right, wrong = (median(taken[at] for taken in times[word]) for word in (RIGHT, WRONG))
        print(f"{what}: right {right * 1000:.1f} ms, wrong {wrong * 1000:.1f} ms, of 200 each")
        assert abs(right - wrong) < APART


async def _sets(phone: Phone) -> None:
    for text in SET:
        await phone.text(text)
        said = await phone.next()
    assert "I do not repeat it" in said


async def _try(phone: Phone, word: str) -> tuple[float, float]:
    began = time.perf_counter()
    await phone.text(word)
    answered = time.perf_counter()
    said = await phone.next()
    assert said.startswith("Welcome back." if word == RIGHT else "Hello. I am a computer"), said
    return answered - began, time.perf_counter() - began
