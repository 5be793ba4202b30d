"""What decides: the real core, or one that does nothing, so that what is left is storing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from bot.conversation import engine, render
from bot.conversation.channel import Traits
from bot.conversation.model import Conversation, Event, Rendered, Say, Turn, World
from bot.inbound import Render, Step


@dataclass(frozen=True, slots=True)
class Core:
    """The step, and what puts its says into words."""

    step: Step
    render: Render


def trivial(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """Nothing changes, and one sentence is said."""
    return Turn(conversation, (Say("hello", "Hello."),))


def plain(
    world: World, conversation: Conversation, says: Sequence[Say], traits: Traits
) -> tuple[Rendered, ...]:
    """The words as they stand, a message each."""
    return tuple(Rendered(say.text, (), (say.key,), say.prompted) for say in says)


def heard(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """As the product decides, where what was said is on its way at once: a second "1" that meets
    a question still waiting to be sent would not be taken for its answer."""
    turn = engine.respond(world, conversation, event, now)
    return Turn(replace(turn.conversation, unheard=False), turn.says, turn.effects)


REAL, TRIVIAL = Core(heard, render.render), Core(trivial, plain)
