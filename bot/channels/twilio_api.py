"""Twilio through its own library: the client, what its errors mean, and its signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any
from urllib.parse import urlparse

from aiohttp import ClientConnectorError, encode_basic_auth
from multidict import MultiDict
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator

from bot.conversation.channel import SendError, SendTrouble

# Error codes when a message is created: twilio.com/docs/api/errors/<code>, read 2026-09.
OPTED_OUT = 21610
GIVE_UP = frozenset({21211, 21614, 21635, 63003, 63024})
TOO_MANY = frozenset({14107, 20429, 21611})
# The body: missing (21602, 21619), or too long (21605, 21617).
REFUSED = frozenset({21602, 21605, 21617, 21619})


class Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Twilio's client, without its log (it writes numbers), and heeding `Retry-After`."""

    async def request(self, method: str, url: str, **options: Any) -> Any:
        user = options.pop("auth", None)
        if user:
            # aiohttp no longer wants the BasicAuth that the library would make of it.
            headers = options.pop("headers", None) or {}
            options["headers"] = {**headers, "Authorization": encode_basic_auth(*user)}
        response = await super().request(method, url, **options)
        if response.status_code == 429:
            wait = str(response.headers.get("Retry-After", ""))
            raise SendError("retry", "20429", float(wait) if wait.isdecimal() else 0.0)
        return response

    def log_request(self, kwargs: dict[str, Any]) -> None:
        pass

    def log_response(self, status_code: int, response: Any) -> None:
        pass


def send_error(error: Exception) -> SendError:
    """What an exception of the library means for the message that was being sent.

    Whatever is not known to mean "not sent" is `unclear`.
    """
    if isinstance(error, SendError):
        return error
    if isinstance(error, ClientConnectorError):
        return SendError("retry", "no connection")
    # The second is not a kind of the first: it is what a newer form of answer raises.
    if isinstance(error, (TwilioRestException, TwilioServiceException)):
        return SendError(_trouble(error.status, error.code or 0), str(error.code or error.status))
    return SendError("unclear", type(error).__name__)


def _trouble(status: int, code: int) -> SendTrouble:
    if code == OPTED_OUT:
        return "stopped"
    if code in GIVE_UP:
        return "give_up"
    if code in TOO_MANY:
        return "retry"
    if code in REFUSED:
        return "refused"
    # What is left below 500 was refused for how it was asked: our settings, most likely.
    return "unclear" if status >= 500 or status == 408 else "alarm"


def signed(url: str, form: MultiDict[str], signature: str, tokens: tuple[str, ...]) -> bool:
    """Did the holder of one of the tokens sign this address and these fields?

    Twilio's validator tries several forms of the address. The one that nearly always fits is
    tried first, in a tenth of the time. twilio.com/docs/usage/webhooks/webhooks-security
    """
    given = signature.encode(errors="replace")
    try:
        if any(_fits(url, form, given, token) for token in tokens):
            return True
        return any(RequestValidator(token).validate(url, form, signature) for token in tokens)
    except ValueError:
        return False  # not an address: bytes beyond UTF-8, a port in letters


def _fits(url: str, form: MultiDict[str], given: bytes, token: str) -> bool:
    """False where a name comes twice or the address is odd: left to the validator, being rare."""
    names = sorted(set(form))
    if len(names) < len(form) or not _is_plain(url):
        return False
    keyed = _keyed(token).copy()
    keyed.update((url + "".join([name + form[name] for name in names])).encode())
    return hmac.compare_digest(base64.b64encode(keyed.digest()), given)


@lru_cache(64)
def _is_plain(url: str) -> bool:
    """Does the validator compare with this very address? It drops an empty query, for one."""
    parts = urlparse(url)
    return (parts.port is None or parts.port > 0) and parts.geturl() == url


@lru_cache(8)
def _keyed(token: str) -> hmac.HMAC:
    """Half of the work depends on the token only."""
    return hmac.new(token.encode(), digestmod=hashlib.sha1)
