"""A review of what went wrong, or nearly: what came before, what they say of it, what went well,
what we change, and whether that worked. It blames nobody, and nothing closes without an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, select, update

from desk import written_down
from desk.queries import AnyRow
from store import tables as t
from store.sealing import Keys, Sealer

THEMES = (
    "wording",
    "order",
    "pace",
    "timing",
    "waiting",
    "not_told",
    "unsafe_contact",
    "language_access",
    "false_alarm",
    "missed_sign",
    "handover",
    "staff_load",
    "other",
)
IN_THEIR_WORDS = ("account", "would_help")
MOST = 50  # of a kind in the list
_R = t.review.c


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is about the person, and goes with them: what came before, what it was like in their
    words and what would have helped, what workers noticed, early signs, what went well, what they
    needed, the support that was offered to them and to workers."""

    before: str = ""
    account: str = ""
    would_help: str = ""
    noticed: str = ""
    signs: str = ""
    went_well: str = ""
    need: str = ""
    support: str = ""


class Learnt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stays, and names nobody: the change, or why none is needed; what the person is told of
    it; how it was looked whether it worked."""

    change: str = ""
    none_needed: str = ""
    told: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `reference` is None where nothing was shared with the team; `gone` says that
    the person's words were erased."""

    id: str
    service: str
    conversation: str
    reference: str | None
    gone: bool
    why: str
    at: datetime
    question: str
    opened_at: datetime
    opened_by: str
    flow: str
    language: str
    channel: str
    themes: tuple[str, ...]
    content: Content = field(repr=False)
    learnt: Learnt = field(repr=False)
    changed: bool | None
    decided_at: datetime | None
    decided_by: str
    checker: str
    check_on: datetime | None
    checked_at: datetime | None
    worked: bool | None

    @property
    def stage(self) -> str:
        """open, check (a change that nobody has looked at yet) or closed."""
        if self.changed is None:
            return "open"
        return "check" if self.changed and self.checked_at is None else "closed"


OPEN: ColumnElement[bool] = _R.changed.is_(None)
CHECK: ColumnElement[bool] = _R.changed.is_(True) & _R.checked_at.is_(None)
CLOSED: ColumnElement[bool] = _R.changed.is_(False) | _R.checked_at.is_not(None)


def listed(
    connection: Connection,
    keys: Keys,
    services: Sequence[str],
    which: ColumnElement[bool],
    most: int = MOST,
) -> list[Review]:
    """Those of these services in one stage: what is to be done the earliest first, what is closed
    the latest first. Nothing about a person is opened."""
    closed = which is CLOSED
    order = _R.decided_at.desc() if closed else _R.check_on if which is CHECK else _R.opened_at
    rows = connection.execute(
        _query(services).where(which).order_by(order, _R.id).limit(most)
    ).all()
    return [_review(keys, row, None) for row in rows]


def find(connection: Connection, keys: Keys, id: str, services: Sequence[str]) -> Review | None:
    """One, with what is about the person opened."""
    row = connection.execute(_query(services).where(_R.id == id)).first()
    return _review(keys, row, sealer_of(connection, keys, row.conversation)) if row else None


def of_conversation(
    connection: Connection, keys: Keys, conversation: str, service: str
) -> tuple[Review, ...]:
    """All of one conversation, with what is about the person opened."""
    rows = connection.execute(
        _query([service]).where(_R.conversation == conversation).order_by(_R.at, _R.id)
    ).all()
    sealer = sealer_of(connection, keys, conversation)
    return tuple(_review(keys, row, sealer) for row in rows)


def sealer_of(connection: Connection, keys: Keys, conversation: str) -> Sealer | None:
    """The key of its person; None once they were erased."""
    p, c = t.person.c, t.conversation.c
    query = select(p.id, p.wrapped_key).join(t.conversation, c.person == p.id)
    row = connection.execute(query.where(c.id == conversation, c.closed_at.is_(None))).first()
    return keys.person(row.wrapped_key, row.id) if row and row.wrapped_key else None


