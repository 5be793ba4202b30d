"""Whatever arrives, signed or not: an answer below 500, never a trace, and no update is lost.

Against the whole product over sockets. `make soak` looks at ten thousand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.house import House
from store import tables as t
from tests.abuse.asking import ask, raw, served
from tests.abuse.odd import FORM, form, odd, update
from tests.running import SECRET, SID, house, signed
from tests.test_app import addresses

FEW = 240
MANY = 10_000
LOOKS_OURS = {"Sec-Fetch-Site": "same-origin"}
TELEGRAM = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


@dataclass
class Product:
    built: House
    port: int

    async def count(self, table: str) -> int:
        query = select(func.count()).select_from(t.metadata.tables[table])
        return await self.built.store.read(lambda c: c.scalar(query)) or 0

    async def say(self, path: str, body: bytes, headers: dict[str, str], why: str) -> int:
        answer = await ask(self.port, raw(path, body, headers))
        assert answer.status < 500, (why, path, answer.status)
        assert b"Traceback" not in answer.body, (why, path)
        assert b'File "' not in answer.body, (why, path)
        return answer.status


@asynccontextmanager
async def product(folder: Path) -> AsyncIterator[Product]:
    async with house(folder) as (built, _), served(built.web) as port:
        yield Product(built, port)


async def strangers(folder: Path, count: int) -> None:
    """Odd bodies at every address that takes one, with nothing that proves who asks."""
    async with product(folder) as it:
        paths = sorted(path for method, path in addresses(it.built.web) if method == "POST")
        for number in range(count):
            said, path = odd(number), paths[number % len(paths)]
            headers = LOOKS_OURS | {"Content-Type": said.kind} | said.headers
            if number // len(paths) % 2:  # without one, no form is looked at
                headers["X-Twilio-Signature"] = "AAAA"
            headers = {k: v for k, v in headers.items() if v and v.isprintable()}
            status = await it.say(path, said.body, headers, f"odd({number})")
            if path.startswith("/channels"):
                assert status in (400, 403, 413), (number, path)
        assert (await it.count("message"), await it.count("parked")) == (0, 0)


async def twilio(folder: Path, count: int) -> None:
    """Forms that Twilio signed and never sends: taken, or refused as unreadable."""
    async with product(folder) as it:
        for number in range(count):
            body, headers = signed("/channels/sms", form(number) | {"AccountSid": SID})
            assert headers["Content-Type"] == FORM
            assert await it.say("/channels/sms", body.encode(), headers, f"form({number})") in (
                200,
                400,
            )
        assert await it.count("message") > count / 4


async def telegram(folder: Path, count: int) -> None:
    """Updates with the right secret: always 200, and what can't be read is set aside."""
    async with product(folder) as it:
        for number in range(count):
            before = await it.count("parked")
            said = update(number) if number % 2 else odd(number).body
            why = f"update({number})" if number % 2 else f"odd({number})"
            assert await it.say("/channels/telegram", said, TELEGRAM, why) in (200, 413), why
            assert await it.count("parked") - before in (0, 1), why
        assert await it.count("parked") > count / 4
        assert await it.count("message") > count / 20


@pytest.mark.parametrize("run", [strangers, twilio, telegram])
async def test_odd_things_are_answered_calmly(tmp_path: Path, run: object) -> None:
    await run(tmp_path / "data", FEW)  # type: ignore[operator]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("run", [strangers, twilio, telegram])
async def test_ten_thousand_odd_things(tmp_path: Path, run: object) -> None:
    await run(tmp_path / "data", MANY)  # type: ignore[operator]
