"""Split for scale: one process serves the web, another sends, on one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession

from tests.databases import fresh
from tests.e2e import forked
from tests.e2e.forked import Forked
from tests.e2e.house import House, _free_port
from tests.emulators.twilio import Twilio
from tests.posts import until

MIRA = "+447700900101"


@asynccontextmanager
async def serving(house: House, only: str, port: int) -> AsyncIterator[None]:
    """`ownpace serve --only ...` as a process; it ends well when it is told to."""
    out, env = house.folder / f"{only}.txt", {**house._environment(), "OWNPACE_PORT": str(port)}
    process = Forked(["bot", "serve", "--only", only], env, out)
    try:
        await until(lambda: "Live: sms" in (out.read_text("utf-8") if out.exists() else ""))
        yield
        process.terminate()
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _link(house: House) -> str:
    done = forked.run(["bot", "desk-link", "Sam"], house._environment())
    return done.stdout or done.stderr


async def test_one_takes_what_comes_and_the_other_sends(tmp_path: Path) -> None:
    async with Twilio() as twilio, ClientSession() as browser:
        house, other = House(tmp_path, twilio, url=fresh("postgres", tmp_path)), _free_port()
        phone = twilio.phone(MIRA)
        async with serving(house, "web", house.port):
            await phone.text("hello")
            assert twilio.sent == []
            async with serving(house, "sender", other):  # the same folder, at the same time
                assert "Harbour Support" in await phone.next()
                await until(lambda: len(twilio.sent) >= 1)
                link = await asyncio.to_thread(_link, house)
                assert "/desk/sign-in#" in link  # beside both
                for path, status in (("/readyz", 200), ("/desk/", 404), ("/channels/sms", 404)):
                    async with browser.get(f"http://127.0.0.1:{other}{path}") as answer:
                        assert answer.status == status, path
