"""What the carrier tells of our own words: how far they got, and what did not arrive."""

from __future__ import annotations

from bot.conversation import leaving, reminding
from bot.conversation.effects import Reach, Withdraw
from bot.conversation.model import Delivered, Failed
from bot.conversation.step import Step

_RANK = {"": 0, "said": 0, "failed": 1, "sent": 2, "delivered": 3}


def arrived(step: Step, event: Delivered) -> None:
    """Something that we said is on its way, or has arrived."""
    told, stage = dict(step.conversation.told), event.stage
    for key in event.said:
        if stage != "tried" and key in told and _RANK[stage] > _RANK[told[key]]:
            told[key] = stage
    step.change(told=told)
    if set(event.said) & set(step.conversation.said):
        step.change(unheard=False)
    if stage != "tried":
        reminding.went_out(step, event.said)


def failed(step: Step, event: Failed) -> None:
    """An explanation that did not arrive was not given: it comes again before anything else."""
    conversation = step.conversation
    if set(event.said) & set(conversation.said):
        step.change(unheard=False)
    if event.why in ("stopped", "unreachable"):
        step.change(blocked=event.why)
        step.record(Reach(event.why, event.code), Withdraw())
    if event.why == "stopped" and conversation.standing not in ("stopped", "erased"):
        leaving.stop(step, carrier=True)
    told = dict(conversation.told)
    lost = [k for k in event.said if k in told and told[k] != "delivered"]
    told.update(dict.fromkeys(lost, "failed"))
    step.change(told=told)
    if lost and conversation.agreed and step.conversation.standing != "stopped":
        step.push(lost[0])
