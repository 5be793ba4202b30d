"""What we write to somebody who is silent: at most two reminders, and one notice before what they
said is deleted. Only to whom agreed to reminders, and when it is good for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.conversation import timing
from bot.conversation.cues import SAFE_NOW
from bot.conversation.effects import Timer
from bot.conversation.facts import deleted_on
from bot.conversation.model import Conversation
from bot.conversation.promising import may_write_first
from bot.conversation.step import Step

MOST_REMINDERS = 2
BETWEEN_REMINDERS = timedelta(hours=48)
BEFORE_DELETION, ONE_DAY = timedelta(days=7), timedelta(days=1)
REMIND, DELETION = "remind", "deletion"  # timers
UNASKED = frozenset("remind partial_handed partial_untimed deletion_near".split())
WAITING = ("asking", "reviewing", "paused")  # standings in which we wait for an answer


def said_something(conversation: Conversation) -> bool:
    """Is there anything to hand over, or to be sorry about once it is deleted?"""
    return any(answer.status == "answered" for answer in conversation.answers.values())


def reminder_time(step: Step) -> datetime:
    """When the next reminder may go: after two quiet days, when it is good to write."""
    service, conversation = step.world.service, step.conversation
    return timing.may_speak_from(service, conversation, step.now + BETWEEN_REMINDERS)


def after_these_words(step: Step) -> datetime:
    """As `reminder_time`, where something is said unasked now: two days from when that may go, so
    that both do not wait for the same hour."""
    service, conversation = step.world.service, step.conversation
    goes = timing.may_speak_from(service, conversation, step.now)
    return timing.may_speak_from(service, conversation, goes + BETWEEN_REMINDERS)


def set_timers(step: Step) -> None:
    """They wrote: what they agreed to begins anew."""
    conversation = step.conversation
    if not conversation.reminders or SAFE_NOW in conversation.over:
        return
    step.record(Timer(REMIND, reminder_time(step)))
    if conversation.handed != "complete":
        step.record(Timer(DELETION, _notice_time(step, step.now)))


def _notice_time(step: Step, wrote: datetime) -> datetime:
    """A week before the date, or half the time where that is shorter."""
    service, date = step.world.service, deleted_on(step, wrote)
    before = min(BEFORE_DELETION, (date - wrote) / 2)
    return timing.may_speak_from(service, step.conversation, date - before)


def may_remind(step: Step) -> bool:
    """Of its own accord the service writes twice at most, only if both are agreed to: reminders,
    and that it is safe."""
    return _may_write(step) and step.conversation.reminded < MOST_REMINDERS


def _may_write(step: Step) -> bool:
    """Nothing is queued for somebody whom nothing reaches, nor while a worker is with them."""
    return _agreed(step) and not _is_held(step)


def _agreed(step: Step) -> bool:
    conversation = step.conversation
    return bool(conversation.reminders and may_write_first(step) and not conversation.blocked)


def _is_held(step: Step) -> bool:
    """A worker is with them, or they wait for a worker's answer to "stop using it"."""
    return step.conversation.holder == "worker" or step.conversation.frozen


def remind(step: Step) -> None:
    """It has been quiet for two days. What we wrote before may still wait for its time."""
    conversation = step.conversation
    if conversation.standing not in WAITING or not may_remind(step):
        return
    if conversation.unheard and UNASKED & set(conversation.said):
        step.record(Timer(REMIND, after_these_words(step)))
    else:
        step.change(reminded=conversation.reminded + 1)
        step.say("remind", prompted=False)
        step.record(Timer(REMIND, after_these_words(step)))


def went_out(step: Step, said: Sequence[str]) -> None:
    """What was said unasked is on its way only now: two days begin anew."""
    if UNASKED & set(said) and step.conversation.standing in WAITING and may_remind(step):
        step.record(Timer(REMIND, reminder_time(step)))


def tell_of_deletion(step: Step) -> None:
    """A week from now what they said is deleted: they hear of it, once. While a worker has it, a
    day is waited, again and again. A reminder that was on its way waits two days more."""
    conversation = step.conversation
    unfinished = conversation.standing in WAITING and conversation.handed != "complete"
    if not (unfinished and said_something(conversation) and _agreed(step)):
        return
    if SAFE_NOW in conversation.over:  # silence is met with silence
        return
    wrote = conversation.last_word or step.now
    if (due := _notice_time(step, wrote)) > step.now:  # they wrote to a worker meanwhile
        step.record(Timer(DELETION, due))
    elif _is_held(step):
        step.record(Timer(DELETION, step.now + ONE_DAY))
    else:
        step.say("deletion_near", prompted=False, date=deleted_on(step, wrote))
        if conversation.reminded < MOST_REMINDERS:
            step.record(Timer(REMIND, after_these_words(step)))
