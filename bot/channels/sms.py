"""SMS by Twilio: messages go out, and its log is read, through Twilio's own library.

What Twilio takes and answers: twilio.com/docs/messaging/api/message-resource. What it posts to us
is in `sms_hooks`; what it posted in vain in `sms_log`.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web
from multidict import MultiDict
from twilio.rest import Client

from bot.channels.countries import EVERYWHERE, Countries
from bot.channels.twilio_api import Http, send_error, signed
from bot.channels.web import parse_form, read_body
from bot.conversation.channel import Account, Outgoing, SendError, Traits

INBOUND, STATUS = "/channels/sms", "/channels/sms/status"
LIMIT = 64 * 1024
SECONDS = 15.0
# A question that Twilio could not pass on for this long is worse than none (seconds).
VALIDITY = 1800
MOST_MEDIA = 10
# A text of the same words sent just before ours is told apart by its SID (`store.late`).
CLOCKS_DIFFER = timedelta(seconds=30)
NOT_THERE = "20404"  # twilio.com/docs/api/errors/20404
PAGE = 1000  # the most that Twilio lists in one answer
_T = TypeVar("_T")


class SmsChannel:
    """One Twilio number or messaging service. Build it inside a running loop, and close it.

    The first of `auth_tokens` signs in; web hooks may be signed with any of them, so that a
    token can be changed while we run. `sender` is a number or the SID of a messaging service
    (`MG...`); `public_url` is the address that Twilio calls us by, without a path; nothing is sent
    outside `countries`.
    """

    def __init__(
        self,
        *,
        account: Account,
        account_sid: str,
        auth_tokens: tuple[str, ...],
        sender: str,
        public_url: str,
        api_base: str = "",
        seconds: float = SECONDS,
        countries: Countries = EVERYWHERE,
    ) -> None:
        self.account = account
        self._account_sid = account_sid
        self._tokens = auth_tokens
        self._public_url = public_url.rstrip("/")
        self._sender = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        self._seconds = seconds
        self._countries = countries
        self._http = Http()
        self._client = Client(account_sid, auth_tokens[0], http_client=self._http)
        if api_base:
            self._client.api.base_url = api_base.rstrip("/")

    @property
    def traits(self) -> Traits:
        return self.account.traits

    async def send(self, out: Outgoing) -> str:
        """Hand one message to Twilio and return its SID. Raises `SendError`."""
        if not self.reaches(out.address):
            raise SendError("give_up", "country")
        created = await self._ask(
            self._client.messages.create_async(
                to=out.address,
                body=out.text,
                status_callback=f"{self._public_url}{STATUS}?m={out.message}",
                validity_period=VALIDITY,
                **self._sender,
            )
        )
        if not created.sid:
            raise SendError("unclear", "no sid")
        return str(created.sid)

    def reaches(self, number: str) -> bool:
        """Do our settings write to the country of this number?"""
        return self._countries.covers(number)

    async def find(self, out: Outgoing) -> str | None:
        """The SID of this message in Twilio's log, or None. Raises `SendError`.

        No `DateSent` is asked for: a message that still waits at Twilio has none.
        """
        if out.begun_at is None:
            return None
        since = out.begun_at - CLOCKS_DIFFER
        listed = await self.listed(limit=50, to=out.address)
        return next((str(m.sid) for m in listed if _is_it(m, out.text, since)), None)

    async def listed(self, limit: int | None = None, **which: Any) -> list[Any]:
        """The library's records of Twilio's log, the newest first, page by page. `which` are its
        filters. Raises `SendError`."""
        asked = self._client.messages.stream_async(limit=limit, page_size=limit or PAGE, **which)
        stream, found = await self._ask(asked), []
        # However long the log, it is each page that has to come in time.
        while (message := await self._ask(anext(stream, None))) is not None:
            found.append(message)
        return found

    async def delete(self, sid: str) -> None:
        """Delete a message from Twilio's log; one that is not there is no fault. Raises
        `SendError`, also of a message that is still on its way."""
        try:
            await self._ask(self._client.messages(sid).delete_async())
        except SendError as error:
            if error.code != NOT_THERE:
                raise

    async def clear(self, address: str, refs: Sequence[str]) -> None:
        """Delete these from Twilio's log, one after the other. Raises `SendError`, as `delete`."""
        for sid in refs:
            await self.delete(sid)

    async def media(self, sid: str) -> tuple[str, ...]:
        """The kinds of the pictures and sounds that came with a message. Raises `SendError`."""
        listed = await self._ask(self._client.messages(sid).media.list_async(limit=MOST_MEDIA))
        return tuple(str(media.content_type)[:64] for media in listed)

    @property
    def sender(self) -> str:
        """The number, or the SID of the messaging service, that we write from."""
        return next(iter(self._sender.values()))

    async def close(self) -> None:
        await self._http.close()

    async def _ask(self, question: Awaitable[_T]) -> _T:
        try:
            # The library's own time-out is never applied in its asynchronous client.
            async with asyncio.timeout(self._seconds):
                return await question
        except Exception as error:
            # Cut off from its cause, which carries the number and the words.
            raise send_error(error) from None

    async def read(self, request: web.Request) -> MultiDict[str]:
        """The fields of a web hook that Twilio signed for this account; else 400, 403 or 413."""
        body = await read_body(request, LIMIT)
        signatures = request.headers.getall("X-Twilio-Signature", [])
        if len(signatures) != 1:  # with two, another one might be checked by whoever is before us
            raise web.HTTPForbidden
        form = parse_form(body)
        # Never the Host header or what a proxy adds: both can be made up.
        url = self._public_url + request.raw_path
        if not signed(url, form, signatures[0], self._tokens):
            raise web.HTTPForbidden
        if form.get("AccountSid") != self._account_sid:
            raise web.HTTPForbidden
        return form


def _is_it(listed: Any, text: str, since: datetime) -> bool:
    created = listed.date_created
    return (
        listed.direction != "inbound"
        and isinstance(created, datetime)
        and created >= since
        and _letters(str(listed.body)) == _letters(text)
    )


def _letters(text: str) -> str:
    """Carriers and Twilio's smart encoding put other quotes, dashes and blanks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
