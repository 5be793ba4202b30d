"""The web hooks of the Twilio emulator: forms signed for one address and sent to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from tests.emulators.twilio_log import Message

# Sent with every text, and part of what is signed, blank or not.
PLACES = [f"{who}{what}" for who in ("From", "To") for what in ("City", "State", "Zip", "Country")]


@dataclass(frozen=True)
class Answer:
    """What the product answered; status 0 where it could not be reached."""

    status: int
    text: str = ""
    content_type: str = ""


class Hooks:
    """Posts to the product. `public` is the address signed for, `product` where it listens."""

    def __init__(self, account: str, token: str, sender: str) -> None:
        self.account, self.token, self.sender = account, token, sender
        self.public, self.product = "", ""
        self._session = ClientSession()

    async def close(self) -> None:
        await self._session.close()

    def status(self, message: Message) -> MultiDict[str]:
        """The form of a status call-back."""
        form = MultiDict(
            MessageSid=message.sid,
            SmsSid=message.sid,
            MessageStatus=message.status,
            SmsStatus=message.status,
            To=message.to,
            From=message.from_ or self.sender,
            AccountSid=self.account,
            ApiVersion="2010-04-01",
        )
        if message.error_code:
            form["ErrorCode"] = str(message.error_code)
        return form

    def inbound(
        self, number: str, body: str, sid: str, media: Sequence[str] = ()
    ) -> MultiDict[str]:
        """The form of a text that comes in, as Twilio posts it."""
        form = MultiDict(dict.fromkeys(PLACES, ""))
        form.update(dict.fromkeys(("MessageSid", "SmsSid", "SmsMessageSid"), sid))
        form.update(
            AccountSid=self.account,
            From=number,
            To=self.sender,
            Body=body,
            SmsStatus="received",
            NumSegments="1",
            NumMedia=str(len(media)),
            ApiVersion="2010-04-01",
        )
        for n, kind in enumerate(media):
            form[f"MediaContentType{n}"] = kind
            form[f"MediaUrl{n}"] = f"{self.public}/media/{n}"
        return form

    def sign(self, url: str, form: MultiDict[str]) -> str:
        return str(RequestValidator(self.token).compute_signature(url, form))

    async def post(self, url: str, form: MultiDict[str], signature: str | None = None) -> Answer:
        """Post a web hook, signed for `url`, to where the product really listens."""
        signed = self.sign(url, form) if signature is None else signature
        address = self.product + url.removeprefix(self.public)
        headers = {"X-Twilio-Signature": signed}
        try:
            async with self._session.post(address, data=form, headers=headers) as response:
                return Answer(response.status, await response.text(), response.content_type)
        except ClientError:
            return Answer(0)
