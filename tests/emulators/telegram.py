"""Telegram on loopback: a real server for the part of the Bot API that the product uses.

It behaves as tdlib/telegram-bot-api does: one queue per chat, repeats until a 2xx, offsets that
confirm, 409 for a second poller, 403 once a person has blocked the bot.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from tests.emulators.telegram_methods import METHODS, Call, Delivery, Fault, How, Refused
from tests.emulators.telegram_people import DATE, Person

Json = dict[str, Any]
Found = TypeVar("Found")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
TOKEN = "7700900:loopback-token"
ALL_BUT = {"chat_member", "message_reaction", "message_reaction_count"}


class Telegram:
    """`async with Telegram() as tg`, then point the product at `tg.base` with `tg.token`.

    `repeat` is the second pause in seconds before an update is posted again; it doubles up to
    `longest`, which also caps what a Retry-After asks for.
    """

    def __init__(self, repeat: float = 0.01, longest: float = 0.2) -> None:
        self.token = TOKEN
        self.base = ""
        self.repeat = repeat
        self.longest = longest
        self.hook: Json = {}
        self.waiting: list[tuple[str, Json]] = []
        self.deliveries: list[Delivery] = []
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.people: dict[int, Person] = {}
        self.commands: dict[str, list[Json]] = {}
        self.left: list[int] = []
        self.queries: set[str] = set()
        self.date: Callable[[], int] = lambda: DATE  # of what people write
        self.ids = itertools.count(500_000_001)
        self._poller = 0
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._drains: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Telegram:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self.stir()
        for task in self._drains.values():
            task.cancel()
        await asyncio.gather(*self._drains.values(), return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    def person(self, number: int, language: str = "en", name: str = "Sam") -> Person:
        """The person with this id, made when first asked for."""
        return self.people.setdefault(number, Person(self, number, language, name))

    def fault(
        self,
        method: str,
        how: How = "refuse",
        *,
        status: int = 500,
        description: str = "Internal Server Error",
        times: int = 1,
        chat: int = 0,
        **parameters: Any,
    ) -> None:
        """The next `times` calls of `method` (for `chat`, if given) fail in this way."""
        fault = Fault(method, how, chat, status, description, parameters)
        self.faults += [fault] * times

    async def until(self, probe: Callable[[], Found | None], within: float = 5.0) -> Found:
        """What `probe` gives once that is true; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not (found := probe()):
                await self._changed.wait()
        return found

    async def called(self, method: str, times: int = 1, within: float = 5.0) -> list[Call]:
        """All calls of this method, as soon as there are `times`."""

        def made() -> list[Call]:
            calls = [call for call in self.calls if call.method == method]
            return calls if len(calls) >= times else []

        return await self.until(made, within)

    async def settled(self, within: float = 5.0) -> None:
        """Every update was taken."""
        await self.until(lambda: not self.waiting, within)

    def stir(self) -> None:
        """Something changed: whoever waits looks again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def push(self, update: Json, queue: str = "") -> int:
        """Bring an update on its way, as it stands. Updates of one queue keep their order."""
        update = {"update_id": next(self.ids), **update}
        allowed = self.hook.get("allowed_updates")
        kinds = set(update) - {"update_id"}
        if not (kinds & set(allowed) if allowed else kinds - ALL_BUT):
            return int(update["update_id"])
        self.waiting.append((queue or f"update {update['update_id']}", update))
        self.post_waiting()
        self.stir()
        return int(update["update_id"])

    async def post(self, body: bytes | Json, secret: str | None = None) -> Delivery:
        """Post one body to the webhook, past all queues; `secret` other than the agreed one."""
        sent = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = {"Content-Type": "application/json"}
        secret = self.hook.get("secret_token", "") if secret is None else secret
        if secret:
            headers[SECRET_HEADER] = secret
        number = body.get("update_id", 0) if isinstance(body, dict) else 0
        number = number if type(number) is int else 0
        try:
            async with self._client.post(self.hook["url"], data=sent, headers=headers) as answer:
                return Delivery(number, answer.status, dict(answer.headers), await answer.read())
        except aiohttp.ClientError:
            return Delivery(number, 0, {}, b"")

    def post_waiting(self) -> None:
        for queue in {queue for queue, _ in self.waiting} if self.hook.get("url") else ():
            if queue not in self._drains or self._drains[queue].done():
                self._drains[queue] = asyncio.create_task(self._drain(queue))

    async def _drain(self, queue: str) -> None:
        pause = 0.0
        while self.hook.get("url"):
            entry = next((entry for entry in self.waiting if entry[0] == queue), None)
            if entry is None:
                return
            delivery = await self.post(entry[1])
            self.deliveries.append(delivery)
            if 200 <= delivery.status < 300:
                self.waiting.remove(entry)
                pause = 0.0
            else:
                asked = float(delivery.headers.get("Retry-After", 0))
                await asyncio.sleep(min(max(pause, asked), self.longest))
                pause = min(pause * 2 or self.repeat, self.longest)
            self.stir()

    # --- The Bot API ---------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        values = {key: str(value) for key, value in (await request.post()).items()}
        self.calls.append(Call(method, values))
        self.stir()
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            return await self._perform(request, method, values)
        except Refused as no:
            answer = {"ok": False, "error_code": no.status, "description": str(no)}
            extra = {"parameters": no.parameters} if no.parameters else {}
            return web.json_response(answer | extra, status=no.status)

    async def _perform(
        self, request: web.Request, method: str, values: dict[str, str]
    ) -> web.StreamResponse:
        fault = self._next_fault(method, int(values.get("chat_id", 0)))
        if fault and fault.how == "refuse":
            raise Refused(fault.status, fault.description, fault.parameters)
        if not fault or fault.how != "drop":
            result = await self._result(method, values)
            self.stir()
        if not fault:
            return web.json_response({"ok": True, "result": result})
        if fault.how == "odd":
            return web.json_response({"ok": True, "result": {}})
        if fault.how == "junk":
            return web.Response(text="<html>it works</html>", content_type="text/html")
        if fault.how == "hang":
            await self._closing.wait()
        if request.transport:
            request.transport.abort()
        return web.Response()

    def _next_fault(self, method: str, chat: int) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.chat in (0, chat):
                self.faults.remove(fault)
                return fault
        return None

    async def _result(self, method: str, values: dict[str, str]) -> Any:
        if method == "getUpdates":
            return await self._get_updates(values)
        step = METHODS.get(method)
        if step is None:
            raise Refused(404, "Not Found")
        return step(self, values)

    async def _get_updates(self, values: dict[str, str]) -> list[Json]:
        if self.hook.get("url"):
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(values.get("offset", 0))
        self.waiting = [entry for entry in self.waiting if _number(entry[1]) >= offset]
        self._poller += 1
        mine = self._poller
        self.stir()
        try:
            hold = float(values.get("timeout", 0))
            await self.until(lambda: self.waiting or mine != self._poller or self.closing, hold)
        except TimeoutError:
            return []
        if mine != self._poller:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        return [update for _, update in self.waiting[: int(values.get("limit", 100))]]

    @property
    def closing(self) -> bool:
        return self._closing.is_set()


def _number(update: Json) -> int:
    number = update.get("update_id")
    return number if type(number) is int else 0
