"""The providers of a month, with a log of their own of what was sent, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.e2e.crowd import BusyTelegram, BusyTwilio
from tests.emulators.twilio_log import Message

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Sent:
    """One message that a provider took. `ref` is its own id of it; `message` is ours, where it was
    told that one."""

    address: str
    at: datetime
    body: str
    ref: str
    message: str = ""


class LoggingTwilio(BusyTwilio):
    def __init__(self, now: Now) -> None:
        super().__init__()
        self.now, self.took = now, list[Sent]()

    async def _take(self, message: Message) -> None:
        at = self.now()
        message.created = at.replace(microsecond=0)
        ours = parse_qs(urlsplit(message.callback).query).get("m", [""])[0]
        self.took.append(Sent(message.to, at, message.body, message.sid, ours))
        await super()._take(message)


class LoggingTelegram(BusyTelegram):
    def __init__(self, now: Now) -> None:
        super().__init__(lambda id: None)
        self.now, self.took = now, list[Sent]()
        self.date = lambda: int(now().timestamp())

    async def _result(self, method: str, values: dict[str, str]) -> Any:
        result = await super()._result(method, values)
        if method == "sendMessage":
            body, ref = values["text"], str(result["message_id"])
            self.took.append(Sent(values["chat_id"], self.now(), body, ref))
        return result
