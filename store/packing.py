"""A `Conversation` as JSON and back, by hand: every message goes through here twice.

A plain field that an older version did not write has its default.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from bot.conversation.model import Answer, Conversation, Position

# These need a hand on the way out or back; all others are text, numbers, yes and no, or nothing.
_SPECIAL = ("position", "over", "answers", "told", "said", "last_wrote", "started")
_PLAIN = tuple(f.name for f in fields(Conversation) if f.name not in _SPECIAL)
_plain_of = attrgetter(*_PLAIN)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(c: Conversation) -> str:
    """This conversation as JSON text."""
    data = dict(zip(_PLAIN, _plain_of(c), strict=True))
    data["position"] = (c.position.place, c.position.id, c.position.page)
    data["over"], data["said"], data["told"] = c.over, c.said, dict(c.told)
    data["answers"] = [
        (a.question, a.status, a.choices, a.messages, a.fingerprint, a.size)
        for a in c.answers.values()
    ]
    data["last_wrote"] = c.last_wrote and c.last_wrote.isoformat()
    data["started"] = c.started and c.started.isoformat()
    return _encode(data)


def unpack(text: str) -> Conversation:
    """The conversation that `pack` wrote."""
    data: dict[str, Any] = json.loads(text)
    data["position"] = Position(*data["position"])
    data["over"], data["said"] = tuple(data["over"]), tuple(data["said"])
    data["answers"] = {a[0]: _answer(*a) for a in data["answers"]}
    for name in ("last_wrote", "started"):
        data[name] = data[name] and datetime.fromisoformat(data[name])
    return Conversation(**data)


def _answer(
    question: str, status: Any, choices: list[str], messages: list[str], mark: str, size: int
) -> Answer:
    return Answer(question, status, tuple(choices), tuple(messages), mark, size)
