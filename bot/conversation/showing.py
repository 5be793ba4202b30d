"""May what was said be shown on this phone now? And the code word that opens it.

`may_show` is the one place that decides: the review, anything read back and the content of a copy
ask it. The conversation holds a fingerprint of the code word, never the word (docs/decisions/0018).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.conversation.folding import fold
from bot.conversation.model import Conversation
from bot.conversation.service import Service

SAFE_FOR = timedelta(days=7)  # of silence, after which we ask anew whether it is safe to write
SAFE = (("yes",), ("sometimes",))
LONGEST, MOST_WORDS = 40, 3  # characters of a code word, folded; the words of it


def may_show(conversation: Conversation) -> bool:
    """May the person's words, or what they chose, be shown? With a code word only once it was
    given in this sitting; without one never where others may read."""
    if conversation.code:
        return conversation.code_given
    return not conversation.discreet


def is_known(conversation: Conversation) -> bool:
    """Is it shown that the person themselves writes: by the code word, or as nobody else can have
    come to the phone since they began?"""
    if conversation.code:
        return conversation.code_given and not conversation.doubted
    return not conversation.doubted


def may_be_another(conversation: Conversation) -> bool:
    """Is it a guarded phone, and not shown who writes? Then nothing tells that there was more."""
    return guarded(conversation) and not is_known(conversation)


def may_quote(conversation: Conversation, question: str) -> bool:
    """May this answer be shown? Not on the strength of the number alone: what was said before a
    silence needs the code word that there was then."""
    return may_show(conversation) and question not in conversation.unproven


def guarded(conversation: Conversation) -> bool:
    """Is there somebody to guard it from: on a phone that others may read, or by a code word?"""
    return conversation.discreet or bool(conversation.code)


def away(service: Service, conversation: Conversation) -> timedelta:
    """The silence after which another person may hold the phone."""
    plain = min(service.away, service.away_plain)
    return plain if conversation.discreet else service.away


def is_silent(service: Service, conversation: Conversation, now: datetime) -> bool:
    """Is the sitting over by silence?"""
    wrote = conversation.last_wrote
    return bool(wrote and now - wrote >= away(service, conversation))


def lock(service: Service, conversation: Conversation, now: datetime) -> Conversation:
    """The same with what was opened closed, where the sitting is over: they paused or stopped, or
    were silent for long."""
    left = conversation.standing in ("paused", "stopped")
    if not is_silent(service, conversation, now):
        return replace(conversation, code_given=False) if left else conversation
    proven = bool(conversation.code)  # then the word opens them
    given = conversation.unproven if proven else tuple(conversation.answers)
    return replace(
        conversation,
        code_given=False,
        unproven=given,
        doubted=conversation.doubted or (not proven and conversation.agreed),
        ask_safe=conversation.ask_safe or _asks_safe(conversation, now),
    )


def _asks_safe(conversation: Conversation, now: datetime) -> bool:
    wrote, safe = conversation.last_wrote, conversation.answers.get("safe_to_text")
    said = safe is not None and safe.choices in SAFE
    return said and wrote is not None and now - wrote >= SAFE_FOR


# --- The code word -------------------------------------------------------------------------------


def fits(text: str) -> bool:
    """Can this be a code word? A sentence is no word that both would remember."""
    return 0 < len(_folded(text)) <= LONGEST and len(fold(text).split()) <= MOST_WORDS


def chooses(text: str) -> bool:
    """Is this a number as one chooses with? It is no code word."""
    number = text.strip()
    return number.isdecimal() and len(number) < 3


def fingerprint(text: str, salt: str) -> str:
    """What is kept of a code word: the salt, and a keyed hash of the folded word."""
    word = _folded(text).encode()
    return f"{salt}:{hashlib.blake2b(word, key=salt.encode()[:64], digest_size=16).hexdigest()}"


def is_code(conversation: Conversation, text: str) -> bool:
    """Is this the code word, however it is written?"""
    kept = conversation.code
    return bool(kept) and fits(text) and is_same(kept, text)


def is_same(kept: str, text: str) -> bool:
    """Is `kept` the fingerprint of this word? In constant time."""
    return hmac.compare_digest(fingerprint(text, kept.partition(":")[0]), kept)


def _folded(text: str) -> str:
    return fold(text).replace(" ", "")
