"""What we do when a text says that somebody may be in danger, or that life is very hard.

Every time alike: thanks, one plain sentence, who can help now, what we have done, and the choice to
stop or go on; no question about it. It never ends, shuts or turns the conversation: what they wrote
is an answer or a note as always, the bookmark stays, and a worker is told (`Asked`). After a text
of violence nothing is named before they say that now is a safe time. See the brief, 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import discreet, going, leaving, noticing, promising
from bot.conversation.asking import ask_again, ask_over
from bot.conversation.cues import SAFE_NOW as SAFE_NOW
from bot.conversation.cues import Cue, Name
from bot.conversation.effects import Asked, TakenWrong, Timer
from bot.conversation.filing import file_words
from bot.conversation.model import Say, Wrote
from bot.conversation.service import Helpline
from bot.conversation.step import Step
from bot.conversation.understand import Command, Meaning

CARE = "care"  # the interjection: stop or go on?
QUIET_FOR = timedelta(hours=24)  # the same reply does not come again
TALKS = ("explaining", "asking", "reviewing", "paused", "stopped")
HIDING = ("immediate_danger", "abuse_disclosure")  # one message, and nothing of who we are
Notices = Sequence[Say]
# Staffed time until a worker has read it, where it is less than for a hand-over.
WITHIN: Mapping[str, timedelta] = {
    "immediate_danger": timedelta(minutes=15),
    "suicidal": timedelta(hours=1),
}


def care(step: Step, cue: Cue, event: Wrote) -> None:
    """Answer a cue, once the words have been filed like any others: what was about to be asked
    waits below. The explanation follows at once only where nobody may be hiding."""
    tell_worker(step, cue, event)
    young = [say for say in step.says if say.key.startswith("young")]
    notices = [say for say in step.says if _explains(say)]
    step.says = young
    last = step.conversation.cared.get(cue.name)
    step.change(cared={**step.conversation.cared, cue.name: step.now})
    if cue.name in HIDING:
        _unsay(step, notices)
        notices = []
    if last is not None and step.now - last < QUIET_FOR:
        step.say("care_again")
        _choose(step, notices)
    else:
        SAYS[cue.name](step, notices)
    step.says += [replace(say, own_message=True) for say in notices[:1]] + notices[1:]


def answer(step: Step, cue: Cue, event: Wrote, heard: Meaning) -> None:
    """Care; or where they leave with such words, as they asked: then once where help is, and a
    worker sees the words. Of abuse nothing is named to somebody who may not be alone."""
    if not noticing.is_given(heard):
        care(step, cue, event)
        return
    tell_worker(step, cue, event)
    if heard == Command("stop") and cue.name != "abuse_disclosure":
        if cue.name == "suicidal":
            _line(step, step.world.service.distress_line)
        step.say("care_emergency")


def tell_worker(step: Step, cue: Cue, event: Wrote) -> None:
    """A worker sees the very words, whatever was agreed to so far: the explanation says so."""
    due = _due(step, cue.name)
    step.record(Asked(cue.name, event.message, cue.words, cue.voice, due))


def heard_words(step: Step) -> None:
    """More words, in place of a choice: they are kept, and nothing else is asked."""
    file_words(step)
    first = step.over == CARE
    kept = "care_kept" if first else "care_safe_kept"
    step.say("care_kept_again" if kept in step.conversation.said else kept)
    ask_over(step)


def skip(step: Step) -> None:
    """Past the choice: on with it; and where now may not be safe, no further."""
    if step.over == CARE:
        choose(step, "yes")
    else:
        hear_safe(step, False)


def choose(step: Step, code: str) -> None:
    """Go on, stop for today, or "that is not what I meant": then we are sorry, and go on."""
    step.pop()
    left = step.conversation.standing in ("paused", "stopped")
    if code == "no" and left:
        step.clear_over()
        step.say("not_now")
        return
    if code == "no":
        leaving.pause(step)
        return
    if code == "wrong":
        step.record(TakenWrong())
        step.say("care_wrong")
    if step.over == "resume" or left:
        leaving.resume(step)
    else:
        going.offer_hardest(step)
        ask_again(step)


def hear_safe(step: Step, yes: bool) -> None:
    """The answer to whether now is a safe time."""
    step.pop()
    if not yes:
        _stop_here(step)
        return
    step.say("care_abuse_yes")
    _line(step, step.world.service.abuse_line)
    _told(step, "abuse_disclosure")
    step.say("care_emergency")
    step.say("care_delete")
    _choose(step, ())


# --- What is said to each ------------------------------------------------------------------------


def _danger(step: Step, notices: Notices) -> None:
    service = step.world.service
    step.say("care_danger")
    if service.silent:
        step.say("care_silent", silent=service.silent)
    _told(step, "immediate_danger")
    step.say("care_no_more")
    if step.conversation.standing in TALKS:
        step.push(CARE)  # not asked now: somebody may be hiding; asked when they write again


def _suicidal(step: Step, notices: Notices) -> None:
    step.say("care_suicidal")
    _told(step, "suicidal")
    _line(step, step.world.service.distress_line)
    step.say("care_emergency")
    _choose(step, notices)


def _child(step: Step, notices: Notices) -> None:
    step.say("care_child")
    _told(step, "child_at_risk")
    step.say("care_child_told")
    step.say("care_emergency")
    line = step.world.service.child_line
    if line and line.fresh(step.now):
        step.say("care_child_line", line=line.name, number=line.number)
    _choose(step, notices)


def _abuse(step: Step, notices: Notices) -> None:
    discreet.quietly(step)
    step.record(Timer("remind", None))  # silence is met with silence
    step.say("care_abuse")
    step.push(SAFE_NOW)
    ask_over(step)


SAYS = {
    "immediate_danger": _danger,
    "suicidal": _suicidal,
    "child_at_risk": _child,
    "abuse_disclosure": _abuse,
}


def _due(step: Step, name: Name) -> datetime:
    return _due_of(step, name, step.now)


def _due_of(step: Step, name: str, at: datetime) -> datetime:
    return step.world.service.read_by(at, WITHIN.get(name))


def _told(step: Step, name: Name) -> None:
    """What we have done, and no more than is so."""
    if not step.world.service.nudged:
        step.say("care_told")
        return
    due = _due(step, name)
    others = (_due_of(step, name, at) for name, at in step.conversation.cared.items())
    first = min((due, *(other for other in others if other > step.now)))
    step.record(*promising.promise_care(step, due, first))
    step.say("care_told_when", when=due)


def _line(step: Step, line: Helpline | None) -> None:
    if line and line.fresh(step.now):
        step.say("care_line", line=line.name, number=line.number)


def _choose(step: Step, notices: Notices) -> None:
    """Stop or go on, where there is something to stop, and nothing else is asked."""
    if step.conversation.standing in TALKS and not notices:
        step.push(CARE)
        ask_over(step)


def _stop_here(step: Step) -> None:
    step.clear_over()
    if step.conversation.standing in ("asking", "reviewing", "explaining"):
        step.move("pause")
    step.say("care_abuse_no")


def _explains(say: Say) -> bool:
    return say.key.startswith(("notice.", "carried_"))


def _unsay(step: Step, notices: Notices) -> None:
    """These are not said now: they have to come before anything is agreed to."""
    unsaid = {say.key for say in notices}
    told = {key: how for key, how in step.conversation.told.items() if key not in unsaid}
    step.change(told=told)
