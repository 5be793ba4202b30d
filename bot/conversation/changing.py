"""An intake that changed while people were inside it: they go on, and only what changed is asked
again. What they said before stays with the service; nothing here erases it."""

from __future__ import annotations

from bot.conversation import answering
from bot.conversation.step import Step

UNDER_WAY = ("asking", "reviewing", "paused")


def meet(step: Step) -> bool:
    """Take the conversation over into the intake as it is now, if it began in an older one. True
    where another question stands there now than the one that they have read."""
    conversation, flow = step.conversation, step.world.flow
    if not conversation.agreed or conversation.flow == flow.fingerprint:
        return False
    known = bool(conversation.flow)
    step.change(flow=flow.fingerprint)
    if known and conversation.standing in UNDER_WAY:
        _take_over(step)
    return step.conversation.position != conversation.position


def _take_over(step: Step) -> None:
    changed = _changed(step)
    kept = {id: a for id, a in step.conversation.answers.items() if id not in changed}
    step.change(answers=kept)
    position, flow = step.conversation.position, step.world.flow
    gone = position.place in ("question", "edit") and not flow.question(position.id)
    if not (changed or gone):
        return
    if gone:  # words held for its choices, and what we asked about them, belong to no other
        answering.settle_pending(step)
        over = step.conversation.over
        step.change(over=tuple(one for one in over if one != "times" and one[:5] != "mean."))
    if step.conversation.standing == "reviewing":
        step.move("ask")
    following = flow.next(step.conversation)
    if following and (gone or position.place == "review"):
        step.go("question", following.id)
    elif gone:
        step.move("review") if step.conversation.standing == "asking" else None
        step.go("review")
    step.say("flow_changed")


def _changed(step: Step) -> set[str]:
    """Answers to questions that are put in other words, or with other choices, by now."""
    questions = {question.id: question for question in step.world.flow.questions}
    return {
        id
        for id, answer in step.conversation.answers.items()
        if id in questions and answer.status == "answered" and answer.fingerprint
        if answer.fingerprint != questions[id].fingerprint
    }
