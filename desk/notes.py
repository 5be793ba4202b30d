"""What workers write about a person, in two voices. It is added to, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from desk.changes import once
from desk.queries import AnyRow, Head
from desk.reading import opened, sealer_of
from store import tables as t
from store.sealing import Keys, Sealer

# Asked of a record once it was read as the person would: yes, not_yet, and words beside.
QUESTIONS = ("respected", "understood", "voice", "with_them")


@dataclass(frozen=True, slots=True)
class Note:
    """`said` are the person's words, `saw` what the worker saw or did; or `answers` to the four
    questions, by question, and in `saw` what the worker wants to change."""

    id: str
    at: datetime
    who: str
    said: str = field(default="", repr=False)
    saw: str = field(default="", repr=False)
    answers: Mapping[str, str] = field(default_factory=dict)


def add(
    connection: Connection,
    sealer: Sealer,
    id: str,
    conversation: str,
    worker: str,
    now: datetime,
    said: str = "",
    saw: str = "",
) -> None:
    """Write a note down, each voice in its own place. What stands under this id already stays."""
    voices = {
        "said": sealer.seal(said, f"note.said:{id}") if said else None,
        "saw": sealer.seal(saw, f"note.saw:{id}") if saw else None,
    }
    row = {"id": id, "conversation": conversation, "worker": worker, "at": now, "kind": "note"}
    once(connection, t.note, {**row, **voices})


def add_answers(
    connection: Connection,
    sealer: Sealer,
    id: str,
    conversation: str,
    worker: str,
    now: datetime,
    answers: Mapping[str, str],
    words: str,
) -> None:
    """Keep what a worker answered to the four questions, unless it stands under this id already."""
    content = json.dumps({"answers": dict(answers), "words": words})
    row = {"id": id, "conversation": conversation, "worker": worker, "at": now}
    sealed = sealer.seal(content, f"note.saw:{id}")
    once(connection, t.note, {**row, "saw": sealed, "kind": "as_they"})


def read(connection: Connection, keys: Keys, head: Head) -> tuple[Note, ...]:
    """All notes of an intake, the latest first."""
    n = t.note.c
    query = select(n.id, n.said, n.saw, n.kind, n.at, t.worker.c.name)
    query = query.join(t.worker, t.worker.c.id == n.worker).where(n.conversation == head.id)
    rows = connection.execute(query.order_by(n.at.desc(), n.id.desc())).all()
    sealer = sealer_of(keys, head)
    return tuple(_note(sealer, row) for row in rows)


def _note(sealer: Sealer | None, row: AnyRow) -> Note:
    said = opened(sealer, row.said, f"note.said:{row.id}")
    saw = opened(sealer, row.saw, f"note.saw:{row.id}")
    if row.kind == "note" or not saw:
        return Note(row.id, row.at, row.name, said, saw)
    content = json.loads(saw)
    return Note(row.id, row.at, row.name, saw=content["words"], answers=content["answers"])
