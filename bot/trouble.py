"""When our own step fails: what the person is told, and what the log may say."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

from bot.conversation.model import Conversation, Event, Filed, Turn, World, Wrote
from bot.conversation.step import Step


def respond(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """Nothing moves; words are kept as a note, and whoever wrote them is told of our trouble."""
    step = Step(world, conversation, now)
    if isinstance(event, Wrote):
        step.say("trouble")
    return Turn(conversation, tuple(step.says), (Filed("note"),))


def silent(conversation: Conversation) -> Turn:
    """As `respond`, where even that sentence can't be said."""
    return Turn(conversation, effects=(Filed("note"),))


def words(event: Event) -> str:
    """What is set aside of an event, sealed: what was written, or else its kind."""
    if isinstance(event, Wrote):
        return event.text or event.choice
    return type(event).__name__


def where(error: BaseException) -> str:
    """The kind of error and its place, for the log: its text may hold somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
