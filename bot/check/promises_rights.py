"""The promises about the menu that DATA opens (`bot/conversation/own_data.py`)."""

from __future__ import annotations

from typing import Final

from bot.check.promises import promise, replies, state
from bot.check.rules import CHOICE, SAFETY, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.effects import Asked, ClearChat, HandOver
from bot.conversation.model import Due, World, Wrote
from bot.conversation.rights import FIX, FIX_WORDS, GOING, HOW, MENU, is_open

walked(
    "R-S14",
    "What may be done with their words is a menu that moves nothing, and what is said to be passed"
    " on to a worker, or asked of Telegram, is.",
    (CHOICE, TRUST),
)
walked(
    "R-E12",
    "Who asks us to stop the use of it hears nothing unasked, and no part goes to the team, until"
    " a worker has answered.",
    (CHOICE, TRUST),
)

walked(
    "R-S15",
    "Of a copy nothing is sent before the code word, nor where others may read, nor unasked.",
    (SAFETY,),
)

# What says that a worker was asked, and for what.
TELLS: Final = {
    "data_copy": "copy",
    "copy_brought": "copy",
    "data_closed": "copy",
    "data_looks": "looks",
    "data_fix": "fix",
    "data_stop_using": "stop_using",
    "data_complain": "complain",
}
# Left without a choice, or by words of their own: the bookmark has to be where it was.
LEAVES: Final = ("skip", "no", "yes", "carry_on")
SAFETY_FIRST: Final = ("late_care",)


@promise("R-S14")
def the_menu_moves_nothing(heard: Heard, world: World) -> str:
    over = heard.before.over[-1:]
    if (
        over not in ((MENU,), (FIX,), (FIX_WORDS,), (HOW,), (GOING,))
        or not isinstance(heard.event, Wrote)
        or not replies(heard)
    ):
        return ""
    chosen = heard.act.sort in ("choice", "number", "words", "polite")
    left = heard.act.sort == "command" and heard.act.name in LEAVES
    if (chosen or left) and state(heard.before) != state(heard.after):
        return "the menu of DATA moves what lies below it"
    return ""


@promise("R-S14")
def what_is_passed_on_is(heard: Heard, world: World) -> str:
    asked = {effect.what for effect in heard.turn.effects if isinstance(effect, Asked)}
    told = {TELLS[key] for key in heard.said if key in TELLS}
    if told - asked:
        return "a worker is said to be asked, and is not"
    unsaid = (asked & set(TELLS.values())) - told
    return "a worker is asked for what was not told" if unsaid else ""


@promise("R-S14")
def a_chat_that_is_cleared_is_told(heard: Heard, world: World) -> str:
    cleared = any(isinstance(effect, ClearChat) for effect in heard.turn.effects)
    told = "data_clear" in heard.said
    if told and not cleared:
        return "a chat is said to be cleared, and is not"
    return "a chat is cleared, and nobody said so" if cleared and not told else ""


@promise("R-S15")
def a_copy_comes_to_them_alone(heard: Heard, world: World) -> str:
    shown = {"copy_piece", "copy_link"} & set(heard.said)
    if shown and not is_open(heard.after):
        return "a copy is sent where it may not be shown"
    return "a copy is sent that nobody asked for" if shown and not heard.before.over else ""


@promise("R-E12")
def what_is_frozen_is_still(heard: Heard, world: World) -> str:
    if not heard.before.frozen:
        return ""
    given = (e for e in heard.turn.effects if isinstance(e, HandOver) and e.kind == "partial")
    if any(given):
        return "a part goes to the team while they wait for an answer"
    own = isinstance(heard.event, Due) and heard.event.name not in SAFETY_FIRST
    return "we write unasked while they wait for an answer" if own and heard.said else ""
