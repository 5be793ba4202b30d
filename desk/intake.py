"""All that one intake's page shows, read in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.conversation import tries
from bot.conversation.flow import Flow
from desk import addressed, concern, decisions, looks, notes, queries, safeguarding, wishes
from desk.concern import Change
from desk.decisions import Decision
from desk.looks import Look
from desk.notes import Note as TeamNote
from desk.places import SAFETY
from desk.queries import AnyRow, Head
from desk.reading import given, opened, sealer_of
from desk.record import Record, record
from desk.wishes import Statement, Wish
from store import conversations
from store.sealing import Keys, Unreadable


@dataclass(frozen=True, slots=True)
class Note:
    """Words that answered no question; `early` ones came before the person agreed to begin, those
    `since` after the intake was shared; of a part, these were written to a worker. `hard` is the
    cue that was found in them."""

    at: datetime
    early: bool
    since: bool
    words: str = field(repr=False)
    media: tuple[str, ...] = ()
    erased: bool = False
    hard: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was told and what was chosen. `shown` are the messages that explained, as sent."""

    started: AnyRow | None
    told_at: datetime | None
    delivered: bool
    shown: tuple[str, ...]
    share: AnyRow | None
    reminders: AnyRow | None
    plain: AnyRow | None
    helping: AnyRow | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline; the template has the words for `kind`."""

    at: datetime
    kind: str
    who: str = ""
    due: datetime | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Ours:
    """What workers wrote, the latest first; beside it `statements` of theirs."""

    notes: tuple[TeamNote, ...]
    decisions: tuple[Decision, ...]
    levels: tuple[Change, ...]
    stages: tuple[safeguarding.Change, ...]
    statements: tuple[Statement, ...] = ()

    @property
    def level(self) -> Change | None:
        """The last change of the concern level; None where nobody has set it."""
        return self.levels[0] if self.levels else None


@dataclass(frozen=True, slots=True)
class Intake:
    """`discreet`: others may read their phone. `shut_until`: so many other words were tried that
    their code word opens nothing until then. `asked`: what they asked a worker for, and nobody has
    seen to yet."""

    head: Head
    record: Record
    address: str = field(repr=False)
    notes: tuple[Note, ...]
    agreed: Agreed
    promise: AnyRow | None
    events: tuple[Event, ...]
    looks: tuple[Look, ...]
    ours: Ours
    discreet: bool
    shut_until: datetime | None
    asked: tuple[Wish, ...]

    @property
    def confirmed(self) -> datetime | None:
        """When they last said how to reach them safely."""
        said = (self.record.by(question).at for question in SAFETY)
        return max((at for at in said if at), default=None)

    @property
    def helped(self) -> bool:
        """Does somebody else write for them?"""
        return bool(self.agreed.helping and self.agreed.helping.value)


def read(connection: Connection, keys: Keys, flows: Mapping[str, Flow], head: Head) -> Intake:
    """Open everything that the page of this intake shows."""
    answers = given(connection, keys, [head]).get(head.id, {})
    agreed = _agreed(connection, keys, head)
    asked = wishes.of_conversation(connection, head.id)
    signs = wishes.signs(asked)
    promises = [p for p in queries.promises(connection, head.id) if p.dropped_at is None]
    reads = [p for p in promises if p.kind == "read"]
    ours = Ours(
        notes.read(connection, keys, head),
        decisions.read(connection, keys, head),
        concern.read(connection, keys, head),
        safeguarding.read(connection, keys, head),
        wishes.statements(connection, keys, head),
    )
    events = [*_events(connection, head, reads, asked), *_our_events(ours)]
    return Intake(
        head,
        record(flows.get(head.flow), answers, signs),
        address(keys, head),
        tuple(_notes(connection, keys, head, agreed, signs)),
        agreed,
        reads[-1] if reads else None,
        tuple(sorted(events, key=lambda event: event.at)),
        looks.read(connection, keys, head),
        ours,
        *_phone(connection, keys, head),
        tuple(wish for wish in asked if wish.seen_at is None),
    )


def _phone(connection: Connection, keys: Keys, head: Head) -> tuple[bool, datetime | None]:
    """May others read their phone, and until when does their code word open nothing? Where that
    can't be read, the desk takes it that they may."""
    try:
        line = conversations.by_id(connection, keys, [head.id])[head.id]
    except Unreadable:
        return True, None
    return line.conversation.discreet, tries.full_until(line.conversation)


