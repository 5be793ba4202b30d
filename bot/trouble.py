"""When our own step fails: what the person is told, and what the log may say."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from bot.conversation.effects import Filed, Timer
from bot.conversation.filing import ASIDE_KEPT_FOR
from bot.conversation.model import Conversation, Due, Event, Turn, World, Wrote
from bot.conversation.step import Step

AGAIN = timedelta(minutes=15)  # a timer that we failed at rings again then


def respond(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """As `silent`; but whoever wrote is told of our trouble."""
    turn = silent(conversation, event, now)
    if not isinstance(event, Wrote):
        return turn
    step = Step(world, conversation, now)
    step.say("trouble")
    return replace(turn, says=tuple(step.says))


def silent(conversation: Conversation, event: Event, now: datetime) -> Turn:
    """Nothing moves. Words are kept as a note, or aside where the person has not agreed yet; a
    timer is put off."""
    if isinstance(event, Due):
        return Turn(conversation, effects=(Timer(event.name, now + AGAIN),))
    if not isinstance(event, Wrote):
        return Turn(conversation)
    if conversation.agreed:
        return Turn(conversation, effects=(Filed("note"),))
    forget = () if conversation.aside else (Timer("forget_aside", now + ASIDE_KEPT_FOR),)
    return Turn(structs.replace(conversation, aside=True), effects=(Filed("aside"), *forget))


def words(event: Event) -> str:
    """What is set aside of an event, sealed: what was written, or else its kind and what it is
    about."""
    if isinstance(event, Wrote):
        return event.text or event.choice
    return f"{type(event).__name__} {getattr(event, 'message', '')}".strip()


def where(error: BaseException) -> str:
    """The kind of error and its place, for the log: its text may hold somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
