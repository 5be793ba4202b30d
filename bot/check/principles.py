"""Writes docs/principles.md from the registry: `python -m bot.check.principles`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.check import register
from bot.check.reporting import NOT_COVERED, in_order, shown
from bot.check.rules import RULES, Principle

PAGE = Path(__file__).parent.parent.parent / "docs/principles.md"
FRAMEWORKS = (
    ("SAMHSA's six", "Concept of Trauma and Guidance for a Trauma-Informed Approach, 2014"),
    ("OHID's six", "working definition of trauma-informed practice, 2022"),
    ("the five of practice", "safety, trust, choice, collaboration, empowerment"),
)
HEAD = """# The promises, and the principles that they serve

Made from the registry of `ownpace check` by `make principles`; change the rules, not this page.

Each promise has an id, one sentence, and the principles that it serves. `ownpace check` reads
flows, sentences and catalogues for those marked *read*, and walks every state of the conversation
for those marked *walk*.
"""


def page() -> str:
    """The whole page."""
    register()
    return "\n".join([HEAD, *_promises(), "", *_frameworks(), "", *_not_covered()]) + "\n"


def _promises() -> Iterator[str]:
    yield "| id | promise | by | serves |"
    yield "|---|---|---|---|"
    for rule in in_order(RULES.values()):
        serves = ", ".join(principle.name.capitalize() for principle in rule.serves)
        yield f"| {rule.id} | {rule.sentence} | {shown(rule)} | {serves} |"


def _frameworks() -> Iterator[str]:
    """Which promises serve each principle of each framework."""
    for number, (name, source) in enumerate(FRAMEWORKS):
        yield f"## By {name}\n\n({source})\n"
        yield "| principle | promises |"
        yield "|---|---|"
        for title in dict.fromkeys(p.value[number] for p in Principle if p.value[number]):
            serving = [
                rule.id
                for rule in in_order(RULES.values())
                if any(principle.value[number] == title for principle in rule.serves)
            ]
            yield f"| {title} | {', '.join(serving) or 'none that a program can check yet'} |"
        yield ""


def _not_covered() -> Iterator[str]:
    yield "## Not covered\n"
    yield from (f"- {line}" for line in NOT_COVERED)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
