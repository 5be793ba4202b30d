"""A worker holds the conversation: we are silent, and keep the bookmark for when it comes back."""

from __future__ import annotations

from bot.conversation import leaving, showing
from bot.conversation.asking import ask_again
from bot.conversation.effects import Withdraw
from bot.conversation.model import Conversation, Quote, Say, WorkerWrote
from bot.conversation.step import Step

SPEAKS = ("explaining", "asking", "reviewing")  # else nothing of ours is left to be read


def took(step: Step) -> None:
    """A worker has it now: what we were about to ask is not sent any more."""
    if step.conversation.holder == "assistant" and step.conversation.standing in SPEAKS:
        step.record(Withdraw())
    step.change(holder="worker", said=())


def wrote(step: Step, event: WorkerWrote) -> None:
    """The words of a worker. The first of them say who writes, unless others may read this phone;
    all wait for a good time, unless there is a recorded reason."""
    if step.conversation.holder != "worker":
        took(step)
    step.change(frozen=False)  # until they are answered, we said
    words, named = Quote((event.message,)), "worker" in step.conversation.said
    if named or step.conversation.discreet or not event.name:
        step.says.append(Say("worker", "{words}", {"words": words}, prompted=event.at_once))
        return
    step.say("worker", prompted=event.at_once, name=event.name, words=words)


def gave_back(step: Step) -> None:
    """To us, at the bookmark. While they sit there it is asked again at once; later only when they
    write: nobody is woken by a question, and another person may hold the phone by then."""
    if step.conversation.holder != "worker":
        return
    step.change(holder="assistant", tries=0)
    last, away = step.conversation.last_wrote, showing.away(step.world.service, step.conversation)
    sits_there = bool(last and step.now - last < away)
    met = sits_there and _talked(step.conversation)
    if met:
        step.change(stranger=None)
    if step.conversation.stranger:
        return
    if step.conversation.standing not in SPEAKS:
        return  # after a stop or an end nothing is said unasked
    if met:
        leaving.wake(step)
    if sits_there and not step.conversation.blocked:
        ask_again(step)


def _talked(conversation: Conversation) -> bool:
    """Did they write to the worker alone since the silence, and the worker to them? Then they are
    no unknown number to us; what was said before stays closed all the same."""
    met = conversation.stranger
    return "worker" in conversation.said and met is not None and met.last_wrote is None
