"""What is said of an erasing and at an end, so that it is true: is it gone, or only closed; has a
worker read what may be a sign of danger? And of an answer: by which day is it owed already?

What the store alone knows of that comes with the message (`Known`): a turn that says one of `ASKS`
is asked for once more, with it.
"""

from __future__ import annotations

from typing import Final

from bot.conversation.model import Turn
from bot.conversation.step import Step

ASKS: Final = frozenset(
    (
        "delete_ask",
        "delete_ask_later",
        "delete_done",
        "delete_later",
        "delete_later_code",
        "last_none",
        "ended",
        "ended_named",
        "data_complain",
        "data_fix",
    )
)


def asks(turn: Turn) -> bool:
    """Does what it says depend on what the store alone knows?"""
    return not ASKS.isdisjoint(say.key for say in turn.says)


def ask_to_delete(step: Step) -> str:
    """The phrase of the one question before it. Before the agreement (and to whoever is met as an
    unknown number) it says what is true whether or not there was more that may not be deleted."""
    if not step.conversation.agreed:
        return "delete_ask_early"
    if step.known.held:
        return "delete_ask_held"
    return "delete_ask_later" if step.world.service.delete_hold else "delete_ask"


def deleted(step: Step, agreed: bool, code: bool) -> None:
    """They said yes to it, before the agreement or after it; `code`: they gave their code word."""
    hold = step.world.service.delete_hold
    if not agreed:
        step.say("delete_done_early")
    elif step.known.held:
        step.say("delete_held")
    elif hold:
        step.say("delete_later_code" if code else "delete_later", when=step.now + hold)
    else:
        step.say("delete_done")
    step.say(f"deleted_{step.traits.name}")


def read_already(step: Step, known: bool) -> None:
    """What a worker knows of danger they go on knowing. It is told to the person alone: `known`
    says that it is shown who writes."""
    if step.known.read and known:
        step.say("read_already")
