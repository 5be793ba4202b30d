"""Telegram as a way out: the Bot API through python-telegram-bot, used as a client only.

What comes in is in `telegram_arrivals` and `telegram_updates`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.channels.telegram_updates import Press, sound
from bot.conversation.channel import TELEGRAM, Button, Outgoing, SendError, Traits

# Otherwise the library warns at each RetryAfter that it makes, which is an error in our tests.
os.environ.setdefault("PTB_TIMEDELTA", "1")

API_BASE = "https://api.telegram.org"
SERVED = ("message", "edited_message", "callback_query", "my_chat_member")
COMMAND = "c:"  # how the code of a command's button begins (bot/conversation/render.py)
SHORT_LABEL = 16  # characters; two such buttons fit beside each other on a narrow handset
IN_A_ROW = 4  # more command buttons than this in a row are cut off on a narrow handset
AT_ONCE = 64  # connections; the sender uses 16, presses are answered beside it
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Descriptions of a 400 that speak of the address; all others speak of what was to be sent.
NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid")

logger = logging.getLogger(__name__)


class TelegramChannel:
    """One bot. `account` is our id of it; `seconds` is how long to wait for any one answer."""

    def __init__(
        self, account: str, token: str, api_base: str = API_BASE, seconds: float = 5.0
    ) -> None:
        self.account = account
        self._seconds = seconds
        self._requests = (_Request(1, seconds), _Request(AT_ONCE, seconds))
        self._bot = _Client(
            token,
            base_url=f"{api_base.rstrip('/')}/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )
        self._aside: set[asyncio.Task[None]] = set()

    @property
    def traits(self) -> Traits:
        return TELEGRAM

    async def send(self, out: Outgoing) -> str:
        """Send plain text with its buttons. Returns Telegram's message id; raises SendError."""
        try:
            sent = await self._bot.send_message(
                chat_id=out.address,
                text=sound(out.text),
                reply_markup=keyboard(out.buttons),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                protect_content=True,
            )
        except TelegramError as error:
            raise trouble(error) from None
        except (LookupError, TypeError, ValueError):
            # The answer, not our request, had an odd form: it may well have been sent.
            raise SendError("unclear", "answer") from None
        return str(sent.message_id)

    async def clear(self, address: str, refs: Sequence[str]) -> None:
        """Remove up to 100 messages of a private chat, theirs and ours, each under 48 hours old;
        those that are gone are passed over. Raises SendError (`refused`: one is too old)."""
        try:
            await self._bot.delete_messages(address, [int(ref) for ref in refs])
        except TelegramError as error:
            raise trouble(error) from None

    async def find(self, out: Outgoing) -> str | None:
        """None: bots can't look through what they sent."""
        return None

    async def close(self) -> None:
        """End what is under way beside the main work, and the connections."""
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    def answer(self, press: Press) -> None:
        """Stop the spinner on the pressed button. Soon, and of no consequence if it fails."""
        if press.query:
            self._beside(self._bot.answer_callback_query(press.query))

    def unbutton(self, press: Press) -> None:
        """Take the keyboard away that was pressed, so that it isn't pressed again."""
        if press.message:
            self._beside(self._bot.edit_message_reply_markup(press.chat, press.message))

    def leave(self, chat: int) -> None:
        """Leave a group or channel: what is said there is not only between us and one person."""
        self._beside(self._bot.leave_chat(chat))

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url`. Those that wait at Telegram are kept."""
        await self._bot.set_webhook(url, secret_token=secret, allowed_updates=SERVED)

    async def delete_webhook(self) -> None:
        """Have updates kept for polling. Those that wait at Telegram are kept."""
        await self._bot.delete_webhook(drop_pending_updates=False)

    async def set_commands(self, commands: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """The menu of commands: (name, description) by language, "" for all other languages."""
        for language, listed in commands.items():
            await self._bot.set_my_commands(listed, language_code=language or None)

    async def updates(self, offset: int, hold: int) -> list[object]:
        """Updates from `offset` on, unparsed; waits up to `hold` seconds for the first."""
        asked = {"timeout": hold, "allowed_updates": list(SERVED)}
        if offset:
            asked["offset"] = offset
        return await self._bot.raw_updates(asked, hold + self._seconds)

    def _beside(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(_shrug(work))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Choices one or two in a row, then the commands together; None without buttons."""
    choices = [button for button in buttons if not button.code.startswith(COMMAND)]
    commands = [button for button in buttons if button.code.startswith(COMMAND)]
    beside = 2 if all(len(button.label) <= SHORT_LABEL for button in choices) else 1
    rows = _rows(choices, beside) + _rows(commands, IN_A_ROW)
    return InlineKeyboardMarkup(rows) if rows else None


def _rows(buttons: Sequence[Button], beside: int) -> list[list[InlineKeyboardButton]]:
    made = [InlineKeyboardButton(sound(b.label), callback_data=b.code) for b in buttons]
    return [made[start : start + beside] for start in range(0, len(made), beside)]


def trouble(error: TelegramError) -> SendError:
    """What a failed sending means. The order matters: BadRequest and TimedOut are NetworkErrors."""
    match error:
        case RetryAfter():
            return SendError("retry", "429", wait_asked(error))
        case Forbidden():
            gone = "deactivated" in error.message.lower()
            return SendError("give_up" if gone else "stopped", "403")
        case BadRequest():
            unknown = any(words in error.message.lower() for words in NO_SUCH_CHAT)
            return SendError("give_up" if unknown else "refused", "400")
        case ChatMigrated():
            return SendError("moved", "migrated", address=str(error.new_chat_id))
        case InvalidToken():
            return SendError("alarm", "401")
        case NetworkError() if isinstance(error.__cause__, NEVER_SENT):
            return SendError("retry", "connect")
        case TimedOut():
            return SendError("unclear", "timeout")
    return SendError("unclear", "network")


def wait_asked(error: RetryAfter) -> float:
    """The seconds that Telegram asks us to wait."""
    asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)


async def _shrug(work: Awaitable[object]) -> None:
    try:
        await work
    except TelegramError as error:
        logger.info("telegram: a courtesy call failed (%s)", type(error).__name__)


class _Request(HTTPXRequest):
    """The library's own, but what can't be read is neither logged nor of unforeseen types."""

    def __init__(self, connections: int, seconds: float) -> None:
        super().__init__(
            connections,
            read_timeout=seconds,
            write_timeout=seconds,
            connect_timeout=seconds,
            pool_timeout=seconds,
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            # Without the cause, which holds the words.
            raise TelegramError("answer is not a JSON object") from None
        return {"result": None, **answer}


class _Client(Bot):
    """The library's own, with getUpdates whose updates are not parsed.

    `Bot.get_updates` parses all of them and fails at each call while an odd one waits;
    `Bot.do_api_request("getUpdates")` warns at each call that one should use the former.
    """

    async def raw_updates(self, asked: dict[str, Any], seconds: float) -> list[object]:
        got = await self._post("getUpdates", asked, read_timeout=seconds)
        if not isinstance(got, list):
            raise TelegramError("updates are not a list")
        return got
