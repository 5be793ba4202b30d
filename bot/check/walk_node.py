"""A conversation at a moment, what may be done to it, and what was heard of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.conversation.model import (
    Conversation,
    Event,
    Rendered,
    Turn,
    World,
)

START = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)  # a Thursday: staffed, and a weekend ahead

Respond = Callable[[World, Conversation, Event, datetime], Turn]
Sort = Literal[
    "command",
    "choice",
    "words",
    "number",
    "greeting",
    "polite",
    "media",
    "wait",
    "news",
    "worker",
    "cue",
]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person or the world may do. `line` is how a transcript shows it; `cost`
    is 0 for an answer to what is asked, and 1 for everything that leaves the way."""

    line: str
    sort: Sort
    event: Event | None = None
    name: str = ""
    wait: timedelta = timedelta()
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Heard:
    """One event and what followed: what a promise looks at. `act` brought it about; `at` is now;
    `quiet` is how long the person had not written; `spoke` when we last wrote unasked, `unasked`
    how often; `in_a_row` counts new questions since they sat down."""

    before: Conversation
    event: Event
    turn: Turn
    messages: tuple[Rendered, ...]
    act: Act
    at: datetime
    quiet: timedelta
    spoke: datetime | None = None
    unasked: int = 0
    in_a_row: int = 0

    @property
    def after(self) -> Conversation:
        return self.turn.conversation

    @property
    def met(self) -> Conversation:
        """The conversation that replied: after a silence that of an unknown number."""
        fresh = self.after.stranger and Conversation()
        return self.before.stranger or fresh or self.before

    @property
    def became(self) -> Conversation:
        """What became of that one."""
        return self.after.stranger or self.after

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(say.key for say in self.turn.says)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A conversation at a moment. `raw` is the same before we heard what became of our words."""

    conversation: Conversation
    now: datetime = START
    timers: Mapping[str, datetime] = field(default_factory=dict)
    raw: Conversation | None = None
    buttons: Mapping[str, str] = field(default_factory=dict)  # label by code, of what was said
    spoke: datetime | None = None
    unasked: int = 0
    asked: tuple[str, ...] = ()  # new questions since they sat down
    parent: Node | None = field(default=None, repr=False)
    act: Act | None = None
    depth: int = 0
    detours: int = 0

    @property
    def quiet(self) -> timedelta:
        """How long the person has not written."""
        return self.now - (self.conversation.last_wrote or self.now)

    def acts(self) -> list[Act]:
        """What was done on the way here."""
        found: list[Act] = []
        node: Node | None = self
        while node and node.act:
            found.append(node.act)
            node = node.parent
        return found[::-1]
