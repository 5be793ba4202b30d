"""The log of the Twilio emulator: its messages, what becomes of them, and faults to order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import uuid4


def new_sid() -> str:
    return f"SM{uuid4().hex}"


@dataclass
class Message:
    """One line of Twilio's log. `direction`: inbound, outbound-api or outbound-reply (TwiML)."""

    to: str
    from_: str
    body: str
    direction: str = "outbound-api"
    status: str = "queued"
    error_code: int = 0
    callback: str = ""
    validity: int = 0
    service: str = ""
    media: tuple[str, ...] = ()
    sid: str = field(default_factory=new_sid)
    created: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def sent(self) -> datetime | None:
        return None if self.status in ("accepted", "queued") else self.created

    def as_json(self, account: str) -> dict[str, object]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "messaging_service_sid": self.service or None,
            "to": self.to,
            "from": self.from_ or None,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "error_code": self.error_code or None,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "num_media": str(len(self.media)),
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.sid}.json",
        }


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of, or (`accepted`) after, what it asks for.

    An answer with `status`; with no status the connection is cut, or with `hangs` stays silent.
    """

    status: int = 0
    code: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    hangs: bool = False
    accepted: bool = False


def media_as_json(message: Message, account: str) -> dict[str, object]:
    """The answer to a request for the media of a message."""
    made = format_datetime(message.created)
    return {
        "media_list": [
            {
                "sid": f"ME{n:032}",
                "parent_sid": message.sid,
                "account_sid": account,
                "content_type": kind,
                "date_created": made,
                "date_updated": made,
                "uri": f"/2010-04-01/Accounts/{account}/Messages/{message.sid}/Media/{n}.json",
            }
            for n, kind in enumerate(message.media)
        ],
        "page": 0,
        "page_size": 50,
        "next_page_uri": None,
    }


class Refused(Exception):
    """Twilio does not take this message."""

    def __init__(self, code: int, status: int = 400) -> None:
        self.code, self.status = code, status


@dataclass(frozen=True)
class Delivery:
    """What becomes of a message: the statuses called back, and whether the handset gets it."""

    statuses: tuple[str, ...] = ("sent", "delivered")
    code: int = 0
    arrives: bool = True


DELIVERED = Delivery()
SENT = Delivery(("sent",))
NEVER = Delivery((), arrives=False)


def undelivered(code: int = 30003) -> Delivery:
    return Delivery(("sent", "undelivered"), code, arrives=False)


def matches(message: Message, query: Mapping[str, str]) -> bool:
    return (
        query.get("To", message.to) == message.to
        and query.get("From", message.from_) == message.from_
        and all(_sent_fits(message.sent, name, day) for name, day in _days(query))
    )


def _days(query: Mapping[str, str]) -> Iterator[tuple[str, datetime]]:
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if name in query:
            yield name, datetime.fromisoformat(query[name]).replace(tzinfo=UTC)


def _sent_fits(sent: datetime | None, name: str, day: datetime) -> bool:
    if sent is None:
        return False
    if name == "DateSent":
        return sent.date() == day.date()
    return sent <= day if name == "DateSent<" else sent >= day
