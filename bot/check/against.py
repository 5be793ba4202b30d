"""What is said against a promise: that it does not hold, holds only in part, or only if.

The words are groups of the word lists; here stands which of them breaks which promise, and where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from bot.check.finding import Finding, Subject
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, SAFETY, TRUST, also, rule
from bot.check.texts import SAID, Kind, Text, says, texts

SPOKEN: tuple[Kind, ...] = ("message", "lead", "twin")
TOLD: tuple[Kind, ...] = (*SPOKEN, "why", "offer")
ASKED: tuple[Kind, ...] = ("ask", "offer")
# Two choices or more with their numbers, typed into a question.
TYPED_CHOICES = re.compile(r"(?<!\w)1[.):]? [^\W\d]+.*(?<!\w)2[.):]? [^\W\d]+")
REVIEW = ("review", "why_review")
PAUSES = ("break_offer", "offer_pause", "offer_more", "mean_pause", "paused", "here")
BACK_AGAIN = ("flow_changed", "resume", "joined", "edit", "back", "not_now", "ended_")
SECOND = ("media", "old_button", "times_again", "nearest", "code_differs", "code_again")


@dataclass(frozen=True, slots=True)
class Against:
    """A group of words that breaks a promise. `names`: how the messages begin that it is looked
    for in, or the kinds' own; none: in all."""

    rule: str
    group: str
    kinds: tuple[Kind, ...] = TOLD
    names: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


AGAINST = (
    Against("R-P4", "rights-denied"),
    Against("R-P4", "decides"),
    Against("R-P5", "limit-denied"),
    Against("R-P7", "depends", SAID),
    Against("R-P8", "tip-held", SPOKEN, ("safe_",)),
    Against("R-S1", "limited", SPOKEN),
    Against("R-S7", "fixed", but=("delete_",)),
    Against("R-S9", "put-off", SPOKEN, ("person",)),
    Against("R-S11", "reworded", SPOKEN, but=REVIEW),
    Against("R-S12", "scolds", SPOKEN, SECOND),
    Against("R-O6", "goes-on", SPOKEN, PAUSES),
    Against("R-O6", "pressure", SPOKEN, PAUSES),
    Against("R-O8", "again-all", SPOKEN, BACK_AGAIN),
    Against("R-X3", "recount", SAID),
    Against("R-X6", "told-to-give", (*SPOKEN, "ask")),
    Against("R-X8", "names-asked", (*SPOKEN, "ask")),
    Against("R-W12", "identity-list", ASKED),
    Against("R-E1", "reworded", SPOKEN, REVIEW),
    Against("R-E2", "kept-anyway"),
    Against("R-E3", "shows-closed", SPOKEN, ("review_closed",)),
    Against("R-E6", "lesser", SPOKEN, ("paused", "stopped", "partial")),
    Against("R-E8", "pressure", SPOKEN, ("remind",)),
    Against("R-E8", "deadline", SPOKEN, ("remind",)),
    Against("R-E11", "passed-anyway"),
    Against("R-C12", "one-form", SAID),
    Against("R-M7", "costs"),
    Against("R-K1", "shuts", SPOKEN),
    Against("R-K6", "topic", ("message", "lead"), ("care_abuse",), but=("care_abuse_",)),
    Against("R-K6", "hard-topic", ("message", "lead"), ("care_abuse", "care_safe")),
    Against("R-E7", "told-before", SPOKEN, ("resume", "remind", "not_now", "ended_hello")),
)


def read(one: Against, subject: Subject) -> Iterator[Finding]:
    """Where this is said against its promise."""
    yield from says(one.rule, one.group, _among(one, subject))


def _among(one: Against, subject: Subject) -> Iterator[Text]:
    for text in texts(subject, *one.kinds):
        begins = not one.names or text.name.startswith(one.names)
        if begins and not (one.but and text.name.startswith(one.but)):
            yield text


for _each in AGAINST:
    also(_each.rule)(partial(read, _each))


@rule(
    "R-C1",
    "Nobody is told that we write or call at other times than those that they gave.",
    serves=(SAFETY, TRUST),
)
def only_at_their_times(subject: Subject) -> Iterator[Finding]:
    yield from read(Against("R-C1", "any-time"), subject)


@rule(
    "R-C9",
    "No relative, friend or child is put in the place of an interpreter.",
    serves=(SAFETY, CULTURE),
)
def interpreters_are_no_relatives(subject: Subject) -> Iterator[Finding]:
    yield from read(Against("R-C9", "interpreter", SAID), subject)


@rule(
    "R-K3",
    "Nothing is said to be told to police, family or others by itself.",
    serves=(SAFETY, TRUST),
)
def nobody_told_by_itself(subject: Subject) -> Iterator[Finding]:
    yield from read(Against("R-K3", "acted"), subject)


@rule(
    "R-L3",
    "What was skipped or left is no gap, and costs nothing.",
    serves=(CHOICE, EMPOWERMENT),
)
def no_gaps(subject: Subject) -> Iterator[Finding]:
    yield from read(Against("R-L3", "gaps", SAID), subject)


@rule(
    "R-P11",
    "Words are not said to be used for anything that was not told before the agreement.",
    serves=(TRUST, CHOICE),
)
def no_other_uses(subject: Subject) -> Iterator[Finding]:
    yield from read(Against("R-P11", "other-uses"), subject)


@also("R-W12")
def no_typed_choices(subject: Subject) -> Iterator[Finding]:
    """A question that is answered in own words has no list typed into it."""
    for text in texts(subject, "ask"):
        if found := TYPED_CHOICES.search(text.text):
            what = f"{text.key} ({text.language}) has a list typed in: {found[0]!r}"
            yield Finding("R-W12", text.where, what)


@also("R-O1")
def nothing_wrong_first(subject: Subject) -> Iterator[Finding]:
    """The first section does not ask what is wrong."""
    first = {question.id for question in subject.flow.sections[0].questions}
    asks = [text for text in texts(subject, "ask") if text.name in first]
    yield from says("R-O1", "wrong-first", asks)