def write(
    connection: Connection, sealer: Sealer, id: str, content: Content, themes: Sequence[str]
) -> None:
    """Keep what was looked back at so far."""
    sealed = written_down.seal(sealer, t.review, id, content)
    values = {"content": sealed, "themes": list(themes)}
    connection.execute(update(t.review).where(_R.id == id).values(**values))


def decide(
    connection: Connection,
    keys: Keys,
    review: Review,
    learnt: Learnt,
    worker: str,
    now: datetime,
    checking: tuple[str | None, datetime | None],
) -> bool:
    """Say what changes, with who is `checking` whether it worked and when; or why nothing has to.
    False where somebody else has said so meanwhile. Raises `ValueError` where neither is said."""
    changed = bool(learnt.change)
    if changed == bool(learnt.none_needed) or changed != all(checking):
        raise ValueError("a change with who checks it and when, or why none is needed")
    row = {"changed": changed, "decided_at": now, "decided_by": worker}
    checker, day = checking
    values = {"learnt": _sealed(keys, review.id, learnt), "checker": checker, "check_on": day}
    mine = update(t.review).where(_R.id == review.id, OPEN)
    return connection.execute(mine.values(**row, **values)).rowcount == 1


def check(
    connection: Connection, keys: Keys, review: Review, worked: bool, proof: str, now: datetime
) -> bool:
    """Say whether the change worked, and by what one sees it. Where it did not, the review is open
    again. False where somebody was quicker."""
    learnt = msgspec.structs.replace(review.learnt, proof=proof)
    values = {"learnt": _sealed(keys, review.id, learnt), "worked": worked}
    values |= {"checked_at": now} if worked else {"changed": None, "check_on": None}
    mine = update(t.review).where(_R.id == review.id, CHECK)
    return connection.execute(mine.values(**values)).rowcount == 1


def _sealed(keys: Keys, id: str, learnt: Learnt) -> bytes:
    return keys.master.seal(msgspec.json.encode(learnt).decode(), f"review.learnt:{id}")


def _query(services: Sequence[str]) -> Select[Any]:
    decided, checks = t.worker.alias("decided"), t.worker.alias("checks")
    opened_by, c = t.worker.alias("opened_by"), t.conversation.c
    named = (
        opened_by.c.name.label("opened_name"),
        decided.c.name.label("decided_name"),
        checks.c.name.label("checker_name"),
    )
    query = select(t.review, *named, t.handover.c.reference, c.closed_at)
    query = query.join_from(t.review, t.conversation, c.id == _R.conversation)
    query = query.outerjoin(t.handover, t.handover.c.conversation == _R.conversation)
    query = query.outerjoin(opened_by, opened_by.c.id == _R.opened_by)
    query = query.outerjoin(decided, decided.c.id == _R.decided_by)
    query = query.outerjoin(checks, checks.c.id == _R.checker)
    return query.where(_R.service.in_(services))


def _review(keys: Keys, row: AnyRow, sealer: Sealer | None) -> Review:
    ours = _ours(keys, row)
    return Review(
        id=row.id,
        service=row.service,
        conversation=row.conversation,
        reference=row.reference,
        gone=row.closed_at is not None,
        why=row.why,
        at=row.at,
        question=row.question,
        opened_at=row.opened_at,
        opened_by=row.opened_name or "",
        flow=row.flow,
        language=row.language,
        channel=row.channel,
        themes=tuple(row.themes),
        content=written_down.unseal(sealer, t.review, row, Content) or Content(),
        learnt=msgspec.json.decode(ours, type=Learnt) if ours else Learnt(),
        changed=row.changed,
        decided_at=row.decided_at,
        decided_by=row.decided_name or "",
        checker=row.checker_name or "",
        check_on=row.check_on,
        checked_at=row.checked_at,
        worked=row.worked,
    )


def _ours(keys: Keys, row: AnyRow) -> str:
    """What we learnt, opened. Raises `Unreadable`."""
    return keys.master.open(row.learnt, f"review.learnt:{row.id}") if row.learnt else ""
