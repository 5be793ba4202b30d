"""What was erased comes back: somebody else may have held the phone, and whoever gives the code
word shows that it is theirs. Only until it is erased for good, and not to somebody who has agreed
to begin anew: then a worker sees to it."""

from __future__ import annotations

from msgspec.structs import replace

from bot.conversation import code_word, facts, tries
from bot.conversation.effects import BringBack
from bot.conversation.filing import file
from bot.conversation.model import Wrote
from bot.conversation.showing import is_code
from bot.conversation.step import Step


def whose(step: Step, event: Wrote) -> str:
    """The id of what opens with these words; "" where nothing does, or too many were tried."""
    if step.conversation.agreed or event.choice or tries.full(step):
        return ""
    return next((id for id, was in event.hidden.items() if is_code(was, event.text)), "")


def come_back(step: Step, event: Wrote, id: str) -> Step:
    """From here on it is that conversation, as it was before somebody had it erased."""
    was = event.hidden[id]
    closed = replace(was, over=(), burst=None, stranger=None, unheard=False, code_given=False)
    back = Step(step.world, closed, step.now)
    back.change(last_wrote=step.now)
    back.record(BringBack(id))
    back.say("brought_back")
    if was.holder == "worker":
        file(back, "command")
    else:
        code_word.open_up(back, returns=True)
    facts.name_us(back, was.last_wrote)
    return back
