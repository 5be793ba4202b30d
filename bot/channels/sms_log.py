"""What people wrote while nobody took Twilio's web hooks: read back from its log.

The forms: twilio.com/docs/messaging/api/message-resource. Twilio keeps words for 400 days, or as
long as the account says. A word that only Advanced Opt-Out knows is not marked in the log (there
is no `OptOutType`): it comes in as it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.channels.sms import SmsChannel
from bot.channels.sms_hooks import ANSWERABLE
from bot.conversation.channel import Envelope, SendError
from bot.conversation.model import Wrote

# What came with a message, where Twilio does not tell.
UNKNOWN = ("other",)


@dataclass(frozen=True, slots=True)
class Written:
    """One message of the log. `at` is Twilio's time, in whole seconds."""

    sid: str
    at: datetime
    address: str = field(repr=False)
    words: str = field(repr=False)
    with_media: bool = False


class SmsLog:
    """What came in to one channel's number or service, as Twilio's log has it."""

    def __init__(self, channel: SmsChannel) -> None:
        self._channel = channel
        self.account = channel.account.id

    async def since(self, since: datetime) -> list[Written]:
        """What came in since then, the oldest first. Raises `SendError`: it can't be read."""
        sender = self._channel.sender
        # A service has numbers of its own, which we learn from the log itself.
        which: dict[str, Any] = {} if sender.startswith("MG") else {"to": sender}
        listed = await self._channel.listed(date_sent_after=since.astimezone(UTC), **which)
        ours = _ours(listed, sender)
        # Listed with the newest first: turned round, those of one second are in order too.
        came_in = [m for m in reversed(listed) if m.direction == "inbound" and _is_to(m, ours)]
        found = [_written(m) for m in came_in if ANSWERABLE.fullmatch(str(m.from_))]
        return sorted((w for w in found if w.at >= since), key=lambda written: written.at)

    async def of(self, address: str, until: datetime) -> list[str]:
        """The ids of all messages with this number, both ways, of then and before. Raises
        `SendError`."""
        listed = await self._channel.listed(to=address)
        listed += await self._channel.listed(from_=address)
        ours = _ours(listed, self._channel.sender)
        with_us = (m for m in listed if _is_to(m, ours) or m.from_ in ours)
        return list(dict.fromkeys(str(m.sid) for m in with_us if _time(m) <= until))

    async def delete(self, sid: str) -> None:
        """Delete one of these. Raises `SendError`."""
        await self._channel.delete(sid)

    async def whole(self, written: Written) -> Envelope:
        """The envelope, with the kinds of what came with it."""
        kinds = await self._kinds(written.sid) if written.with_media else ()
        words, at = Wrote(written.words, media=kinds, ref=written.sid), written.at
        return Envelope(words, at, self.account, written.address, written.sid, written_at=at)

    async def _kinds(self, sid: str) -> tuple[str, ...]:
        try:
            return await self._channel.media(sid) or UNKNOWN
        except SendError:
            return UNKNOWN  # the words are worth more than what came with them


def _written(message: Any) -> Written:
    with_media = str(message.num_media or "0") != "0"
    words = str(message.body or "")
    return Written(str(message.sid), _time(message), str(message.from_), words, with_media)


def _ours(listed: Sequence[Any], sender: str) -> set[str]:
    sent = (m for m in listed if m.messaging_service_sid == sender and m.direction != "inbound")
    return {sender, *(str(m.from_) for m in sent if m.from_)}


def _is_to(message: Any, ours: set[str]) -> bool:
    return message.to in ours or message.messaging_service_sid in ours


def _time(message: Any) -> datetime:
    at = message.date_sent or message.date_created
    return at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC)
