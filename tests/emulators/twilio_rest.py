"""The REST side of the Twilio emulator: its log of messages, and faults made to order.

Forms, answers and codes: twilio.com/docs/messaging/api/message-resource, docs/api/errors.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from aiohttp import encode_basic_auth, web

from tests.emulators.twilio_log import Fault, Message, Refused, matches, media_as_json

LONGEST = 1600
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Rest:
    """`accept` takes a message that is in order into the log, or raises `Refused`."""

    def __init__(
        self,
        account: str,
        token: str,
        log: list[Message],
        accept: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.account, self.page_size = account, 50
        self.standing = {"status": "active", "type": "Full"}
        ways = ("POST", "GET", "DELETE")
        self.faults: dict[str, deque[Fault]] = {way: deque() for way in ways}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = asyncio.Event()
        self._key = encode_basic_auth(account, token)
        self._log, self._accept = log, accept

    def app(self) -> web.Application:
        app = web.Application()
        base = "/2010-04-01/Accounts/{account}/Messages"
        for method, path, handler in (
            ("GET", "/2010-04-01/Accounts/{account}.json", self._account),
            ("POST", f"{base}.json", self._create),
            ("GET", f"{base}.json", self._list),
            ("GET", f"{base}/{{sid}}.json", self._one),
            ("GET", f"{base}/{{sid}}/Media.json", self._media),
            ("POST", f"{base}/{{sid}}.json", self._blank),
            ("DELETE", f"{base}/{{sid}}.json", self._delete),
        ):
            app.router.add_route(method, path, self._guarded(handler))
        return app

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            if request.headers.get("Authorization") != self._key:
                return _error(401, 20003)
            if request.match_info["account"] != self.account:
                return _error(404, 20404)
            return await self._with_faults(request, handler)

        return guarded

    async def _with_faults(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> web.Response:
        asked = {k: str(v) for k, v in (await request.post() or request.query).items()}
        self.requests.append((request.method, asked))
        waiting = self.faults.get(request.method)
        fault = waiting.popleft() if waiting else None
        if fault is None:
            return await handler(request)
        if fault.accepted:
            await handler(request)
        return await self._suffer(request, fault)

    async def _suffer(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.hangs:
            await self.closing.wait()
        if fault.status and fault.text is not None:
            return web.Response(status=fault.status, text=fault.text, headers=fault.headers)
        if fault.status:
            return _error(fault.status, fault.code, fault.headers)
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({"sid": self.account, **self.standing})

    async def _create(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            message = _checked(form)
            await self._accept(message)
        except Refused as refused:
            return _error(refused.status, refused.code)
        return web.json_response(message.as_json(self.account), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        found = [m for m in reversed(self._log) if matches(m, request.query)]
        page = int(request.query.get("Page", "0"))
        size = min(int(request.query.get("PageSize", "50")), self.page_size)
        here, more = found[page * size :][:size], len(found) > (page + 1) * size
        query = urlencode({**request.query, "Page": page + 1, "PageSize": size})
        return web.json_response(
            {
                "messages": [m.as_json(self.account) for m in here],
                "page": page,
                "page_size": size,
                "uri": request.path_qs,
                "next_page_uri": f"{request.path}?{query}" if more else None,
            }
        )

    async def _one(self, request: web.Request) -> web.Response:
        message = self._find(request)
        return web.json_response(message.as_json(self.account)) if message else _error(404, 20404)

    async def _media(self, request: web.Request) -> web.Response:
        message = self._find(request)
        if message is None:
            return _error(404, 20404)
        return web.json_response(media_as_json(message, self.account))

    async def _blank(self, request: web.Request) -> web.Response:
        message = self._find(request)
        if message is None:
            return _error(404, 20404)
        if (await request.post()).get("Body") == "":
            message.body = ""
        return web.json_response(message.as_json(self.account))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._find(request)
        if message is None:
            return _error(404, 20404)
        self._log.remove(message)
        return web.Response(status=204)

    def _find(self, request: web.Request) -> Message | None:
        return next((m for m in self._log if m.sid == request.match_info["sid"]), None)


def _checked(form: Mapping[str, str]) -> Message:
    to, body = form.get("To", ""), form.get("Body", "")
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    for wrong, code in (
        (not to, 21604),
        (not sender and not service, 21603),
        (not body, 21602),
        (not E164.fullmatch(to), 21211),
        (len(body) > LONGEST, 21617),
    ):
        if wrong:
            raise Refused(code)
    validity = int(form.get("ValidityPeriod", "36000"))
    status = "accepted" if service else "queued"
    callback = form.get("StatusCallback", "")
    return Message(
        to, sender, body, status=status, callback=callback, validity=validity, service=service
    )


def _error(status: int, code: int, headers: Mapping[str, str] | None = None) -> web.Response:
    answer = {
        "code": code or None,
        "message": f"Error {code or status}",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.Response(
        status=status, text=json.dumps(answer), content_type="application/json", headers=headers
    )
