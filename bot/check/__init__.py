"""`ownpace check`: shows that flows, shared sentences and languages keep what people are promised.

`check()` gives the findings as data, for an adopter's own tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from bot.check.finding import Finding, Subject
from bot.check.rules import RULES, Rule

__all__ = ["RULES", "Finding", "Rule", "Subject", "check", "judge", "look"]

WALK_SECONDS = 30.0  # for each language on each channel
READING = (
    "order",
    "wordings",
    "sensitive",
    "telling",
    "endings",
    "channels",
    "plainly",
    "catalogues",
)
WALKING = ("exploring",)


@dataclass(slots=True)
class Looked:
    """What is broken; what was looked at and what was left out, in plain sentences."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)  # walks whose time was over


def check(paths: Sequence[Path | str] = (), walk: bool = True) -> list[Finding]:
    """What is broken in these files and folders (none: all that ships), with a walk through every
    state where `walk` is set. Raises `bot.check.reading.Unreadable`, a line a fault."""
    return look([Path(path) for path in paths], walk).findings


def look(paths: Sequence[Path], walk: bool) -> Looked:
    """As `check`, and what was looked at."""
    from bot.check import reading
    from bot.check.texts import all_texts

    register()
    read = reading.read(paths)
    looked = Looked(list(read.broken), [f"file {name}" for name in read.names], read.left_out)
    for subject in read.subjects:
        looked.findings += judge(subject)
        languages = ", ".join(subject.catalogues)
        count = len(all_texts(subject))
        reads = sum(rule.by == "reading" for rule in RULES.values())
        looked.looked_at.append(
            f"flow {subject.flow.id}: {count} texts in {languages}, held against {reads} rules"
        )
        if walk:
            _walk(subject, looked)
    looked.findings = list(dict.fromkeys(looked.findings))
    return looked


def judge(subject: Subject) -> list[Finding]:
    """What reading finds broken in one flow and what is said around it."""
    register()
    return [found for rule in RULES.values() if rule.find for found in rule.find(subject)]


def register() -> None:
    """Bring in all the modules that have rules; once is enough."""
    for name in (*READING, *WALKING):
        import_module(f"bot.check.{name}")


def _walk(subject: Subject, looked: Looked) -> None:
    """Walk in each language on each channel."""
    from bot.check.exploring import explore_all

    found = explore_all(subject.world, budget_seconds=WALK_SECONDS)
    looked.findings += found.findings
    walked = f"{found.states} states, {found.steps} events"
    looked.looked_at.append(f"walk of {subject.flow.id}: {walked}")
    looked.looked_at += found.covered
    looked.cut_off += found.cut_off
