"""A `Conversation` as JSON and back: every message goes through here twice.

A field that an older version did not write has its default.
"""

from __future__ import annotations

import msgspec

from bot.conversation.model import Conversation

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Conversation).decode


def pack(conversation: Conversation) -> str:
    """This conversation as JSON text."""
    return _encode(conversation).decode()


def unpack(text: str) -> Conversation:
    """The conversation that `pack` wrote."""
    return _decode(text)
