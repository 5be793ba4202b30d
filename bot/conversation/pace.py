"""How fast is too fast: what we say to one person is bounded, what they write never is.

Somebody who waits for our answer and gets further may be as quick as they like. Words that come
before our last ones are on their way, or that lead nowhere (a machine at the other end, a child
with the phone), weigh: after a while we say once that all is kept, and are silent until it has
been quiet for a minute. Words that keep people safe work all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation.model import Conversation
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning

QUIET = timedelta(minutes=1)
DAY = timedelta(days=1)
WORDS, WORD = 3, 1  # what leads nowhere weighs: words, and what we offer by name or number
FULL = 8 * WORDS  # with the notice, and one word that keeps safe, ten messages in a minute
FULL_DAY = 100 * WORDS
SAFETY = frozenset({"stop", "delete", "person", "safe", "plain"})


def too_fast(step: Step, heard: Meaning) -> bool:
    """Is it time to be silent? Not to a word that keeps somebody safe."""
    _quieten(step)
    conversation = step.conversation
    full = conversation.hurry >= FULL or conversation.hurry_day >= FULL_DAY
    return full and not _is_safety(step, heard)


def say_once(step: Step) -> None:
    """The words are kept: say so the first time, then nothing."""
    conversation = step.conversation
    if conversation.hurry_day >= FULL_DAY:
        if conversation.hurry_day == FULL_DAY:
            step.say("too_many_today")
        step.change(hurry_day=FULL_DAY + 1)
    elif conversation.hurry == FULL:
        step.say("too_fast")
    _weigh(step, max(conversation.hurry, FULL + 1))


def count(step: Step, before: Conversation, heard: Meaning) -> None:
    """Weigh the message that this turn answered. `before` is the conversation that it met."""
    waited = not before.unheard
    further = _progress(step.conversation) != _progress(before)
    if not step.says or (waited and further):
        return
    if step.conversation.hurry >= FULL:  # a word that keeps safe, in the middle of a flood
        # What has to be read before the next word counts is said all the same.
        if step.conversation.hurry > FULL + 1 and step.conversation.over == before.over:
            step.says.clear()
        _weigh(step, FULL + 2)
        return
    known = isinstance(heard, Command) or (isinstance(heard, Chose) and bool(before.over))
    weight = WORD if waited and known else WORDS
    day = step.conversation.hurry_day
    step.change(hurry_day=day if day >= FULL_DAY else min(day + weight, FULL_DAY))
    _weigh(step, min(step.conversation.hurry + weight, FULL))


def _weigh(step: Step, hurry: int) -> None:
    conversation = step.conversation
    since = conversation.hurry_since or step.now
    step.change(hurry=hurry, hurry_last=step.now, hurry_since=since)


def _quieten(step: Step) -> None:
    conversation = step.conversation
    if conversation.hurry_last and _over(step, conversation.hurry_last, QUIET):
        step.change(hurry=0)
    if conversation.hurry_since and _over(step, conversation.hurry_since, DAY):
        step.change(hurry_day=0, hurry_since=None)


def _over(step: Step, since: datetime, span: timedelta) -> bool:
    """Is this time over? So it is where the clock was put back: nobody waits for it to catch up."""
    return not timedelta(0) <= step.now - since < span


def _is_safety(step: Step, heard: Meaning) -> bool:
    return step.over == "delete" or (isinstance(heard, Command) and heard.name in SAFETY)


def _progress(conversation: Conversation) -> tuple[object, ...]:
    told = tuple(conversation.told)
    choices = (conversation.agreed, conversation.share, conversation.reminders, conversation.handed)
    return dict(conversation.answers), told, choices
