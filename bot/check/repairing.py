"""A flow that the product refuses to load may still be read, so that what breaks a promise in it
is told as that: a question without a reason, a required one, one that stands there twice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from bot.check.finding import Finding
from bot.conversation import flow
from bot.conversation.flow import Flow
from bot.conversation.toml_places import place_of

REQUIRED = ("required", "mandatory", "optional")
LONGEST_WHY = 160


def repair(text: str, name: str, broken: list[Finding]) -> Flow | None:
    """The flow of a text that `parse` refuses, with what is promised mended and each breach added
    to `broken`; None where something else is wrong with it."""
    try:
        data = tomllib.loads(text)
        found = list(_mend(data, text, name))
        mended = flow.Flow.model_validate({**data, "fingerprint": "mended"})
    except (tomllib.TOMLDecodeError, ValueError, TypeError, AttributeError, KeyError):
        return None
    if list(flow._crossed(mended)):
        return None
    broken.extend(found)
    return mended


def _mend(data: dict[str, Any], text: str, name: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for s, section in enumerate(data["section"]):
        for q, question in enumerate(section["question"]):
            line, _ = place_of(text, ("section", s, "question", q, "id"))
            for rule, what in _breaches(question, seen):
                yield Finding(rule, f"{name}:{line}", f"{question.get('id')}: {what}")


def _breaches(question: dict[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    why = question.get("why", "")
    if not why or len(why) > LONGEST_WHY:
        yield "R-S4", f"its reason has {len(why)} characters" if why else "no reason is given"
        question["why"] = why[:LONGEST_WHY] or "-"
    for field in REQUIRED:
        if field in question:
            yield "R-S2", f"it says {field} = {question.pop(field)}".lower()
    if question.get("id") in seen:
        yield "R-O8", "another question has the same id"
        question["id"] = f"{question['id']}_{len(seen)}"
    seen.add(question.get("id", ""))
    if question.get("kind") in ("one", "many") and not question.get("choice"):
        yield "R-W13", "there is nothing to choose from"
        question["kind"] = "text"
