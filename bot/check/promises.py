"""The promises that only a walk can show: what the words do, what is kept, what comes first.

Each looks at one event and what followed, and says what is broken, or nothing. Some rules are
read for as well (in the modules of readings): those are registered there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.check.rules import CHOICE, EMPOWERMENT, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.model import Conversation, World, Wrote
from bot.conversation.showing import away as away_after

Broken = Callable[[Heard, World], str]


@dataclass(frozen=True, slots=True)
class Promise:
    """A rule, and what tells that one event broke it."""

    rule: str
    broken: Broken


PROMISES: list[Promise] = []


def promise(rule: str) -> Callable[[Broken], Broken]:
    """The decorated function holds each event against this rule."""

    def add(broken: Broken) -> Broken:
        PROMISES.append(Promise(rule, broken))
        return broken

    return add


walked("R-P1", "No question is asked before the explanation arrived and was agreed to.", (CHOICE,))
walked("R-S5", "WHY and HELP leave everything as it was, and the question comes again.", (TRUST,))
walked("R-S6", "PAUSE loses nothing: after an hour, a day, 29 days it goes on there.", (CHOICE,))
walked("R-S7", "BACK reaches every earlier answer, also skipped ones.", (CHOICE, EMPOWERMENT))
walked(
    "R-E2", "Answers are erased only if the person asks, and all of it only once asked.", (CHOICE,)
)

ARRIVED: Final = ("sent", "delivered")
AWAY: Final = ("asking", "reviewing", "paused", "ended")


def broken_by_error(error: Exception) -> tuple[str, str]:
    """What it means that the engine had no answer at all."""
    return "R-S1", f"no answer: the engine raises {type(error).__name__}"


# --- What is true of an event --------------------------------------------------------------------


def state(conversation: Conversation) -> tuple[object, ...]:
    """What a word that only tells something leaves as it was."""
    c = conversation
    choices = (c.agreed, c.share, c.reminders, c.handed, c.helping, dict(c.opened))
    return (c.standing, c.position, dict(c.answers), *choices)


def returns(heard: Heard, world: World) -> bool:
    """Does the person write after a time away?"""
    away = heard.before.standing in AWAY and heard.quiet >= away_after(world.service, heard.before)
    return away and isinstance(heard.event, Wrote)


def replies(heard: Heard) -> bool:
    """May the engine reply as it likes: no worker, no block, nothing that nobody has read?"""
    c = heard.before
    return c.holder == "assistant" and not c.blocked and not c.unheard


def begins(heard: Heard) -> bool:
    """Is this the first word, which brings the explanation whatever it was?"""
    return heard.met.standing in ("new", "erased", "declined")


def on_a_question(heard: Heard) -> bool:
    """Is a question asked, with nothing lying over it?"""
    c = heard.met
    return c.standing == "asking" and c.position.place in ("question", "edit") and not c.over


# --- Words that work at any time -----------------------------------------------------------------


def _says(*keys: str) -> Callable[[Heard], bool]:
    def says(heard: Heard) -> bool:
        return any(key.startswith(keys) for key in heard.said)

    return says


DOES: Final[dict[str, Callable[[Heard], bool]]] = {
    "stop": lambda heard: heard.became.standing == "stopped",
    "delete": lambda heard: (
        heard.became.over[-1:] == ("delete",) or heard.became.standing == "erased"
    ),
    "language": lambda heard: heard.became.over[-1:] == ("language",),
    "pause": lambda heard: heard.became.standing == "paused" or "not_now" in heard.said,
    "why": _says("why", "share_why"),
    "help": _says("help"),
    "person": _says("person"),
    "safe": _says("safe_"),
    "more": _says("more"),
    "data": _says("data"),
}


@promise("R-S1")
def each_word_does_what_it_says(heard: Heard, world: World) -> str:
    name = heard.act.name
    if heard.act.sort != "command" or not replies(heard) or name.startswith("carrier."):
        return ""
    if begins(heard) and name != "stop":
        return "" if heard.said else f"{name} is met with silence"
    if returns(heard, world) and name in ("data", "pause"):
        return "" if heard.said else f"{name} is met with silence"
    does = DOES[name](heard) if name in DOES else bool(heard.said)
    return "" if does else f"{name} does not do what it is for"


@promise("R-S5")
def telling_moves_nothing(heard: Heard, world: World) -> str:
    name = heard.act.name
    if heard.act.sort != "command" or name not in ("why", "help", "safe", "more", "person"):
        return ""
    if not replies(heard) or begins(heard):
        return ""
    if state(heard.before) != state(heard.after):
        return f"{name} changes the state"
    if returns(heard, world):
        return ""
    if heard.before.over != heard.after.over:
        return f"{name} changes what lies over the question"
    asked = f"ask.{heard.before.position.id}"
    again = not on_a_question(heard) or heard.said[-1:] == (asked,)
    return "" if again else f"after {name} the question does not come again"


@promise("R-S3")
def skip_moves_on(heard: Heard, world: World) -> str:
    if heard.act.name != "skip" or heard.act.sort != "command" or not on_a_question(heard):
        return ""
    if not replies(heard) or returns(heard, world):
        return ""
    here = heard.before.position.id
    if f"ask.{here}" in heard.said or here not in heard.after.answers:
        return "what was skipped is asked again"
    neutral = {"skipped", "skip_kept"}
    return (
        "" if heard.said[:1] and heard.said[0] in neutral else "a skip is not met with its one line"
    )


@promise("R-S9")
def a_person_is_one_word_away(heard: Heard, world: World) -> str:
    if heard.act.name != "person" or heard.act.sort != "command" or not replies(heard):
        return ""
    texts = " ".join(message.text for message in heard.messages)
    now = {"person_now", "person_later"} & set(heard.said)
    return "" if world.service.phone in texts and now else "PERSON is not met with number and hours"


@promise("R-S12")
def not_twice_the_same(heard: Heard, world: World) -> str:
    if not isinstance(heard.event, Wrote) or heard.act.sort == "command":
        return ""
    if heard.event.unsent:  # what we had to say to the first of these was not said
        return ""
    same = NOT_UNDERSTOOD & set(heard.before.said) & set(heard.said)
    return f"{min(same)} is said twice in a row" if same else ""


NOT_UNDERSTOOD: Final = frozenset(
    "nearest note_kept aside_kept review_unclear ended_note media old_button resume_kept".split()
)


# --- Before the first question -------------------------------------------------------------------


@promise("R-P1")
def nothing_is_asked_before_a_yes(heard: Heard, world: World) -> str:
    after = heard.after
    notices = {key: told for key, told in after.told.items() if key.startswith("notice.")}
    asks = any(key.startswith(("ask.", "offer.")) for key in heard.said)
    if asks and (not after.agreed or "failed" in notices.values()):
        return "a question is asked before the explanation was agreed to"
    if after.agreed and not heard.before.agreed:
        if len(notices) < 3 or not all(told in ARRIVED for told in notices.values()):
            return "a yes counts for an explanation that did not arrive"
        if heard.act.name not in ("yes",) and heard.act.sort != "choice":
            return "what was not a yes counts as one"
        asked = [key for key in heard.said if key.startswith("ask.")]
        if asked and asked[0] != f"ask.{world.flow.sections[0].questions[0].id}":
            return "the first question is not about what is strong"
    return ""
