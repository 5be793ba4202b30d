"""What a check costs as an intake grows: 27, 54 and 108 questions, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import process_time
from typing import TypeVar

from bot.check import judge
from bot.check.exploring import MOST_EVENTS, walk
from bot.check.finding import Subject
from bot.check.walk import Walker
from bot.conversation.flow import Flow, Question

T = TypeVar("T")
TIMES = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one intake took: seconds of one processor for the rules and for the walk (in English
    by text, one departure), and the events of the walk, which are the same on every machine."""

    questions: int
    rules: float
    walk: float
    events: int
    whole: bool


def costs(subject: Subject) -> list[Cost]:
    """The intake as it is, twice and four times as long. What is made ready once for a language
    is made ready before."""
    judge(subject)
    return [_cost(replace(subject, flow=grown(subject.flow, times))) for times in TIMES]


def lines(found: list[Cost]) -> Iterator[str]:
    """As a table; the ratios are to the first, which was measured in the same run."""
    yield "questions   rules           walk            events"
    first = found[0]
    for cost in found:
        rules, walked = cost.rules / first.rules, cost.walk / first.walk
        events = cost.events / first.events
        left = "" if cost.whole else "  (ended at its bound)"
        yield (
            f"{cost.questions:>9} {cost.rules:>6.2f} s {rules:>4.1f}x {cost.walk:>8.1f} s"
            f" {walked:>4.1f}x {cost.events:>9} {events:>4.1f}x{left}"
        )


def grown(flow: Flow, times: int) -> Flow:
    """The same sections, each with its questions so many times, in other words."""
    sections = tuple(
        section.model_copy(
            update={
                "questions": tuple(_again(q, n) for n in range(times) for q in section.questions)
            }
        )
        for section in flow.sections
    )
    fields = {name: getattr(flow, name) for name in Flow.model_fields}
    return Flow.model_construct(**{**fields, "sections": sections})


def _again(question: Question, number: int) -> Question:
    if not number:
        return question
    asked, head = f"{question.ask} ({number})", f"{question.shows_as} ({number})"
    return question.model_copy(
        update={"id": f"{question.id}_{number}", "ask": asked, "shows_as": head}
    )


def _cost(subject: Subject) -> Cost:
    rules, _ = _timed(lambda: judge(subject))
    walker = Walker(subject.world, "en", "sms")
    walked, found = _timed(lambda: walk(walker, 1, MOST_EVENTS, "the whole intake"))
    count = sum(1 for _ in subject.flow.questions)
    return Cost(count, rules, walked, found.steps, not found.cut_off)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = process_time()
    done = work()
    return process_time() - begun, done
