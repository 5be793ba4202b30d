"""What somebody may do with what we hold of them: the points of the menu that DATA opens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from bot.conversation.channel import TRAITS

if TYPE_CHECKING:
    from bot.conversation.model import Conversation
    from bot.conversation.service import Service

MENU: Final = "data"  # the interjection, called like the word that opens it
FIX: Final = "fix"
FIX_WORDS: Final = "fix_words"  # what should stand there, in their own words
Point = Literal["see", "looks", "fix", "stop_using", "delete", "clear", "complain", "sharing"]
# What of it a worker does: a copy of what we hold, who has looked, something to put right, that we
# stop the use of it, a complaint.
Right = Literal["copy", "looks", "fix", "stop_using", "complain"]
# A copy by chat: the interjections that ask how, and whether to go on; the ways to have it.
HOW: Final = "copy_how"
GOING: Final = "copy_going"
CopyWay = Literal["here", "link", "looks", "more"]
LINK_LASTS: Final = timedelta(minutes=30)  # at most: see `link_lasts`
ANSWERED_IN: Final = timedelta(days=30)  # what is owed (`effects.OWED`)
ALL: Final[tuple[Point, ...]] = get_args(Point)


def points(conversation: Conversation) -> tuple[Point, ...]:
    """The points in their order; who may read a part is one while it can still be chosen, and to
    clear the chat is one where that can be done."""
    going = conversation.standing in ("asking", "reviewing", "paused")
    open_choice = conversation.share is not None and conversation.handed != "complete"
    left = set() if TRAITS[conversation.channel].clears else {"clear"}
    left |= set() if going and open_choice else {"sharing"}
    return tuple(point for point in ALL if point not in left)


def clears_itself(service: Service, conversation: Conversation) -> bool:
    """Is what is old removed from this chat without their asking?"""
    can = TRAITS[conversation.channel].clears
    return can and conversation.discreet and bool(service.clear_plain)


def may_pass_on(conversation: Conversation) -> bool:
    """May a part go to the team? Not while they wait for an answer to "stop using it"."""
    return bool(conversation.share) and not conversation.frozen


def is_open(conversation: Conversation) -> bool:
    """May content be sent to this phone? Only while the code word is given, never where others may
    read, and not once they left. A word that was set after a silence may be somebody else's, and to
    answer anew what was answered before it proves nothing."""
    left = conversation.standing in ("paused", "stopped", "erased")
    given = bool(conversation.code) and conversation.code_given
    doubted = conversation.doubted or bool(conversation.unproven)
    return given and not (conversation.discreet or left or doubted)


def link_lasts(service: Service) -> timedelta:
    """How long a link opens their copy: never past the silence after which the chat itself asks
    for the code word again."""
    return min(LINK_LASTS, service.away)


def copy_ways(service: Service, conversation: Conversation) -> tuple[str, ...]:
    """How they may have a copy; a worker can always bring it. By chat there is one of what the
    team has."""
    if not (service.copies and conversation.handed and is_open(conversation)):
        return ("worker",)
    return ("here", "link", "worker") if service.links else ("here", "worker")
