"""Discreet mode: turning plain messages on and off, and what is left once others may read.

PLAIN and FULL turn it on and off anywhere; "is it safe to write here?" turns it on by a no and
offers it where the answer is not a yes. How things are then said is a matter of words (`twins`),
whether what was said may be shown one of `showing`.
"""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.effects import Agreed, Refiled, Withdraw
from bot.conversation.flow import Question
from bot.conversation.model import Answer
from bot.conversation.rights import clears_itself
from bot.conversation.showing import may_show
from bot.conversation.step import Step

WORDS = ("plain", "full")
OFFER = "plain_offer"
ASKS = "safe_to_text"
ASKED = ("question", "edit")


def turn(step: Step, on: bool, message: str) -> None:
    """Plain messages from now on, or the usual ones again. Back to the usual ones, with our name
    in them, only for who knows the code word if there is one."""
    conversation = step.conversation
    if not on and conversation.discreet and (conversation.doubted or not conversation.agreed):
        step.say("plain_stays")  # or whoever finds the phone could bring our name back
        return
    if not on and conversation.discreet and not (conversation.code_given or not conversation.code):
        step.say("note_kept")
        return
    if on != conversation.discreet:
        step.record(Agreed("discreet", on, message))
        if on:
            quietly(step)
        else:
            step.change(discreet=False)
    step.say("plain_on" if on else "plain_off")
    if clears_itself(step.world.service, step.conversation):
        step.say("plain_clears", count=step.world.service.clear_plain // timedelta(hours=1))


def quietly(step: Step) -> None:
    """Plain messages from now on, and no word about it."""
    if not step.conversation.discreet:
        step.change(discreet=True)
        step.record(Withdraw())  # what waits to be sent would still say who we are
        _leave_what_tells(step)


def choose(step: Step, yes: bool, message: str) -> None:
    """The answer to the offer."""
    if yes:
        turn(step, True, message)
    else:
        step.record(Agreed("discreet", False, message))
        step.say("plain_not")


def after_safe(step: Step, question: Question, answer: Answer) -> None:
    """After "is it safe to write here?": at a no we write plainly at once; where it is not a yes
    either, that is offered before the next question."""
    if question.id != ASKS or step.conversation.discreet:
        return
    if answer.choices == ("no",):
        turn(step, True, answer.messages[-1])
    elif answer.choices != ("yes",):
        step.push(OFFER)


def _leave_what_tells(step: Step) -> None:
    """Nothing is read back any more, and what is not asked where others read is left."""
    conversation, place = step.conversation, step.conversation.position.place
    gone = {OFFER, "times"} if not may_show(conversation) else {OFFER}
    gone |= {"helping"} if place == "offer" else set()  # at the end nobody is asked about
    step.change(over=tuple(over for over in conversation.over if over not in gone))
    left = {question.id for question in step.world.flow.path(conversation)}
    if place == "offer":
        step.move("rest") if conversation.standing == "asking" else None
        step.go("end")
    elif place == "review" or (place in ASKED and conversation.position.id not in left):
        _to_what_is_left(step)


def _to_what_is_left(step: Step) -> None:
    """To the next question, or the review. Words held for a question that goes are a note."""
    standing, following = step.conversation.standing, step.world.flow.next(step.conversation)
    if step.conversation.pending:
        step.record(*(Refiled(message, "note") for message in step.conversation.pending))
        step.change(pending=(), pending_size=0, unclear=0)
    if following:
        step.move("ask") if standing == "reviewing" else None
        step.go("question", following.id)
    else:
        step.move("review") if standing == "asking" else None
        step.go("review")
