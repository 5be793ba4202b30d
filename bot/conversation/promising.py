"""What a person may be promised, and the truth where a promise was not kept.

A time is a promise only where it was told, and told only where a way to a worker was tested of
late (`Service.nudged`): a desk that nobody has open keeps no promise.
"""

from __future__ import annotations

from datetime import datetime

from bot.conversation import timing
from bot.conversation.effects import Effect, Promised, Timer
from bot.conversation.step import Step

SILENT = ("stopped", "erased", "declined", "new")  # standings in which nothing is said unasked


def promise(step: Step, due: datetime, tell: bool) -> tuple[Effect, ...]:
    """What stands in the books for a hand-over that is to be read by then. Where the person is
    told so, they hear of it should it not come true, at a time when we may write."""
    if not (tell and step.world.service.nudged):
        return (Promised("aim", due), Timer("late", None))
    hear = timing.may_speak_from(step.world.service, step.conversation, due)
    return (Promised("read", due), Timer("late", hear))


def promise_care(step: Step, due: datetime, first: datetime) -> tuple[Effect, ...]:
    """As `promise`, for a text that may be a cue, told to the person. `first`: the earliest time
    that is still open, of this and of others; they hear when that one passes."""
    hear = timing.may_speak_from(step.world.service, step.conversation, first)
    return (Promised("care", due), Timer("late_care", hear))


def tell_late(step: Step, promised: datetime) -> None:
    """Nobody has read it in time: the truth, once, and a number. No reason: we know of none."""
    conversation = step.conversation
    silent = conversation.standing in SILENT or conversation.blocked
    promised_something = conversation.handed or conversation.cared
    told = "late" in conversation.said  # of two promises that are late it is said once
    if not silent and promised_something and not told and may_write_first(step):
        step.say("late", prompted=False, when=promised)


def wants_today(step: Step) -> bool:
    """Did they say that they would like to talk to somebody today?"""
    soon = step.conversation.answers.get("how_soon")
    return bool(soon and soon.choices == ("today",))


def may_write_first(step: Step) -> bool:
    """May we write without being written to? Only where the person said that it is safe, or that
    it sometimes is, and then when; where others may read, never without knowing when."""
    safe = step.conversation.answers.get("safe_to_text")
    if safe is None or safe.choices not in (("yes",), ("sometimes",)):
        return False
    anytime = safe.choices == ("yes",) and not step.conversation.discreet
    return anytime or step.conversation.safe_times is not None
