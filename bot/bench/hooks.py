"""Web hooks as Twilio posts them: the usual form, signed, as it goes over the wire."""

from __future__ import annotations

from urllib.parse import urlencode

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.sms import INBOUND
from store.ids import new_id

TOKEN = "b" * 32
ACCOUNT_SID = "AC" + "b" * 32
NUMBER = "+447700900000"
PUBLIC = "https://ownpace.example"
URL = PUBLIC + INBOUND
# Sent with every text, and part of what is signed, blank or not
# (twilio.com/docs/messaging/guides/webhook-request).
_PLACES = [f"{who}{what}" for who in ("From", "To") for what in ("City", "State", "Zip", "Country")]
_validator = RequestValidator(TOKEN)


def form(address: str, words: str) -> MultiDict[str]:
    """A text that comes in, with an id of its own."""
    fields = dict.fromkeys(_PLACES, "")
    fields |= dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), f"SM{new_id()}")
    fields |= {"AccountSid": ACCOUNT_SID, "From": address, "To": NUMBER, "Body": words}
    fields |= {"SmsStatus": "received", "NumSegments": "1", "NumMedia": "0"}
    return MultiDict(fields | {"ApiVersion": "2010-04-01"})


def signature(fields: MultiDict[str]) -> str:
    """What Twilio's own library signs this form with."""
    return str(_validator.compute_signature(URL, fields))


def request(address: str, words: str) -> str:
    """The whole request, with its head."""
    fields = form(address, words)
    body = urlencode(list(fields.items()))
    return (
        f"POST {INBOUND} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Twilio-Signature: {signature(fields)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        f"{body}"
    )
