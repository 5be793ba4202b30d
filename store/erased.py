"""What was erased, kept apart from the database: a backup from before must not bring it back.

A file of JSON lines in the data folder, written before the erasing is committed. It holds ids,
and keyed hashes of addresses (as the database does), never a word, name or number. A line may
stand for an erasing that was rolled back and never tried again; in doubt it counts as erased.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from store import tables as t

FILE = "erased.jsonl"
OPTION = "ownpace_erased"  # an execution option of the engine: where the file is
log = logging.getLogger("ownpace.erased")


@dataclass(slots=True)
class Erased:
    """Everything that the file names. `addresses`: keyed hash (hex) to when it was erased last;
    `hidden`: people of whom all was gone and is to be erased at that time, unless it came back;
    `claimed`: those of whom it came back to themselves, with what was written since."""

    people: set[str] = field(default_factory=set)
    conversations: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    addresses: dict[str, datetime] = field(default_factory=dict)
    hidden: dict[str, datetime] = field(default_factory=dict)
    brought_back: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    unread: int = 0  # lines that could not be read: a crash cut them short


def note(connection: Connection, until: datetime | None = None, **gone: Iterable[str]) -> None:
    """Note these ids (of `people`, `conversations` and so on) as erased, on the disk, now; `hidden`
    ones are to be erased at `until`.

    What can't be noted is erased all the same: the log and `ownpace doctor` tell of it.
    """
    path: Path | None = connection.get_execution_options().get(OPTION)
    named = {kind: sorted(ids) for kind, ids in gone.items()}
    if path is None or not any(named.values()):
        return
    line: dict[str, object] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **named}
    if until:
        line["until"] = until.isoformat()
    try:
        _append(path, json.dumps(line) + "\n")
    except OSError as error:
        kind = type(error).__name__
        log.error("an erasing could not be noted for restores (%s): %s", kind, ", ".join(named))


def fill(connection: Connection, path: Path) -> None:
    """Note every erased person that the file does not name: it was lost, or never written."""
    gone = connection.scalars(select(t.person.c.id).where(t.person.c.erased_at.is_not(None)))
    missing = set(gone) - read(path).people
    note(connection, people=missing)


def read(path: Path) -> Erased:
    """What stands in the file; nothing where there is none. Raises `OSError`."""
    found = Erased()
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        try:
            _take(found, json.loads(line))
        except (ValueError, TypeError, AttributeError, KeyError):
            found.unread += 1
    return found


def _take(found: Erased, line: dict[str, Any]) -> None:
    at = datetime.fromisoformat(str(line["at"]))
    for kind in ("people", "conversations", "messages", "answers"):
        getattr(found, kind).update(line.get(kind, ()))
    for person in line.get("hidden", ()):
        found.hidden[person] = datetime.fromisoformat(line["until"])
        found.brought_back.discard(person)
        found.claimed.discard(person)
    for person in line.get("brought_back", ()):
        found.hidden.pop(person, None)
        found.brought_back.add(person)
    found.claimed.update(line.get("claimed", ()))
    for address in line.get("addresses", ()):
        found.addresses[address] = max(at, found.addresses.get(address, at))


def _append(path: Path, line: str) -> None:
    """One write at the end, so that lines of several processes never mix; then to the disk."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # After a crash in the middle of a line the next one starts anew.
        size = os.fstat(file).st_size
        cut_short = size and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, (("\n" if cut_short else "") + line).encode())
        os.fsync(file)
    finally:
        os.close(file)
