"""E-mail to workers, through the service's own mail server. Never to a person who writes to us."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.conversation.channel import SendError

SECONDS = 20.0
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mail:
    """`server` is an address such as `smtp://user:pass@mail.example.org:587`. The way there is
    encrypted: from the start (`smtps`), or by STARTTLS, without which nothing is sent; only on
    this machine it need not be. `sender` is who it is from."""

    def __init__(self, server: str, sender: str, seconds: float = SECONDS) -> None:
        parts = urlsplit(server)
        self._host, self._port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = parts.scheme == "smtps"
        self._start_tls = not self._tls and self._host not in LOOPBACK
        self._sender, self._seconds = sender, seconds

    async def send(self, address: str, subject: str, text: str) -> None:
        """Hand one mail to the server. Raises `SendError`."""
        try:
            await aiosmtplib.send(
                self._message(address, subject, text),
                hostname=self._host,
                port=self._port,
                username=self._user or None,
                password=self._password or None,
                use_tls=self._tls,
                start_tls=self._start_tls,
                timeout=self._seconds,
            )
        except Exception as error:  # cut off from its cause, which names the address
            raise trouble(error) from None

    def _message(self, address: str, subject: str, text: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address, subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def trouble(error: Exception) -> SendError:
    """What a failed sending means. Codes of 500 and more are for good."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    code = getattr(error, "code", None) or type(error).__name__.removeprefix("SMTP")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return SendError("alarm", str(code))
    for_good = isinstance(code, int) and code >= 500
    return SendError("give_up" if for_good else "retry", str(code))
