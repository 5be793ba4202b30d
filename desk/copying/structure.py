"""A person's copy as data: sentences in their language, and words as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Voice = Literal["theirs", "ours", "told"]


@dataclass(frozen=True, slots=True)
class Line:
    """Words, perhaps under a label. `theirs` are the person's own, `ours` a worker's, both as they
    were written; what is `told` is a sentence of the copy."""

    words: str = field(repr=False)
    voice: Voice = "told"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: an answer, a decision, a look. `question` names what it answers, if anything."""

    heading: str
    lines: tuple[Line, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the copy; `empty` is what it says where nothing is in it."""

    id: str
    heading: str
    entries: tuple[Entry, ...]
    empty: str = ""

    @property
    def lines(self) -> Iterator[Line]:
        for entry in self.entries:
            yield from entry.lines


@dataclass(frozen=True, slots=True)
class Copy:
    language: str
    reference: str
    heading: str
    intro: tuple[str, ...]
    parts: tuple[Part, ...]

    def part(self, id: str) -> Part:
        """Raises `StopIteration` for one that is not there."""
        return next(part for part in self.parts if part.id == id)
