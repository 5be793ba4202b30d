"""One update of the Bot API, read by hand: an envelope to take in, a press to answer, or nothing.

Only the members that are needed are looked at, so old, new and odd forms of all others pass. The
forms are those of core.telegram.org/bots/api#update (Bot API 10.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.conversation.channel import Envelope
from bot.conversation.model import Event, Failed, Wrote

# The commands of the conversation. A person may add words to one ("/help me please").
COMMAND_NAMES = """start skip pause back why help stop data delete person language more safe
    carry_on helping yes no"""
COMMANDS = frozenset(COMMAND_NAMES.split())
# In this order, because an animation also carries a `document`, and a venue a `location`.
MEDIA_KINDS = """animation photo voice video audio document sticker location contact video_note
    poll dice"""
MEDIA = tuple(MEDIA_KINDS.split())
# What Telegram itself writes into a chat: nobody said anything, so nobody waits for an answer.
SERVICE_KINDS = """
    boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left
    chat_shared checklist_tasks_added checklist_tasks_done connected_website delete_chat_photo
    direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden gift
    gift_upgrade_sent giveaway giveaway_completed giveaway_created giveaway_winners
    group_chat_created left_chat_member managed_bot_created message_auto_delete_timer_changed
    migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo new_chat_title
    paid_message_price_changed passport_data pinned_message poll_option_added
    poll_option_deleted proximity_alert_triggered refunded_payment successful_payment
    suggested_post_approval_failed suggested_post_approved suggested_post_declined
    suggested_post_paid suggested_post_refunded supergroup_chat_created unique_gift users_shared
    video_chat_ended video_chat_participants_invited video_chat_scheduled video_chat_started
    web_app_data write_access_allowed
"""
SERVICE = frozenset(SERVICE_KINDS.split())
COMMAND = re.compile(r"/(\w{1,32})(?:@\w{1,32})?(?:\s+(.*))?", re.DOTALL)
LANGUAGE_TAG = re.compile(r"[A-Za-z0-9-]{2,35}")
CODE_BYTES = 64  # the longest `callback_data`
DATE_BITS = 40
ID_BITS = 52  # ids of chats and people have at most as many
# Updates wait at Telegram for a day; those of the last two minutes count as of now.
WAITED, KEPT = timedelta(minutes=2), timedelta(days=2)

Json = Mapping[str, object]


class Unreadable(Exception):
    """An update without the form that Telegram documents. Its words are not in the message."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button that waits for an answer. `message` is 0 where it is not known."""

    query: str
    chat: int
    message: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What one update asks for. `leave` is a group or channel that we have no place in."""

    envelope: Envelope | None = None
    press: Press | None = None
    leave: int | None = None


def read(update: object, account: str, at: datetime) -> Reading:
    """What to do about one update that arrived `at` (UTC). Raises `Unreadable`."""
    whole = _object(update)
    provider_id = f"u{_number(whole.get('update_id'), 63)}"
    for kind, reader in READERS.items():
        if kind in whole:
            return reader(_object(whole[kind]), Envelope(Wrote(), at, account, "", provider_id))
    return Reading()


def sound(text: str) -> str:
    """The text without what can't be stored or sent: NUL, and halves of surrogate pairs."""
    pairs_joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return pairs_joined.replace("\x00", "")


def without_slash(text: str) -> str:
    """`/start ref` -> `start`, `/help@our_bot` -> `help`, `/help me` -> `help me`.

    The payload of a start link is a reference and nobody's words. Other text that only begins
    with a slash is left as it is.
    """
    match = COMMAND.fullmatch(text.strip())
    if not match:
        return text
    name, rest = match[1].lower(), match[2]
    if name == "start" or not rest:
        return name.replace("_", " ")
    return f"{name.replace('_', ' ')} {rest}" if name in COMMANDS else text


def _message(message: Json, envelope: Envelope) -> Reading:
    chat = _object(message.get("chat"))
    if not _private(chat):
        # A group that became a supergroup is left under its new id.
        return Reading(leave=_number(message.get("migrate_to_chat_id") or chat.get("id")))
    words = message.get("text") or message.get("caption") or ""
    media = _media(message)
    if not words and not media:
        return Reading()
    number = message.get("message_id")
    ref = str(number) if type(number) is int else ""  # without it, all but its removal works
    wrote = Wrote(text=without_slash(sound(_text(words))), media=media, ref=ref)
    filled = _filled(envelope, wrote, chat, message.get("from"))
    return Reading(replace(filled, written_at=_waited_since(message, envelope.at)))


def _waited_since(message: Json, at: datetime) -> datetime | None:
    """When a message was written that came long after; Telegram keeps them for a day."""
    waited = timedelta(seconds=int(at.timestamp()) - _number(message.get("date", 0), DATE_BITS))
    return at - waited if WAITED < waited < KEPT else None


def _edited(message: Json, envelope: Envelope) -> Reading:
    # What was answered stands as it was first written; groups are left in any case.
    chat = _object(message.get("chat"))
    return Reading() if _private(chat) else Reading(leave=_number(chat.get("id")))


def _pressed(query: Json, envelope: Envelope) -> Reading:
    message = _object(query.get("message") or {})
    sender = _object(query.get("from"))
    # A chat with one person has that person's id, so a press on a vanished message still counts.
    chat = _object(message.get("chat") or {"id": sender.get("id"), "type": "private"})
    number = _number(chat.get("id"))
    press = Press(_query_id(query.get("id")), number, _number(message.get("message_id", 0)))
    if not _private(chat):
        return Reading(press=press, leave=number)
    code = sound(_text(query.get("data", "")))
    if len(code.encode()) > CODE_BYTES:
        raise Unreadable("callback data")
    taken = _filled(envelope, Wrote(choice=code), chat, sender) if code else None
    return Reading(taken, press)


def _our_membership(change: Json, envelope: Envelope) -> Reading:
    chat = _object(change.get("chat"))
    status = _text(_object(change.get("new_chat_member")).get("status"))
    if _private(chat):
        blocked = _filled(envelope, Failed(message="", why="stopped"), chat, change.get("from"))
        return Reading(blocked if status == "kicked" else None)
    gone = status in ("left", "kicked")
    return Reading(leave=None if gone else _number(chat.get("id")))


READERS = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _our_membership,
}


def _filled(envelope: Envelope, event: Event, chat: Json, sender: object) -> Envelope:
    language = sender.get("language_code") if isinstance(sender, Mapping) else None
    tag = language if isinstance(language, str) and LANGUAGE_TAG.fullmatch(language) else ""
    address = str(_number(chat.get("id")))
    return Envelope(
        event, envelope.at, envelope.account, address, envelope.provider_id, hint=tag.lower()
    )


def _private(chat: Json) -> bool:
    # Telegram's own examples have a chat without a type; groups and channels have negative ids.
    return chat.get("type", "private") == "private" and _number(chat.get("id")) > 0


def _media(message: Json) -> tuple[str, ...]:
    kind = next((kind for kind in MEDIA if _has(message, kind)), "")
    if kind or message.get("text"):
        return (kind,) if kind else ()
    return () if any(_has(message, key) for key in SERVICE) else ("other",)


def _has(message: Json, key: str) -> bool:
    # Some of Telegram's own notes are an empty object.
    return message.get(key) not in (None, False)


def _object(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise Unreadable("not an object")
    return value


def _number(value: object, bits: int = ID_BITS) -> int:
    # `type`, not isinstance: true and false are ints too.
    if type(value) is not int or value.bit_length() > bits:
        raise Unreadable("not a number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("not a text")
    return value


def _query_id(value: object) -> str:
    return value if isinstance(value, str) else ""
