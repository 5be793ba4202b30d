"""How often somebody may try to find the code word: five times a day, and nobody is told.

A wrong word can't be told from any other message. So whatever could be one counts while nothing is
open: short, and no word, number or greeting that we know. As an answer to a question it counts
less, or the owner who goes on without the word would have used up the day. When the day is full
the right word is met like a wrong one: all goes on, but what was said stays closed. A worker who
held the conversation ends that as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation.hearing import says_only
from bot.conversation.model import Conversation, Wrote
from bot.conversation.only_here import says_one_of
from bot.conversation.showing import chooses, fits, is_code
from bot.conversation.step import Step
from bot.conversation.understand import Meaning, Unclear, Words

DAY = timedelta(days=1)
MOST, ALONE, AS_ANSWER = 20, 4, 1  # of a day; of one where nothing is asked; of an answer


def full(step: Step) -> bool:
    """Were there as many tries as a day has?"""
    until = full_until(step.conversation)
    return until is not None and until - DAY <= step.now < until


def full_until(conversation: Conversation) -> datetime | None:
    """When a new day of tries begins, where this one is full."""
    since = conversation.tries_since
    return since + DAY if since and conversation.tries >= MOST else None


def weight(before: Conversation) -> int:
    """What a try weighs, by what it was said to."""
    asked = before.standing == "asking" and before.position.place in ("question", "edit")
    return AS_ANSWER if asked else ALONE


def count(step: Step, event: Wrote, heard: Meaning, weight: int) -> None:
    """Count a message that could have been meant to be the code word, and is not."""
    locked = step.conversation.code and not step.conversation.code_given
    if locked and _could_be(step, event, heard):
        spend(step, weight)


def count_hidden(step: Step, event: Wrote, heard: Meaning) -> None:
    """The same for the code word of what was erased from this contact: nothing is asked here."""
    if _could_be(step, event, heard):
        spend(step, ALONE)


def spend(step: Step, weight: int) -> None:
    """So much of the day is used up."""
    since = step.conversation.tries_since
    if since is None or not timedelta() <= step.now - since < DAY:
        step.change(tries=0, tries_since=step.now)
    step.change(tries=min(step.conversation.tries + weight, MOST))


def _could_be(step: Step, event: Wrote, heard: Meaning) -> bool:
    if event.choice or not fits(event.text) or is_code(step.conversation, event.text):
        return False
    if not isinstance(heard, Words | Unclear) or chooses(event.text):
        return False
    polite = any(says_only(step, event.text, kind) for kind in ("greetings", "polite"))
    return not (polite or says_one_of(step, event.text, "there"))
