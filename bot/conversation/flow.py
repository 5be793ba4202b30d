"""An intake as data: sections of questions, in order, and what comes next.

A flow goes forward. A question may have a condition on earlier answers; there are no jumps, so
every flow ends and "back" always means something. The core questions come first; what is left for
later comes in phases, each of which the person opens, or does not. `parse` reads a TOML file's
text; whatever is wrong with it is told with file, line and field, all at once.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.conversation.model import Answer, Conversation
from bot.conversation.toml_places import place_of

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=600)]


class FlowError(ValueError):
    """What is wrong with a flow file: one line a fault, as `file:line field: what`."""


class Part(BaseModel):
    """Strict and frozen: an unknown field is a fault, not a silent loss."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Choice(Part):
    """One choice. `then` names a command that the choice also is (`person`); `heard` one whose
    unsure ways are this choice here ("he reads my messages" is a no to a safe phone)."""

    code: Slug
    label: Sentence
    then: Literal["", "person"] = ""
    heard: Literal["", "safe"] = ""


class When(Part):
    """True where the answer to `question` holds one of the codes in `is`."""

    question: Slug
    codes: tuple[Slug, ...] = Field(alias="is", min_length=1)


class Question(Part):
    """One question.

    `sensitivity` is 0, 1 or 2; `when` asks it only where one of the conditions holds;
    `ask_for_other` and `why_for_other` are the wordings where somebody writes for another person;
    `ask_discreet` and `why_discreet` are those for a phone that others may read, where the others
    tell too much; the answer to kind `code` is a word that both know: it is never shown back, and
    it opens what is kept (`showing`);
    `shows_as` heads the answer at the desk; with `own_words_first` a phrase such as "call me" is
    asked about before it counts as a command.
    """

    id: Slug
    ask: Sentence
    ask_for_other: str = ""
    ask_discreet: str = ""
    why: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    why_for_other: Annotated[str, StringConstraints(max_length=160)] = ""
    why_discreet: Annotated[str, StringConstraints(max_length=160)] = ""
    kind: Literal["text", "one", "many", "name", "times", "code"] = "text"
    phase: Literal["core", "later"] = "core"
    sensitivity: Literal[0, 1, 2] = 0
    shows_as: Sentence
    choices: tuple[Choice, ...] = Field(default=(), alias="choice")
    when: tuple[When, ...] = ()
    own_words_first: bool = False
    note: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """Names this wording and these choices: an answer remembers what it answered."""
        text = "\n".join([self.ask, self.kind, *(f"{c.code}={c.label}" for c in self.choices)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def asked(self, answers: Mapping[str, Answer]) -> bool:
        """Is this question part of the path, given these answers?"""
        return not self.when or any(
            set(condition.codes) & set(answers[condition.question].choices)
            for condition in self.when
            if condition.question in answers
        )


class Section(Part):
    """Questions that belong together; `tag` says what they are about.

    `offer` is said before its later questions, which the person may then open or leave;
    `only_self`: nobody is asked these about somebody else.
    """

    id: Slug
    tag: Slug
    title: Sentence
    offer: Annotated[str, StringConstraints(max_length=600)] = ""
    only_self: bool = False
    questions: tuple[Question, ...] = Field(alias="question", min_length=1)


@dataclass(frozen=True, slots=True)
class Phase:
    """Later questions that are opened together. `offer` is empty for those of sections that have
    none of their own: they come first, and are offered in common words."""

    id: str
    offer: str
    questions: tuple[Question, ...]
    only_self: bool = False


MORE = "more"  # the phase of sections without an offer of their own


class Flow(Part):
    """One intake."""

    id: Slug
    title: Sentence
    sections: tuple[Section, ...] = Field(alias="section", min_length=1)
    fingerprint: str = ""

    @property
    def questions(self) -> Iterator[Question]:
        """All questions, in order."""
        return (question for section in self.sections for question in section.questions)

    def question(self, id: str) -> Question | None:
        """The question of this id, if there is one."""
        return self._by_id.get(id)

    @cached_property
    def _by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def core(self) -> tuple[Question, ...]:
        """What is asked of everybody, in order."""
        return tuple(question for question in self.questions if question.phase == "core")

    @cached_property
    def _discreet(self) -> tuple[Question, ...]:
        """What is asked where others may read: the core, and which word opens what is kept."""
        return tuple(q for q in self.questions if q.phase == "core" or q.kind == "code")

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        """What is left for later, in the order in which it is offered."""
        later = [(s, tuple(q for q in s.questions if q.phase == "later")) for s in self.sections]
        more = tuple(q for section, questions in later if not section.offer for q in questions)
        own = [Phase(s.id, s.offer, qs, s.only_self) for s, qs in later if s.offer and qs]
        return (*([Phase(MORE, "", more)] if more else ()), *own)

    def offered(self, conversation: Conversation) -> Iterator[Phase]:
        """The phases that there are for this person: none on a phone that others may read."""
        if conversation.discreet:
            return iter(())
        return (p for p in self.phases if not (p.only_self and conversation.helping))

    def path(self, conversation: Conversation) -> list[Question]:
        """The questions that the answers lead through, answered or not, in order."""
        return [q for q in self._opened(conversation) if q.asked(conversation.answers)]

    def next(self, conversation: Conversation) -> Question | None:
        """The first question on the path that has not been answered or skipped."""
        answers = conversation.answers
        way = self._opened(conversation)
        return next((q for q in way if q.id not in answers and q.asked(answers)), None)

    def _opened(self, conversation: Conversation) -> Iterator[Question]:
        opened = conversation.opened
        later = (p.questions for p in self.offered(conversation) if opened.get(p.id) == "yes")
        return chain(self._discreet if conversation.discreet else self.core, *later)


def parse(text: str, name: str) -> Flow:
    """Read a flow file's text; `name` is the file's, for the faults. Raises `FlowError`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FlowError(f"{name}: {error}") from None
    data["fingerprint"] = hashlib.sha256(text.encode()).hexdigest()
    try:
        flow = Flow.model_validate(data)
    except ValidationError as error:
        faults = [(tuple(fault["loc"]), fault["msg"]) for fault in error.errors()]
    else:
        faults = list(_crossed(flow))
        if not faults:
            return flow
    raise FlowError(tell(text, name, faults))


def tell(text: str, name: str, faults: Sequence[tuple[tuple[str | int, ...], str]]) -> str:
    """Faults as lines of `file:line field: what`. A fault that only says that something inside
    is wrong is left out where that something is told by itself."""
    locs = [loc for loc, _ in faults]
    inner = [f for f in faults if not any(f[0] != loc and loc[: len(f[0])] == f[0] for loc in locs)]
    placed = [(*place_of(text, loc), what) for loc, what in inner]
    return "\n".join(f"{name}:{line} {field}: {what}" for line, field, what in sorted(placed))


def _crossed(flow: Flow) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Faults that only show when questions are held against one another."""
    seen: dict[str, Question] = {}
    for s, section in enumerate(flow.sections):
        for q, question in enumerate(section.questions):
            loc = ("section", s, "question", q)
            if question.id in seen:
                yield (*loc, "id"), f"another question is called {question.id!r}"
            yield from (((*loc, *at), what) for at, what in _alone(question, seen))
            seen[question.id] = question
    if flow.sections[0].questions[0].phase != "core":
        yield ("section", 0, "question", 0, "phase"), "the first question is a core one"


def _alone(
    question: Question, earlier: Mapping[str, Question]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    codes = [choice.code for choice in question.choices]
    if (question.kind in ("one", "many")) != bool(codes):
        yield ("kind",), f"{question.kind!r} and {len(codes)} choices do not go together"
    if len(set(codes)) != len(codes):
        yield ("choice",), "two choices have the same code"
    for w, condition in enumerate(question.when):
        asked = earlier.get(condition.question)
        known = {choice.code for choice in asked.choices} if asked else set()
        if not asked:
            yield ("when", w, "question"), f"no earlier question is called {condition.question!r}"
        elif strange := sorted(set(condition.codes) - known):
            yield ("when", w, "is"), f"{condition.question!r} has no choice {strange[0]!r}"
