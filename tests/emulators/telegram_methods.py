"""What each method of the Bot API does to the emulated Telegram, and how calls can go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tests.emulators.telegram_people import Received

if TYPE_CHECKING:
    from tests.emulators.telegram import Telegram

REMOVED_FOR = 48 * 60 * 60  # seconds
Json = dict[str, Any]
Values = dict[str, str]
How = Literal["refuse", "drop", "lose", "hang", "junk", "odd"]


class Call(NamedTuple):
    method: str
    values: dict[str, str]


class Fault(NamedTuple):
    """refuse: an error answer; drop: cut off undone; lose: done, cut off; hang: done, no answer;
    junk: done, answered with something that is not JSON; odd: done, answered with less than the
    Bot API promises."""

    method: str
    how: How
    chat: int
    status: int
    description: str
    parameters: Json


class Delivery(NamedTuple):
    update_id: int
    status: int
    headers: dict[str, str]
    body: bytes


class Refused(Exception):
    """An error answer of the Bot API."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters or {}


def get_me(tg: Telegram, values: Values) -> Json:
    return {"id": 7700900, "is_bot": True, "first_name": "Intake", "username": "intake_bot"}


def webhook_info(tg: Telegram, values: Values) -> Json:
    info: Json = {"url": tg.hook.get("url", ""), "has_custom_certificate": False}
    info["pending_update_count"] = len(tg.waiting)
    if tg.deliveries and not 200 <= tg.deliveries[-1].status < 300:
        info |= {"last_error_date": int(time.time()), "last_error_message": "Wrong response"}
    return info


def set_webhook(tg: Telegram, values: Values) -> bool:
    allowed = json.loads(values.get("allowed_updates", "null"))
    # Given no kinds, Telegram keeps those it was given before.
    kept = tg.hook.get("allowed_updates") if allowed is None else allowed
    tg.hook = {**values, "allowed_updates": kept}
    tg.post_waiting()
    return True


def delete_webhook(tg: Telegram, values: Values) -> bool:
    tg.hook.pop("url", None)
    return True


def send_message(tg: Telegram, values: Values) -> Json:
    person = tg.people.get(int(values["chat_id"]))
    if person is None:
        raise Refused(400, "Bad Request: chat not found")
    if person.blocks:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if not person.wrote:
        raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
    if not values.get("text", "").strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(values["text"]) > 4096:
        raise Refused(400, "Bad Request: message is too long")
    markup = json.loads(values.get("reply_markup", "{}"))
    rows = markup.get("inline_keyboard", [])
    if any(len(b["callback_data"].encode()) > 64 for row in rows for b in row):
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    received = Received(next(person.numbers), values["text"], rows, values, date=tg.date())
    person.messages.append(received)
    chat = {"id": person.number, "type": "private", "first_name": person.name}
    return {"message_id": received.id, "date": received.date, "chat": chat, "text": received.text}


def edit_markup(tg: Telegram, values: Values) -> bool:
    message = _message(tg, values)
    rows = json.loads(values.get("reply_markup", "{}")).get("inline_keyboard", [])
    if message.rows == rows:
        raise Refused(400, "Bad Request: message is not modified")
    message.rows = rows
    return True


def delete_messages(tg: Telegram, values: Values) -> bool:
    """Those that are not there are passed over; one that may not go, and all of them stay."""
    numbers = json.loads(values["message_ids"])
    if not 0 < len(numbers) <= 100:
        raise Refused(400, "Bad Request: wrong number of message identifiers specified")
    person = tg.people.get(int(values["chat_id"]))
    if person is None:
        raise Refused(400, "Bad Request: chat not found")
    if person.blocks:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    found = [message for message in person.there if message.id in numbers]
    if any(tg.date() - message.date >= REMOVED_FOR for message in found):
        raise Refused(400, "Bad Request: message can't be deleted for everyone")
    for message in found:
        message.deleted = True
    return True


def _message(tg: Telegram, values: Values) -> Received:
    person = tg.people.get(int(values["chat_id"]))
    number = int(values["message_id"])
    for message in person.messages if person else ():
        if message.id == number:
            return message
    raise Refused(400, "Bad Request: message to edit not found")


def answer_query(tg: Telegram, values: Values) -> bool:
    if values["callback_query_id"] not in tg.queries:
        raise Refused(400, "Bad Request: query is too old and response timeout expired")
    tg.queries.remove(values["callback_query_id"])
    return True


def leave(tg: Telegram, values: Values) -> bool:
    tg.left.append(int(values["chat_id"]))
    return True


def set_commands(tg: Telegram, values: Values) -> bool:
    tg.commands[values.get("language_code", "")] = json.loads(values["commands"])
    return True


METHODS: dict[str, Callable[[Telegram, Values], Any]] = {
    "getMe": get_me,
    "getWebhookInfo": webhook_info,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "sendMessage": send_message,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_query,
    "leaveChat": leave,
    "setMyCommands": set_commands,
}
