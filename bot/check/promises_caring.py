"""The promises about texts that may be a sign of danger (`bot/conversation/caring.py`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.check.promises import promise
from bot.check.rules import CHOICE, SAFETY, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.effects import Asked
from bot.conversation.model import World

walked(
    "R-K1", "A sign of danger brings a person in; it never ends or shuts the talk.", (SAFETY, TRUST)
)
walked("R-K6", "After a text of violence nothing is named before now is safe.", (SAFETY, CHOICE))
walked("R-K7", "The same care reply does not come twice within a day.", (TRUST,))

SHUT: Final = ("declined", "erased", "stopped")
SAID_FIRST: Final = {
    "immediate_danger": "care_danger",
    "child_at_risk": "care_child",
    "suicidal": "care_suicidal",
    "abuse_disclosure": "care_abuse",
}
MAY_SAY: Final = frozenset({"care_abuse", "care_safe", "care_again", "care"})
A_DAY: Final = timedelta(hours=24)


@promise("R-K1")
def a_cue_brings_a_person_in(heard: Heard, world: World) -> str:
    if heard.act.sort != "cue":
        return ""
    if heard.act.name not in {e.what for e in heard.turn.effects if isinstance(e, Asked)}:
        return "a sign of danger is not put before a worker"
    if heard.after.standing in SHUT and heard.before.standing not in SHUT:
        return "a sign of danger ends the talk"
    silent = heard.before.blocked == "stopped" or heard.before.holder == "worker"
    met = silent or any(key.startswith("care_") for key in heard.said)
    return "" if met else "a sign of danger is met like any other words"


@promise("R-K6")
def nothing_is_named_too_early(heard: Heard, world: World) -> str:
    if heard.act.sort != "cue" or heard.act.name != "abuse_disclosure":
        return ""
    if not heard.said or heard.act.name in heard.before.cared:
        return ""
    if not MAY_SAY.issuperset(heard.said):
        return "more is said after a text of violence than to ask whether now is safe"
    named = any(world.service.emergency in message.text for message in heard.messages)
    return "a number is named after a text of violence" if named else ""


@promise("R-K7")
def no_care_reply_twice_a_day(heard: Heard, world: World) -> str:
    last = heard.before.cared.get(heard.act.name) if heard.act.sort == "cue" else None
    again = last is not None and heard.at - last < A_DAY
    return (
        "the same care reply twice a day"
        if again and SAID_FIRST[heard.act.name] in heard.said
        else ""
    )
