"""The same app without a store: the same core, and what it decided kept in a dict."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.bench.cores import REAL
from bot.bench.people import OPENING
from bot.conversation.channel import SMS, Envelope, Receipt
from bot.conversation.model import Conversation, Delivered, Event, World, Wrote
from store.ids import new_id


class Memory:
    """`receive` decides and puts into words as the product does, and nothing outlives it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._opened = self._through_the_opening()
        self._people: dict[str, Conversation] = {}

    async def receive(self, envelope: Envelope) -> Receipt:
        known = self._people.get(envelope.address, self._opened)
        event = Wrote(getattr(envelope.event, "text", ""), message=new_id())
        self._people[envelope.address] = self._stepped(known, event)
        return Receipt(stored=True)

    def _through_the_opening(self) -> Conversation:
        conversation = Conversation()
        for words in OPENING:
            conversation = self._stepped(conversation, Wrote(words, message=new_id()))
            sent = Delivered(new_id(), "sent", said=conversation.said)
            conversation = self._stepped(conversation, sent)
        return conversation

    def _stepped(self, conversation: Conversation, event: Event) -> Conversation:
        turn = REAL.step(self._world, conversation, event, datetime.now(UTC))
        REAL.render(self._world, turn.conversation, turn.says, SMS)
        return turn.conversation
