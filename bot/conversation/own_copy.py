"""A copy of what we hold, by chat: in parts, or on a page behind a link that opens once.

No word of it passes through here: a turn records `CopyWanted`, whoever carries it out makes the
copy in the same transaction, and what came of it is heard as `CopyMade`, with pieces that are
quoted by their place (docs/decisions/0029).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.conversation.asking import ask_again, ask_over
from bot.conversation.effects import Asked, CopyWanted
from bot.conversation.model import CopyMade, Quote, Turn
from bot.conversation.rights import GOING, HOW, copy_ways, is_open, link_lasts
from bot.conversation.step import Step
from bot.conversation.understand import Command

GOES_ON: Final = tuple(map(Command, ("more", "yes", "carry_on")))
ENOUGH: Final = tuple(map(Command, ("skip", "back", "no")))
PIECES: Final = 3  # at most, before they say something
MARK: Final = "copy"  # begins what a piece is quoted by


def can_be_here(step: Step) -> bool:
    """May anything of it be shown in this chat now?"""
    return "here" in copy_ways(step.world.service, step.conversation)


def choose_how(step: Step, way: str) -> None:
    """Do it this way, if it is still open to them; or a worker brings it."""
    step.pop()
    if way == "here" and can_be_here(step):
        begin(step, "here")
    elif way == "link" and "link" in copy_ways(step.world.service, step.conversation):
        step.record(CopyWanted("link"))
    else:
        step.record(Asked("copy"))
        step.say("copy_brought")
        ask_again(step)


def begin(step: Step, way: str) -> None:
    """In parts, from the first: the copy, or who has looked."""
    step.push(GOING)
    step.record(CopyWanted("looks" if way == "looks" else "here"))


def go_on(step: Step) -> None:
    """The next parts, unless the sitting ended meanwhile."""
    if is_open(step.conversation):
        step.record(CopyWanted("more"))
    else:
        made(step, CopyMade("more"))


def enough(step: Step) -> None:
    """No more of it, and on below."""
    step.pop()
    step.say("copy_stopped")
    ask_again(step)


def made(step: Step, event: CopyMade) -> None:
    """Say what was made, and ask whether to go on; or what is asked below."""
    if not event.sizes:
        _not_there(step, event)
    elif event.way == "link":
        until = step.now + link_lasts(step.world.service)
        step.say("copy_link", link=_quote(event, 0), size=event.sizes[0], until=until)
        ask_again(step)
    else:
        _pieces(step, event)


def _pieces(step: Step, event: CopyMade) -> None:
    """Each is a message; the third has room for the question below it."""
    for place, size in enumerate(event.sizes):
        alone = place + 1 < PIECES
        step.say("copy_piece", own_message=alone, piece=_quote(event, place), size=size)
    if event.shown < event.count:
        ask_more(step, event)
    else:
        _drop(step)
        step.say("copy_end")
        ask_again(step)


def ask_more(step: Step, event: CopyMade) -> None:
    """How far it is, and whether to go on."""
    step.say("copy_part", shown=event.shown, count=event.count)
    ask_over(step)


def _not_there(step: Step, event: CopyMade) -> None:
    _drop(step)
    if event.way == "more":
        step.say("copy_gone")
    elif event.way == "looks":
        step.record(Asked("looks"))
        step.say("data_looks")
    else:
        step.record(Asked("copy"))
        step.say("data_copy")
    ask_again(step)


def _quote(event: CopyMade, place: int) -> Quote:
    return Quote((f"{MARK}:{event.id}:{event.first + place}",))


def _drop(step: Step) -> None:
    step.change(over=tuple(o for o in step.conversation.over if o not in (GOING, HOW)))


def wanted(turn: Turn) -> CopyWanted | None:
    """What of a copy this turn asks for."""
    return next((e for e in turn.effects if isinstance(e, CopyWanted)), None)


def together(first: Turn, then: Turn) -> Turn:
    """The turn that asked for it, and that which heard of it, as one."""
    return replace(
        then,
        says=first.says + then.says,
        effects=first.effects + then.effects,
        waits=first.waits,
    )