def address(keys: Keys, head: Head) -> str:
    """The number to reach the person at; empty on channels whose addresses say nothing to us."""
    words = opened(sealer_of(keys, head), head.address, f"contact.address:{head.contact}")
    return words if words.startswith("+") else ""


def _notes(
    connection: Connection, keys: Keys, head: Head, agreed: Agreed, signs: Mapping[str, str]
) -> list[Note]:
    sealer, begun = sealer_of(keys, head), agreed.started.at if agreed.started else None
    to_worker = addressed.of_conversation(connection, head.id)
    return [
        Note(
            row.at,
            begun is None or row.at <= begun,
            head.added_since(row.at) or not head.shows(row.at),
            opened(sealer, row.text, f"message.text:{row.id}"),
            tuple(row.media),
            row.erased_at is not None,
            signs.get(row.id, ""),
        )
        for row in queries.notes(connection, head.id)
        if head.shows(row.at) or row.id in to_worker
    ]


def _agreed(connection: Connection, keys: Keys, head: Head) -> Agreed:
    """The latest choice of each kind; the messages shown before the first question."""
    latest = {row.kind: row for row in queries.agreements(connection, head.id)}
    started = latest.get("start")
    sealer = sealer_of(keys, head)
    ids = list(started.shown) if started else []
    found = {row.id: row for row in queries.messages(connection, ids)}
    rows = [found[id] for id in ids if id in found]
    arrived = [row.delivered_at or row.sent_at for row in rows]
    times = [moment for moment in arrived if moment]
    return Agreed(
        started,
        max(times) if times else None,
        bool(rows) and all(row.delivered_at for row in rows),
        tuple(filter(None, (opened(sealer, r.text, f"message.text:{r.id}") for r in rows))),
        latest.get("share_partial"),
        latest.get("reminders"),
        latest.get("discreet"),
        latest.get("helping"),
    )


def _events(
    connection: Connection, head: Head, reads: Sequence[AnyRow], asked: Sequence[Wish]
) -> list[Event]:
    events = [Event(head.started_at, "wrote")]
    for row in queries.agreements(connection, head.id):
        events.append(Event(row.at, f"{row.kind}_{'yes' if row.value else 'no'}"))
    events += [Event(row.at, f"asked_{row.what}") for row in asked]
    events += [Event(row.made_at, "promised", due=row.due_at) for row in reads]
    events += [Event(row.kept_at, "read") for row in reads if row.kept_at]
    if head.handed_at:
        events.append(Event(head.handed_at, f"handed_{head.kind}"))
    if head.taken_at:
        events.append(Event(head.taken_at, "taken", who=head.taken_name or ""))
    if head.state != "open" and head.state_at:
        events.append(Event(head.state_at, head.state))
    if head.standing == "stopped" and head.state != "stopped":
        events.append(Event(head.last_in_at or head.started_at, "stopped"))
    if head.last_in_at and head.last_in_at > max(event.at for event in events):
        events.append(Event(head.last_in_at, "last"))
    return events


def _our_events(ours: Ours) -> list[Event]:
    """What workers wrote, in the timeline: when and who, not what."""
    noted = [Event(n.at, "read_as_they" if n.answers else "noted", n.who) for n in ours.notes]
    decided = [Event(d.at, "decided", d.who) for d in ours.decisions]
    told = [Event(d.told_at, "told", d.who) for d in ours.decisions if d.told_at]
    levels = [Event(c.at, f"level_{c.way}", c.who, level=c.level) for c in ours.levels]
    stages = [Event(s.at, "stage", s.who) for s in ours.stages]
    return [*noted, *decided, *told, *levels, *stages]
