"""What is said of an erasing and at an end, so that it is true: is it gone, or only closed; has a
worker read what may be a sign of danger?

What the store alone knows of that comes with the message (`Known`): a turn that says one of `ASKS`
is asked for once more, with it.
"""

from __future__ import annotations

from typing import Final

from bot.conversation.model import Turn
from bot.conversation.step import Step

ASKS: Final = frozenset(
    "delete_ask delete_ask_later delete_done delete_later last_none ended ended_named".split()
)


def asks(turn: Turn) -> bool:
    """Does what it says depend on what the store alone knows?"""
    return not ASKS.isdisjoint(say.key for say in turn.says)


def ask_to_delete(step: Step) -> str:
    """The phrase of the one question before it."""
    if step.known.held:
        return "delete_ask_held"
    return "delete_ask_later" if step.world.service.delete_hold else "delete_ask"


def deleted(step: Step) -> None:
    """They said yes to it."""
    hold = step.world.service.delete_hold
    if step.known.held:
        step.say("delete_held")
    elif hold:
        step.say("delete_later", when=step.now + hold)
    else:
        step.say("delete_done")
    step.say(f"deleted_{step.traits.name}")
    read_already(step)


def read_already(step: Step) -> None:
    """What a worker knows of danger they go on knowing."""
    if step.known.read:
        step.say("read_already")
