"""One turn in the making: the conversation as it changes, what to say, what to record.

`Step` is mutable for the length of one `respond` and never leaves it: what leaves is the `Turn`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from bot.conversation import lifecycle
from bot.conversation.channel import TRAITS, Traits
from bot.conversation.effects import Effect
from bot.conversation.i18n import placeholders
from bot.conversation.model import (
    Answer,
    Conversation,
    Known,
    Option,
    Position,
    Say,
    Turn,
    Value,
    World,
)
from bot.conversation.service import Service

Offers = tuple[tuple[str, str], ...]
# What a sentence may say of the service, by the name of its placeholder.
FACTS: Mapping[str, Callable[[Service], Value]] = {
    "service": lambda service: service.text_name,
    "organisation": lambda service: service.name,
    "phone": lambda service: service.phone,
    "emergency": lambda service: service.emergency,
    "hours": lambda service: service.hours,
    "keep_days": lambda service: service.keep_days,
    "partial_days": lambda service: service.keep_partial_days,
}


class Step:
    """Collects what follows from one event. Reads the world, changes only itself."""

    def __init__(self, world: World, conversation: Conversation, now: datetime) -> None:
        self.world = world
        self.now = now
        self.conversation = conversation
        self.says: list[Say] = []
        self.effects: list[Effect] = []
        self.waits = False  # for more of theirs
        self.known = Known()

    @property
    def traits(self) -> Traits:
        return TRAITS[self.conversation.channel]

    @property
    def over(self) -> str:
        """The interjection on top, or nothing."""
        return self.conversation.over[-1] if self.conversation.over else ""

    def change(self, **fields: Any) -> None:
        """Change fields of the conversation."""
        self.conversation = replace(self.conversation, **fields)

    def move(self, trigger: str) -> None:
        """Change the standing by one allowed move."""
        self.change(standing=lifecycle.move(self.conversation.standing, trigger))

    def go(self, place: str, id: str = "", page: int = 0) -> None:
        """Put the bookmark."""
        self.change(position=Position(place, id, page))  # type: ignore[arg-type]

    def push(self, interjection: str) -> None:
        """Lay an interjection over the bookmark; one of each kind is enough."""
        rest = tuple(o for o in self.conversation.over if o != interjection)
        self.change(over=(*rest, interjection))

    def pop(self) -> None:
        """Take the top interjection away."""
        self.change(over=self.conversation.over[:-1])

    def clear_over(self) -> None:
        """Take the interjections away, but not an explanation that still has to be given."""
        kept = tuple(o for o in self.conversation.over if o.startswith("notice."))
        self.change(over=kept)

    def record(self, *effects: Effect) -> None:
        """Add what the store shall write."""
        self.effects.extend(effects)

    def answer(self, answer: Answer) -> None:
        """Put an answer in place of an earlier one."""
        proven = tuple(id for id in self.conversation.unproven if id != answer.question)
        self.change(answers={**self.conversation.answers, answer.question: answer})
        self.change(unproven=proven)

    def say(
        self,
        phrase: str,
        *,
        key: str = "",
        options: Sequence[Option] = (),
        offers: Offers = (),
        prompted: bool = True,
        own_message: bool = False,
        **values: Value,
    ) -> None:
        """Say a phrase of common.toml; `key` names it for the record where that differs."""
        found = self.world.phrases.messages[phrase]
        self.says.append(
            Say(
                key=key or phrase,
                text=found.text,
                values={**self._facts(found.text + found.discreet), **values},
                options=tuple(options),
                offers=found.offers + offers,
                prompted=prompted,
                own_message=own_message,
            )
        )

    def say_text(
        self, key: str, text: str, options: Sequence[Option] = (), offers: Offers = ()
    ) -> None:
        """Say a sentence that stands in the flow itself."""
        self.says.append(Say(key, text, options=tuple(options), offers=offers))

    def _facts(self, text: str) -> dict[str, Value]:
        """The facts of the service that a sentence names."""
        service = self.world.service
        return {name: FACTS[name](service) for name in placeholders(text) if name in FACTS}

    def turn(self) -> Turn:
        """What came of it."""
        said = tuple(say.key for say in self.says)
        if said:
            self.change(said=said, unheard=True)
        return Turn(self.conversation, tuple(self.says), tuple(self.effects), self.waits)
