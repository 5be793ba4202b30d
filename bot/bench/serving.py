"""Over HTTP with the signature check: against the same app without a store, against one that does
nothing with what it takes, and against the usual way of storing."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime

from aiohttp import web

from bot import front
from bot.bench import hooks
from bot.bench.cores import REAL, TRIVIAL
from bot.bench.memory import Memory
from bot.bench.orm import Usual
from bot.bench.people import FILE, Talk, Town, talks
from bot.bench.rounds import Rates, Round, in_turns
from bot.channels.sms import SmsChannel
from bot.channels.sms_hooks import routes
from bot.conversation.channel import Account, Envelope, Receipt, Receive
from bot.running import listen

CONNECTIONS = 64
HOST = "127.0.0.1"


class Refused(Exception):
    """What was asked over HTTP was not answered as it should; a plain sentence."""


async def compare(town: Town, until: float) -> Mapping[str, Rates]:
    """Requests a second: `real` and `trivial` go through the inbox, `memory` decides as `real` does
    and stores nothing, `nothing` does not even decide, `usual` is a commit a request by the ORM."""
    async with AsyncExitStack() as stack:
        places = [stack.enter_context(town.place(town.copy(n))) for n in ("real", "trivial")]
        usual = Usual(town.copy("usual") / FILE, town.keys, town.world)
        stack.enter_context(closing(usual))
        ways: dict[str, Receive] = {
            "real": places[0].inbox(REAL).receive,
            "trivial": places[1].inbox(TRIVIAL).receive,
            "memory": Memory(town.world).receive,
            "nothing": _nothing,
            "usual": usual.receive,
        }
        account = places[0].account
        contestants = {
            name: await stack.enter_async_context(_served(account, receive))
            for name, receive in ways.items()
        }
        return await in_turns(contestants, len(talks(CONNECTIONS)), until)


async def _nothing(envelope: Envelope) -> Receipt:
    return Receipt(stored=True)


@asynccontextmanager
async def _served(account: Account, receive: Receive) -> AsyncIterator[Round]:
    """The product's own middlewares, route and signature check, before this `receive`."""
    channel = SmsChannel(
        account=account,
        account_sid=hooks.ACCOUNT_SID,
        auth_tokens=(hooks.TOKEN,),
        sender=hooks.NUMBER,
        public_url=hooks.PUBLIC,
    )
    app = web.Application(middlewares=front.before_all(""))
    app.add_routes(routes(channel, receive, lambda: datetime.now(UTC)))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = listen(HOST, 0)
    await web.SockSite(runner, sock).start()
    waiting = iter(talks(CONNECTIONS))

    async def one_round() -> tuple[int, float]:
        return await _loaded(sock.getsockname()[1], next(waiting))

    try:
        yield one_round
    finally:
        await channel.close()
        await runner.cleanup()


async def _loaded(port: int, talk: Talk) -> tuple[int, float]:
    """Let a process of its own post this talk. Raises `Refused` unless all of it was taken."""
    people = [[hooks.request(address, words) for words in talk.words] for address in talk.people]
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await load.communicate(json.dumps({"port": port, "people": people}).encode())
    told = json.loads(said or b"{}")
    if told.get("statuses") != {"200": len(talk)}:
        raise Refused(f"of {len(talk)} requests not all were taken: {told.get('statuses')}")
    return len(talk), told["seconds"]
