"""What leaves the desk, as data: `record.exported` makes it, every format reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from desk.intake import Note

VERSION = 1  # of the structure: it grows when a reader of before would read it wrongly
ANSWERED, REMOVED = "answered", "removed_by_the_person"
SKIPPED, NOT_REACHED = "chose_not_to_say_yet", "not_talked_about_yet"
AT_THE_DESK = "set_see_the_desk"  # there is one, and it is shown at the desk alone


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what became of it. `since`: said after the intake was shared to the end."""

    question: str
    heading: str
    status: str
    at: datetime | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)
    labels: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    since: bool = False

    @property
    def said(self) -> bool:
        """Is there anything in it to be read?"""
        return bool(self.labels or self.words)


@dataclass(frozen=True, slots=True)
class Section:
    """Answers that stand together. `kind` is about_them, asked_for, strong, sides or other; `title`
    is the flow's own, empty where the format has the words."""

    kind: str
    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach them without harm; it comes first wherever it goes. `how` is one of
    `safely.WAYS`, `confirmed` when they last said so. `left_out`: there is a number, and whoever
    takes this out has not read yet how to reach them, so it is not in it."""

    how: str
    channel: str
    confirmed: datetime | None
    number: str = field(repr=False)
    answers: tuple[Answer, ...]
    left_out: bool = False

    def by(self, question: str) -> Answer:
        found = (answer for answer in self.answers if answer.question == question)
        return next(found, Answer(question, "", NOT_REACHED))


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that they agreed to, or not: start, share_partial, reminders,
    helping, discreet; and what allowed us to keep what they said, as set then ("": not known)."""

    what: str
    value: bool
    at: datetime
    lawful_basis: str = ""
    special_condition: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """When we said that a worker reads it, and when one did."""

    made_at: datetime
    due_at: datetime
    kept_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    at: datetime
    who: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a worker wrote: a `kind`, and its parts, each a name and words. The names are
    codes (`said`, `saw`, `why`), and formats show them with spaces."""

    kind: str
    at: datetime
    who: str
    parts: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exported:
    reference: str
    service: str
    service_name: str
    kind: str
    flow: str
    language: str
    started_at: datetime
    handed_at: datetime
    taken_by: str
    delete_on: datetime | None
    made_at: datetime
    practice: bool
    contact: Contact
    name: str = field(repr=False)
    sections: tuple[Section, ...]
    later: tuple[Answer, ...]
    notes: tuple[Note, ...]
    agreed: tuple[Choice, ...]
    told: tuple[str, ...]
    told_at: datetime | None
    promise: Promise | None
    looks: tuple[Look, ...]
    team: tuple[Entry, ...] = ()

    @property
    def answers(self) -> Iterator[Answer]:
        """Every question once, in the order in which it is shown; safe contact first."""
        yield from self.contact.answers
        for section in self.sections:
            yield from section.answers
        yield from self.later
