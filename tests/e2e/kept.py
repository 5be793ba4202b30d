"""What the product kept of one person, read with its key by the functions of its own store."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.model import Conversation
from store import conversations, messages
from store.session import Store


@dataclass(frozen=True)
class Kept:
    """One person's conversation; what they wrote and what was said to them, each in order."""

    conversation: Conversation
    wrote: list[str]
    told: list[str]
    words: dict[str, str]  # by question, in their own words


def kept(store: Store, account: str, address: str) -> Kept:
    """Everything kept of this person. Fails where nothing is."""
    here = (account, address)
    line = store.read_sync(lambda c: conversations.by_address(c, store.keys, [here]))[here]
    rows = store.read_sync(lambda c: messages.transcript(c, store.keys, line.id))
    texts = {row.id: row.text for row in rows}
    answers = line.conversation.answers.values()
    return Kept(
        line.conversation,
        [row.text for row in rows if row.direction == "in"],
        [row.text for row in rows if row.direction == "out"],
        {a.question: "\n".join(texts[id] for id in a.messages) for a in answers},
    )
