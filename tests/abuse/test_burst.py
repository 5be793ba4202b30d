"""Everybody writes in the same second: all are answered, and none of their words is lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.e2e.house import House
from tests.emulators.twilio import INBOUND, Twilio
from tests.emulators.twilio_hooks import Answer

MANY = 500


async def test_five_hundred_texts_in_a_second(tmp_path: Path) -> None:
    async with Twilio() as twilio, House(tmp_path, twilio) as it:
        hooks, url = twilio.hooks, f"{it.public}{INBOUND}"
        forms = [hooks.inbound(f"+447700900{n:03}", "hello", f"SM{n:032x}") for n in range(MANY)]
        signatures = [hooks.sign(url, form) for form in forms]

        async def post(number: int) -> tuple[Answer, float]:
            began = time.monotonic()
            answer = await hooks.post(url, forms[number], signatures[number])
            return answer, time.monotonic() - began

        began = time.monotonic()
        answers = await asyncio.gather(*(post(number) for number in range(MANY)))
        took = time.monotonic() - began
        assert it.count("FROM message WHERE direction = 'in'") == MANY
        assert it.count("FROM seen") == MANY
    print(f"{MANY} texts at once: all answered after {took:.2f} s")
    assert {answer.status for answer, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < 10
