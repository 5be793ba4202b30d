"""SMS by Twilio: signed web hooks come in, messages go out through Twilio's own library.

What Twilio sends, takes and answers: twilio.com/docs/messaging (guides/webhook-request,
api/message-resource, guides/outbound-message-status-in-status-callbacks).
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from aiohttp import web
from multidict import MultiDict
from twilio.rest import Client

from bot.channels.twilio_api import Http, send_error, signed
from bot.channels.web import parse_form, read_body
from bot.conversation.channel import Account, Away, Envelope, Outgoing, Receive, SendError, Traits
from bot.conversation.model import Delivered, Failed, Wrote

INBOUND, STATUS = "/channels/sms", "/channels/sms/status"
LIMIT = 64 * 1024
SECONDS = 15.0
# A question that Twilio could not pass on for this long is worse than none (seconds).
VALIDITY = 1800
AWAY_AGAIN, AWAY_MOST = 3600.0, 10_000
MOST_MEDIA = 10
OPT_OUT_TYPES = ("STOP", "START", "HELP")

# Error codes in status call-backs: twilio.com/docs/api/errors/<code>, read 2026-09.
# 21610: opted out; 63014: blocked by the person.
STOPPED = frozenset({"21610", "63014"})
UNREACHABLE = frozenset({"30003", "30004", "30005", "30006", "63003", "63024", "63033", "63036"})

# Names and short codes can't be answered, or not without cost to the person.
_ANSWERABLE = re.compile(r"\+?[0-9]{7,15}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_T = TypeVar("_T")
log = logging.getLogger(__name__)


class SmsChannel:
    """One Twilio number or messaging service. Build it inside a running loop, and close it.

    The first of `auth_tokens` signs in; web hooks may be signed with any of them, so that a
    token can be changed while we run. `sender` is a number or the SID of a messaging service
    (`MG...`); `public_url` is the address that Twilio calls us by, without a path.
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
    ) -> None:
        self.account = account
        self._account_sid = account_sid
        self._tokens = auth_tokens
        self._public_url = public_url.rstrip("/")
        self._sender = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        self._seconds = seconds
        self._http = Http()
        self._client = Client(account_sid, auth_tokens[0], http_client=self._http)
        if api_base:
            self._client.api.base_url = api_base.rstrip("/")

    @property
    def traits(self) -> Traits:
        return self.account.traits

    async def send(self, out: Outgoing) -> str:
        """Hand one message to Twilio and return its SID. Raises `SendError`."""
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

    async def find(self, out: Outgoing) -> str | None:
        """The SID of this message in Twilio's log, or None. Raises `SendError`.

        No `DateSent` is asked for: a message that still waits at Twilio has none.
        """
        if out.begun_at is None:
            return None
        # Twilio keeps whole seconds, and its clock is not ours.
        since = out.begun_at - timedelta(seconds=2)
        listed = await self._ask(self._client.messages.list_async(to=out.address, limit=50))
        return next((str(m.sid) for m in listed if _is_it(m, out.text, since)), None)

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
        signature = request.headers.get("X-Twilio-Signature", "")
        if not signature:
            raise web.HTTPForbidden
        form = parse_form(body)
        # Never the Host header or what a proxy adds: both can be made up.
        url = self._public_url + request.raw_path
        if not signed(url, form, signature, self._tokens):
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
        and str(listed.body).strip() == text.strip()
    )


def routes(
    channel: SmsChannel,
    receive: Receive,
    now: Callable[[], datetime],
    away_text: str = "",
    timer: Callable[[], float] = time.monotonic,
) -> list[web.RouteDef]:
    """The two addresses that Twilio calls. `away_text` is said while nothing can be stored."""
    hooks = _Hooks(channel, receive, now, _AwayText(away_text, timer))
    return [web.post(INBOUND, hooks.wrote), web.post(STATUS, hooks.status)]


class _Hooks:
    def __init__(
        self, channel: SmsChannel, receive: Receive, now: Callable[[], datetime], away: _AwayText
    ) -> None:
        self._channel, self._receive, self._now, self._away = channel, receive, now, away

    async def wrote(self, request: web.Request) -> web.Response:
        """A message came in. Whatever we have to say goes out by REST, not in this answer."""
        form = await self._channel.read(request)
        address, sid = form.get("From", ""), form.get("MessageSid", "")
        if not _ANSWERABLE.fullmatch(address):
            return _twiml()
        if not _ID.fullmatch(sid):
            raise web.HTTPBadRequest
        event, account = _wrote(form), self._channel.account
        try:
            await self._receive(Envelope(event, self._now(), account.id, address, sid))
        except Away:
            log.warning("sms: the store is away, message %s is left in Twilio's log", sid)
            # To a word that the carrier acts on we say nothing, least of all to STOP.
            owned = event.text.strip().upper() in account.traits.owned
            return _twiml("" if owned else self._away.for_(address))
        return _twiml()

    async def status(self, request: web.Request) -> web.Response:
        """News of a message that we sent, as often and in whatever order it comes."""
        form = await self._channel.read(request)
        event = _news(form, request.query.get("m", ""))
        if event:
            try:
                await self._receive(Envelope(event, self._now(), self._channel.account.id))
            except Away:
                raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        return web.Response(status=204)


def _wrote(form: MultiDict[str]) -> Wrote:
    kinds = (form.get(f"MediaContentType{n}", "") for n in range(MOST_MEDIA))
    # With Advanced Opt-Out a service has words of its own, in its languages: Twilio says here
    # as which of its words it took them.
    meant = form.get("OptOutType", "")
    text = meant if meant in OPT_OUT_TYPES else form.get("Body", "")
    return Wrote(text, media=tuple(kind[:64] for kind in kinds if kind))


def _news(form: MultiDict[str], message: str) -> Delivered | Failed | None:
    if not _ID.fullmatch(message):
        return None
    sid, code = form.get("MessageSid", "")[:64], form.get("ErrorCode", "")
    match form.get("MessageStatus", ""):
        case "sent":
            return Delivered(message, "sent", sid)
        case "delivered" | "read":
            return Delivered(message, "delivered", sid)
        case "undelivered" | "failed":
            return _failed(message, code if code.isdecimal() else "")
    return None  # still on its way, or a status that Twilio has added since


def _failed(message: str, code: str) -> Failed:
    if code in STOPPED:
        return Failed(message, "stopped", code)
    return Failed(message, "unreachable" if code in UNREACHABLE else "failed", code)


class _AwayText:
    """One sentence, to each address at most once in `AWAY_AGAIN` seconds, as far as we recall."""

    def __init__(self, text: str, timer: Callable[[], float]) -> None:
        self._text, self._timer = text, timer
        self._told: OrderedDict[str, float] = OrderedDict()

    def for_(self, address: str) -> str:
        now = self._timer()
        if now - self._told.get(address, -AWAY_AGAIN) < AWAY_AGAIN:
            return ""
        self._told[address] = now
        self._told.move_to_end(address)
        if len(self._told) > AWAY_MOST:
            self._told.popitem(last=False)
        return self._text


def _twiml(text: str = "") -> web.Response:
    inner = f"<Response><Message>{escape(text)}</Message></Response>" if text else "<Response/>"
    return web.Response(text=inner, content_type="text/xml")
