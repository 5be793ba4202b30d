"""Where the conversation goes next: the next question, an offer of more, a break, the review.

The core questions come first and are enough. Whatever is left for later is offered by name, a
phase at a time, and only after the person asked to go on. Whoever has answered for a while is
asked whether to stop for today; never on the back of what is hardest to answer.
"""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.asking import ask_again
from bot.conversation.effects import Refiled
from bot.conversation.flow import Phase
from bot.conversation.review import page_of
from bot.conversation.step import Step

BREAK_AFTER = 6  # questions
LONG_SITTING = timedelta(minutes=8)
HARDEST = 2  # sensitivity


def go_on(step: Step, answered: bool = True) -> None:
    """To the next thing to ask: the choice to share, the next question, or the review. Whoever
    only looked back (not `answered`) is not nearer to a break."""
    conversation, flow = step.conversation, step.world.flow
    following = flow.next(conversation)
    if conversation.position.place == "edit" and not following:
        step.move("review")
        step.go("review", page=page_of(step, conversation.position.id))
    elif conversation.share is None and flow.core[0].id in conversation.answers:
        step.go("choice", "share")
    elif following:
        _next_question(step, following.id, answered)
    else:
        step.move("review")
        step.go("review")
    ask_again(step)


def _next_question(step: Step, id: str, answered: bool) -> None:
    tired = answered and _time_for_a_break(step)
    step.go("question", id)
    if tired:
        step.push("break")
    elif answered:
        count(step)


def count(step: Step) -> None:
    """One more question in this sitting."""
    since = step.conversation.sitting_since if step.conversation.sitting else step.now
    step.change(sitting=step.conversation.sitting + 1, sitting_since=since)


def sit_down(step: Step) -> None:
    """A sitting begins, with the question that is asked next."""
    step.change(sitting=0)
    count(step)


def _time_for_a_break(step: Step) -> bool:
    conversation = step.conversation
    answered = step.world.flow.question(conversation.position.id)
    if not conversation.sitting or (answered and answered.sensitivity == HARDEST):
        return False
    since = conversation.sitting_since or step.now
    return conversation.sitting >= BREAK_AFTER or step.now - since >= LONG_SITTING


# --- What is left for later ----------------------------------------------------------------------


def left(step: Step) -> Phase | None:
    """The phase to offer next, if any is left."""
    offered = step.world.flow.offered(step.conversation)
    said = step.conversation.opened
    return next((phase for phase in offered if said.get(phase.id) not in ("yes", "no")), None)


def offer_more(step: Step) -> None:
    """After the ending the person asked to go on: offer the next phase, if there is one."""
    phase = left(step)
    if phase is None:
        step.say("nothing_left")
        return
    step.move("ask")
    step.go("offer", phase.id)
    ask_again(step)


def choose_offer(step: Step, said: str) -> None:
    """`yes` opens the phase, `no` leaves it out, `later` leaves it for another time."""
    id = step.conversation.position.id
    step.change(opened={**step.conversation.opened, id: said}, sitting=0, unclear=0)
    if said == "yes":
        step.change(since_hint=99)
        if step.conversation.handed == "complete":
            step.say("more_shown")
        go_on(step)
        return
    phase = left(step) if said == "no" else None
    if phase:
        step.say("skipped")
        step.go("offer", phase.id)
        ask_again(step)
    else:
        step.move("rest")
        step.go("end")
        step.say("not_now" if said == "later" else "nothing_left")


def offer_hardest(step: Step) -> None:
    """Nobody comes back straight into what is hardest: its offer says again what it is about."""
    position, flow = step.conversation.position, step.world.flow
    question = flow.question(position.id) if position.place == "question" else None
    if question and question.sensitivity == HARDEST:
        phase = next((p for p in flow.phases if question in p.questions), None)
        step.go("offer", phase.id) if phase else None


# --- Back ----------------------------------------------------------------------------------------


def back(step: Step) -> None:
    """To the question before, however far; what was answered stays until it is changed."""
    if step.conversation.pending:
        step.record(*(Refiled(message, "note") for message in step.conversation.pending))
        step.change(pending=(), pending_size=0, unclear=0)
    if step.conversation.standing == "ended":
        step.move("reopen")
        step.go("review")
        ask_again(step)
        return
    position = step.conversation.position
    if position.place == "notice":
        step.go("notice", str(max(1, int(position.id) - 1)))
    elif position.place == "edit":
        step.move("review")
        step.go("review", page=page_of(step, position.id))
    elif earlier := _before(step):
        if step.conversation.standing == "reviewing":
            step.move("ask")
        step.go(*earlier)
        step.say("back")
    else:
        step.say("back_start")
    ask_again(step)


def _before(step: Step) -> tuple[str, str] | None:
    """The place before the bookmark: the choice to share stands after the first question."""
    way = [("question", question.id) for question in step.world.flow.path(step.conversation)]
    way.insert(1, ("choice", "share"))
    here = (step.conversation.position.place, step.conversation.position.id)
    place = way.index(here) if here in way else len(way)
    return way[place - 1] if place else None
