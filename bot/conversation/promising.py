"""What a person may be promised, and the truth where a promise was not kept.

A time is a promise only where it was told, and told only where a way to a worker was tested of
late (`Service.nudged`): a desk that nobody has open keeps no promise.
"""

from __future__ import annotations

from datetime import datetime

from bot.conversation import timing
from bot.conversation.effects import OWED, Effect, Owed, Promised, Timer
from bot.conversation.model import Due
from bot.conversation.rights import ANSWERED_IN
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


def promise_answer(step: Step, what: Owed) -> datetime:
    """The day by which a worker answers this, to be told. It stands in the books, and they hear of
    it should it pass; what still waits for its answer keeps the day that was told before."""
    told = dict(step.known.owed).get(what)
    if told and told > step.now:
        return told
    due = step.now + ANSWERED_IN
    hear = timing.may_speak_from(step.world.service, step.conversation, due)
    step.record(Promised(what, due), Timer(f"late_{what}", hear))
    return due


def tell_late(step: Step, event: Due) -> None:
    """It has not come about in time: the truth, once, and a number. The reason is that of a worker,
    or none: we know of none. A worker's words stay off a phone that others may read."""
    conversation, answer = step.conversation, event.name.removeprefix("late_") in OWED
    silent = conversation.standing in SILENT or conversation.blocked
    promised_something = answer or conversation.handed or conversation.cared
    phrase, since = ("late_answer" if answer else "late"), event.since or step.now
    told = phrase in conversation.said  # of two promises that are late it is said once
    if silent or not promised_something or told or not may_write_first(step):
        return
    step.say(phrase, prompted=False, when=since, date=since)
    if event.reason and not conversation.discreet:
        step.say("late_reason", prompted=False, reason=event.reason)


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
