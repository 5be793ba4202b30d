"""The promises about what is hard to answer: it is opened first, and nothing digs into it."""

from __future__ import annotations

from typing import Final

from bot.check.promises import on_a_question, promise
from bot.check.rules import CHOICE, SAFETY, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.model import World

walked("R-O10", "An answer about what is hard is met with no question about it.", (SAFETY, CHOICE))
walked("R-O11", "Questions that are left for later come only after a yes to them.", (CHOICE, TRUST))

# What may hold a question after an answer: the next of the intake, an offer, a choice about the
# chat, the reading back of it, and what was not understood.
MAY_ASK: Final = (
    *("ask.", "offer", "review", "break_offer", "share", "ended", "resume", "reminders"),
    *("nearest", "many_noted", "mean_", "times", "helping", "young", "person", "language"),
    *("delete", "data", "safe_", "more", "help", "why", "notice", "too_", "media", "old_button"),
)
NO_YES: Final = ("no", "later", "skip")  # answers to an offer that open nothing


@promise("R-O10")
def nothing_digs_into_it(heard: Heard, world: World) -> str:
    asked = world.flow.question(heard.before.position.id)
    if asked is None or asked.sensitivity < 2 or not on_a_question(heard):
        return ""
    if heard.act.sort not in ("words", "choice", "number"):
        return ""
    digs = (s.key for s in heard.turn.says if "?" in s.text and not s.key.startswith(MAY_ASK))
    key = next(digs, "")
    return f"an answer to what is hard is met with a question of its own: {key}" if key else ""


@promise("R-O11")
def later_is_opened_first(heard: Heard, world: World) -> str:
    place, id = heard.before.position.place, heard.before.position.id
    opens = heard.after.opened.get(id) == "yes" != heard.before.opened.get(id)
    if place == "offer" and opens and heard.act.name.rpartition(".")[2] in NO_YES:
        return "what was no yes to an offer opens it"
    asked = {key.removeprefix("ask.") for key in heard.said if key.startswith("ask.")}
    for phase in world.flow.phases:
        closed = heard.after.opened.get(phase.id) != "yes"
        # Where others may read, which word opens what is kept belongs to the core; and what was
        # asked already is asked again.
        plain = heard.after.discreet
        later = {q.id for q in phase.questions if q.id != id and not (plain and q.kind == "code")}
        if closed and later & asked:
            return f"a question of {phase.id} is asked before they opened it"
    return ""
