"""Good times to be reached: read out of an answer, shown back, agreed to; and what they bind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from bot.conversation.flow import Question
from bot.conversation.model import Conversation
from bot.conversation.safe_times import SafeTimes, Window, parse
from bot.conversation.safe_words import safe_words
from bot.conversation.service import Service
from bot.conversation.showing import may_show
from bot.conversation.step import Step

UNUSUAL = (time(7), time(22))  # for whom the usual waking hours hold no good time


def read(step: Step, question: Question, text: str) -> bool:
    """After an answer in own words: are there times in it to be shown back? What was agreed to
    before holds no more."""
    if question.kind != "times":
        return False
    catalogue = step.world.catalogues[step.conversation.language]
    found = parse(text, safe_words(step.world.phrases, catalogue))
    wrong = step.conversation.times_wrong if found else 0
    step.change(safe_times=None, read_times=found, times_wrong=wrong)
    if found is None or not may_show(step.conversation):
        return False  # not read back; they bind all the same
    step.push("times")
    return True


def forget(step: Step, question: Question) -> None:
    """The answer was taken out: nothing binds but the usual waking hours."""
    if question.kind == "times":
        step.change(safe_times=None, read_times=None, times_wrong=0)


def settle(step: Step, yes: bool) -> bool:
    """Yes or no to what was shown back. False where the question is to be asked once more."""
    found, wrong = step.conversation.read_times, step.conversation.times_wrong
    if yes:
        step.change(safe_times=found, read_times=None, times_wrong=0)
        step.say("times_yes")
        return True
    step.change(read_times=None, times_wrong=0 if wrong else 1)
    if wrong:
        step.say("times_kept")
    return bool(wrong)


def other_words(step: Step, question: Question) -> str:
    """The question about times in other words, once we have read them wrong; or nothing."""
    again = question.kind == "times" and step.conversation.times_wrong
    return step.world.phrases.messages["times_again"].text if again else ""


# --- What they bind ------------------------------------------------------------------------------


def may_speak_from(service: Service, conversation: Conversation, now: datetime) -> datetime:
    """`now`, or the next moment after it when we may write to this person unasked: in their good
    times and in waking hours. Times that they have not agreed to yet bind as well.

    Where those never meet (after 9pm), the person's own word counts, from 7 to 22 if it can.
    """
    times = conversation.safe_times or conversation.read_times
    if times is None:
        return service.waking_time(now)
    local = now.astimezone(service.hours.zone)
    for first, last in (service.waking, UNUSUAL):
        if both := _within(times, first, last):
            return both.next_allowed(local).astimezone(UTC)
    return times.next_allowed(local).astimezone(UTC)


def _within(times: SafeTimes, first: time, last: time) -> SafeTimes | None:
    windows = tuple(_clipped(times, _minutes(first), _minutes(last)))
    return SafeTimes(windows) if windows else None


def _clipped(times: SafeTimes, first: int, last: int) -> Iterator[Window]:
    for window in times.windows:
        start, end = max(window.start, first), min(window.end, last)
        if start < end:
            yield Window(window.days, start, end)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
