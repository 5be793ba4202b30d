"""What Twilio posts to us: signed web hooks, about words that came in and words that we sent.

twilio.com/docs/messaging: guides/webhook-request,
guides/outbound-message-status-in-status-callbacks.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from xml.sax.saxutils import escape

from aiohttp import web
from multidict import MultiDict

from bot.channels.sms import INBOUND, MOST_MEDIA, STATUS, SmsChannel
from bot.conversation.channel import Away, Envelope, Receive
from bot.conversation.model import Delivered, Failed, Wrote

AWAY_AGAIN, AWAY_MOST = 3600.0, 10_000
OPT_OUT_TYPES = ("STOP", "START", "HELP")

# Error codes in status call-backs: twilio.com/docs/api/errors/<code>, read 2026-09.
# 21610: opted out; 63014: blocked by the person.
STOPPED = frozenset({"21610", "63014"})
UNREACHABLE = frozenset({"30003", "30004", "30005", "30006", "63003", "63024", "63033", "63036"})

# Perhaps a handset that was off, or a carrier that had trouble: worth one more try, after so many
# seconds.
ONCE_MORE = {"30001": 300.0, "30003": 3600.0, "30008": 300.0, "30410": 300.0}
# Our account or our sender has trouble, not this one person: suspended, filtered, unregistered,
# blocked for pumping.
OURS = frozenset({"30002", "30007", "30034", "30450"})

# Names and short codes can't be answered, or not without cost to the person.
ANSWERABLE = re.compile(r"\+?[0-9]{7,15}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# (news, Twilio's id, seconds): is it dealt with, as the message goes out once more after these
# seconds, or as that was done before?
OnceMore = Callable[[Delivered | Failed, str, float | None], Awaitable[bool]]
log = logging.getLogger(__name__)


async def never(event: Delivered | Failed, sid: str, seconds: float | None) -> bool:
    """Nothing that did not arrive is sent once more."""
    return False


def routes(
    channel: SmsChannel,
    receive: Receive,
    now: Callable[[], datetime],
    away_text: str = "",
    timer: Callable[[], float] = time.monotonic,
    once_more: OnceMore = never,
) -> list[web.RouteDef]:
    """The two addresses that Twilio calls. `away_text` is said while nothing can be stored."""
    hooks = _Hooks(channel, receive, now, _AwayText(away_text, timer), once_more)
    return [web.post(INBOUND, hooks.wrote), web.post(STATUS, hooks.status)]


class _Hooks:
    def __init__(
        self,
        channel: SmsChannel,
        receive: Receive,
        now: Callable[[], datetime],
        away: _AwayText,
        once_more: OnceMore,
    ) -> None:
        self._channel, self._receive, self._now, self._away = channel, receive, now, away
        self._once_more = once_more

    async def wrote(self, request: web.Request) -> web.Response:
        """A message came in. Whatever we have to say goes out by REST, not in this answer."""
        form = await self._channel.read(request)
        address, sid = form.get("From", ""), form.get("MessageSid", "")
        if not ANSWERABLE.fullmatch(address):
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
            silent = owned or not self._channel.reaches(address)
            return _twiml("" if silent else self._away.for_(address))
        return _twiml()

    async def status(self, request: web.Request) -> web.Response:
        """News of a message that we sent, as often and in whatever order it comes."""
        form = await self._channel.read(request)
        event = _news(form, request.query.get("m", ""))
        if event:
            try:
                await self._heard(event, form.get("MessageSid", "")[:64])
            except Away:
                raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from None
        return web.Response(status=204)

    async def _heard(self, event: Delivered | Failed, sid: str) -> None:
        code = event.code if isinstance(event, Failed) else ""
        if code in OURS:
            log.error("sms: message %s: our sender has trouble: %s", event.message, code)
        if not await self._once_more(event, sid, ONCE_MORE.get(code)):
            await self._receive(Envelope(event, self._now(), self._channel.account.id))


def _wrote(form: MultiDict[str]) -> Wrote:
    kinds = (form.get(f"MediaContentType{n}", "") for n in range(MOST_MEDIA))
    # With Advanced Opt-Out a service has words of its own, in its languages: Twilio says here
    # as which of its words it took them.
    meant = form.get("OptOutType", "")
    text = meant if meant in OPT_OUT_TYPES else form.get("Body", "")
    sid = form.get("MessageSid", "")
    return Wrote(text, media=tuple(kind[:64] for kind in kinds if kind), ref=sid)


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
