"""The same intake cut to a few questions, of which each kind is there: small enough to leave the
way more often."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.flow import Flow, Question, Section
from bot.conversation.model import World

CORE, LATER = 2, 1  # the most questions that are kept


def cut(world: World) -> World:
    """The world with the first question of each kind, and the sections that they stand in."""
    kept = _kept(world.flow)
    sections = [_section(section, kept) for section in world.flow.sections]
    fields = {name: getattr(world.flow, name) for name in Flow.model_fields}
    fields["sections"] = tuple(section for section in sections if section.questions)
    # Built anew: what a copy had worked out already would still be about the whole.
    return replace(world, flow=Flow.model_construct(**fields))


def _kept(flow: Flow) -> frozenset[str]:
    core, later, kinds = list[str](), list[str](), set[object]()
    for question in sorted(flow.questions, key=lambda q: q.id != "safe_to_text"):
        into, most = (core, CORE) if question.phase == "core" else (later, LATER)
        most += question.kind == "code"  # one more: it opens what is kept
        if _kind(question) not in kinds and len(into) < most:
            kinds.add(_kind(question))
            into.append(question.id)
    first = flow.sections[0].questions[0].id
    return frozenset([first, *core, *later])


def _kind(question: Question) -> object:
    hardest = question.sensitivity == max(question.sensitivity, 2)
    then = any(choice.then for choice in question.choices)
    return (question.phase, question.kind, hardest, then, bool(question.when))


def _section(section: Section, kept: frozenset[str]) -> Section:
    questions = [_alone(question, kept) for question in section.questions if question.id in kept]
    return section.model_copy(update={"questions": tuple(questions)})


def _alone(question: Question, kept: frozenset[str]) -> Question:
    """Without conditions on questions that are gone."""
    when = tuple(condition for condition in question.when if condition.question in kept)
    return question.model_copy(update={"when": when})
