"""`ownpace check`: shows that flows, shared sentences and languages keep what people are promised.

`check()` gives the findings as data, for an adopter's own tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from bot.check.finding import Finding, Subject
from bot.check.rules import ALSO, RULES, Rule

__all__ = ["RULES", "Finding", "NotShown", "Rule", "Subject", "check", "judge", "look"]

READING = (
    "order",
    "wordings",
    "reasons",
    "sensitive",
    "telling",
    "endings",
    "channels",
    "plainly",
    "catalogues",
    "leaving",
    "answers",
    "strangers",
    "against",
)
WALKING = ("exploring",)


@dataclass(slots=True)
class Looked:
    """What is broken; what was looked at and what was left out, in plain sentences."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)  # walks that ended at their bound


class NotShown(Exception):
    """A walk ended at its bound: a line each."""


def check(paths: Sequence[Path | str] = (), walk: bool = True) -> list[Finding]:
    """What is broken in these files and folders (none: all that ships), with a walk through every
    state where `walk` is set. Raises `bot.check.reading.Unreadable`, a line a fault, and `NotShown`
    where nothing is broken as far as the walk came."""
    looked = look([Path(path) for path in paths], walk)
    if looked.cut_off and not looked.findings:
        raise NotShown("\n".join(looked.cut_off))
    return looked.findings


def look(paths: Sequence[Path], walk: bool, most_events: int = 0) -> Looked:
    """As `check`, and what was looked at. `most_events` is another bound for each walk."""
    from bot.check import reading
    from bot.check.texts import all_texts

    register()
    read = reading.read(paths)
    looked = Looked(list(read.broken), [f"file {name}" for name in read.names], read.left_out)
    for subject in read.subjects:
        looked.findings += judge(subject)
        languages = ", ".join(subject.catalogues)
        count = len(all_texts(subject))
        reads = len({id for id, rule in RULES.items() if rule.by == "reading"} | ALSO.keys())
        looked.looked_at.append(
            f"flow {subject.flow.id}: {count} texts in {languages}, held against {reads} rules"
        )
        if walk:
            _walk(subject, looked, most_events)
    looked.findings = list(dict.fromkeys(looked.findings))
    return looked


def judge(subject: Subject) -> list[Finding]:
    """What reading finds broken in one flow and what is said around it."""
    register()
    finds = [rule.find for rule in RULES.values() if rule.find]
    finds += [find for more in ALSO.values() for find in more]
    return [found for find in finds for found in find(subject)]


def register() -> None:
    """Bring in all the modules that have rules; once is enough."""
    for name in (*READING, *WALKING):
        import_module(f"bot.check.{name}")


def _walk(subject: Subject, looked: Looked, most_events: int) -> None:
    """Walk in each language on each channel."""
    from bot.check.exploring import MOST_EVENTS, explore_all

    found = explore_all(subject.world, most_events=most_events or MOST_EVENTS)
    looked.findings += found.findings
    walked = f"{found.states} states, {found.steps} events"
    looked.looked_at.append(f"walk of {subject.flow.id}: {walked}")
    looked.looked_at += found.covered
    looked.cut_off += found.cut_off
