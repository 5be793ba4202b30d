"""What somebody may do with what we hold of them: the points of the menu that DATA opens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from bot.conversation.model import Conversation

MENU: Final = "data"  # the interjection, called like the word that opens it
FIX: Final = "fix"
Point = Literal["see", "looks", "fix", "stop_using", "delete", "complain", "sharing"]
# What of it a worker does: a copy of what we hold, who has looked, something to put right, that we
# stop the use of it, a complaint.
Right = Literal["copy", "looks", "fix", "stop_using", "complain"]
ANSWERED_IN: Final = timedelta(days=30)  # a complaint
POINTS: Final[tuple[Point, ...]] = ("see", "looks", "fix", "stop_using", "delete", "complain")


def points(conversation: Conversation) -> tuple[Point, ...]:
    """The points in their order; who may read a part is one while it can still be chosen."""
    going = conversation.standing in ("asking", "reviewing", "paused")
    open_choice = conversation.share is not None and conversation.handed != "complete"
    return (*POINTS, "sharing") if going and open_choice else POINTS


def may_pass_on(conversation: Conversation) -> bool:
    """May a part go to the team? Not while they wait for an answer to "stop using it"."""
    return bool(conversation.share) and not conversation.frozen
