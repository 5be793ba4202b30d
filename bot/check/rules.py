"""The registry of the promises: each has an id, one sentence, the principles that it serves.

A rule `by` "reading" is a function that reads flows, sentences and catalogues. A rule `by` "walk"
is shown by the explorer, which finds many things in one walk: it is registered with `walked`. Some
are shown in both ways: the words that go with what is walked are read `also`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

from bot.check.finding import Finding, Subject

Find: TypeAlias = Callable[[Subject], Iterator[Finding]]


class Principle(Enum):
    """What a rule is for. The value names it among SAMHSA's six (Concept of Trauma, 2014), the
    six of OHID (working definition, 2022) and the five of practice; "" where one has no such."""

    SAFETY = ("Safety", "Safety", "Safety")
    TRUST = ("Trustworthiness and transparency", "Trust", "Trust")
    CHOICE = ("Empowerment, voice and choice", "Choice", "Choice")
    COLLABORATION = ("Collaboration and mutuality", "Collaboration", "Collaboration")
    EMPOWERMENT = ("Empowerment, voice and choice", "Empowerment", "Empowerment")
    PEERS = ("Peer support", "", "")
    CULTURE = ("Cultural, historical and gender issues", "Cultural consideration", "")


SAFETY, TRUST, CHOICE = Principle.SAFETY, Principle.TRUST, Principle.CHOICE
COLLABORATION, EMPOWERMENT = Principle.COLLABORATION, Principle.EMPOWERMENT
PEERS, CULTURE = Principle.PEERS, Principle.CULTURE


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise. `find` reads for it; a walked rule has none of its own."""

    id: str
    sentence: str
    serves: tuple[Principle, ...]
    by: Literal["reading", "walk"]
    find: Find | None = None


RULES: dict[str, Rule] = {}
ALSO: dict[str, list[Find]] = {}  # what else reads for a rule, as for one that the walk shows


def rule(id: str, sentence: str, serves: tuple[Principle, ...]) -> Callable[[Find], Find]:
    """Register the decorated function as what reads for this rule."""

    def register(find: Find) -> Find:
        _add(Rule(id, sentence, serves, "reading", find))
        return find

    return register


def walked(id: str, sentence: str, serves: tuple[Principle, ...]) -> Rule:
    """Register a rule that the explorer shows."""
    return _add(Rule(id, sentence, serves, "walk"))


def also(id: str) -> Callable[[Find], Find]:
    """The decorated function reads for a rule that is walked, or is one more that reads for it."""

    def register(find: Find) -> Find:
        ALSO.setdefault(id, []).append(find)
        return find

    return register


def _add(rule: Rule) -> Rule:
    if rule.id in RULES:
        raise ValueError(f"two rules are called {rule.id}")
    RULES[rule.id] = rule
    return rule
