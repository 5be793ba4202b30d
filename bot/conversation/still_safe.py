"""Whoever comes back after seven days is asked once whether it is still safe to write to them.

What is safe changes. The bookmark stays below, and SKIP leaves all as it was.
"""

from __future__ import annotations

from typing import Final

from bot.conversation import discreet
from bot.conversation.asking import ask_again, ask_over
from bot.conversation.effects import Answered
from bot.conversation.model import Answer
from bot.conversation.step import Step
from bot.conversation.understand import Command, Meaning

OVER: Final = "still_safe"
TIMES: Final = "good_times"


def comes_first(step: Step, heard: Meaning) -> bool:
    """Is it asked before a yes leads straight back to a question?"""
    yes = heard in (Command("yes"), Command("carry_on"))
    return yes and step.conversation.ask_safe and step.conversation.standing in ("asking", "paused")


def ask_at_the_end(step: Step) -> None:
    """After the ending there is nothing to go on with, so it is asked after our reply."""
    conversation = step.conversation
    if conversation.ask_safe and conversation.standing == "ended" and not conversation.over:
        step.change(ask_safe=False)
        step.push(OVER)
        ask_over(step)


def choose(step: Step, code: str, message: str) -> None:
    """Still safe; not any more; or at other times, which are asked for."""
    step.pop()
    if code == "yes":
        step.say("thanks_1")
        ask_again(step)
        return
    _changed(step, "no" if code == "no" else "sometimes", message)
    if code == "no":
        discreet.turn(step, True, message)
    else:
        _ask_times(step)
    ask_again(step)


def _changed(step: Step, code: str, message: str) -> None:
    before = step.conversation.answers.get(discreet.ASKS)
    asked = before.fingerprint if before else ""
    answer = Answer(discreet.ASKS, "answered", (code,), (message,), asked)
    step.answer(answer)
    step.record(Answered(answer))


def _ask_times(step: Step) -> None:
    """The old times bind no more; the answer leads on from where they were."""
    step.change(safe_times=None, read_times=None, times_wrong=0)
    if not step.world.flow.question(TIMES):
        return
    place = "question" if step.conversation.standing == "asking" else "edit"
    if step.conversation.standing in ("reviewing", "ended"):
        step.move("ask")
    step.go(place, TIMES)
