"""A question of an adopter's own that breaks a promise, put at the end of a section."""

from __future__ import annotations

from typing import Any

from tests.check.house import House
from tests.check.mutating import KINDS, each
from tests.check.mutating_messages import Change

__all__ = ["KINDS"]

MATTERS, HARD = 2, -2  # places of sections
GOOD = {
    "id": "extra",
    "ask": "What else is good in your week?",
    "why": "It helps our team plan.",
    "phase": "later",
    "sensitivity": 0,
    "shows_as": "Extra",
}
LONG = "What would you like to have in your week that you do not have now, and had once, and liked"


def new(section: int = MATTERS, **fields: Any) -> Change:
    """One more question, translated."""

    def change(made: House) -> None:
        question = {**GOOD, **fields}
        made.sections[section]["question"].append(question)
        for field in ("ask", "why"):
            made.es[made.spanish(str(question[field]))] = "Nuestro equipo lo lee."

    return change


def hard(ask: str) -> Change:
    """One more among what is hard, marked as that."""
    return new(HARD, ask=ask, sensitivity=2)


def listed(*labels: str) -> Change:
    """One more with these choices."""
    choices = [{"code": f"c{place}", "label": label} for place, label in enumerate(labels)]
    return new(ask="Which of these is it?", kind="one", choice=choices)


each(
    "a_new_question_for_detail",
    "R-X2",
    ("force", hard("Did he force you to do it?")),
    ("touch", hard("Has anyone touched you?")),
    ("first", hard("When did you first see it?")),
    ("past", hard("What is in your past?")),
)
each(
    "a_new_scale",
    "R-X4",
    ("drink", hard("How many units of alcohol is it?")),
    ("rate", hard("How would you rate your week?")),
    ("slap", hard("Does he slap you?")),
    ("nerves", hard("Is it several days, or more than half the days?")),
)
each(
    "a_new_question_not_ours",
    "R-X6",
    ("insurance", new(ask="What is your National Insurance number?")),
    ("offence", new(ask="Have you any convictions?")),
    ("visa", new(ask="Which visa do you have?")),
    ("born", new(ask="What year were you born?")),
    ("sex", new(ask="Are you a man or a woman?")),
)
each("a_new_core_question", "R-O3", ("eleven", new(phase="core")))
each(
    "a_new_hard_question_in_the_core",
    "R-O4",
    ("abuse", new(phase="core", ask="Are you being abused at home?")),
    ("marked", new(phase="core", sensitivity=2)),
    ("scared", new(phase="core", ask="Are you scared?")),
)
each(
    "a_new_list_without_a_way_out",
    "R-W13",
    ("two", listed("Flat", "Street")),
    ("yes or no", listed("Yes", "No")),
)
each(
    "a_new_other",
    "R-W12",
    ("other", listed("Flat", "Other", "Not sure")),
    ("say", listed("Flat", "Other (please say)", "Not sure")),
)
each("asked_in_pictures", "R-W14", ("faces", listed("\U0001f600", "\U0001f622", "Not sure")))
each("a_new_long_sentence", "R-W1", ("once", new(ask=f"{LONG} a lot?")))
each(
    "a_new_hard_question_elsewhere",
    "R-X1",
    ("marked", new(sensitivity=2)),
    ("not marked", new(ask="What are you afraid of?")),
)
each("a_new_question_on_others", "R-X8", ("family", hard("Is your family well?")))
