"""A made-up person's phone: what it shows, and what changed since a page last looked."""

from __future__ import annotations

import asyncio
import secrets
import tomllib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bot.conversation.channel import Button

FOLDER = Path(__file__).parent / "rehearse"
MAX_ENTRIES = 400

Kind = Literal["person", "service", "carrier", "days_later", "minutes_later", "handed", "returned"]
State = Literal["", "sending", "waiting", "sent", "delivered", "failed"]


class NoSignal(Exception):
    """The phone has no signal: nothing can be sent from it now."""


@cache
def words() -> dict[str, dict[str, str]]:
    """What strangers and carriers say, by who and language or occasion."""
    return tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))


def addresses(numbers: bool) -> list[str]:
    """Addresses for a new phone, in no order: phone numbers, or one chat id."""
    if not numbers:
        return [str(10**9 + secrets.randbelow(9 * 10**9))]
    # Ofcom keeps +44 7700 900000-900999 for drama: they ring nobody.
    every = [f"+447700900{number:03}" for number in range(1000)]
    secrets.SystemRandom().shuffle(every)
    return every


@dataclass(slots=True)
class Entry:
    """One thing to see on a phone: a message, or something that life did."""

    id: int
    kind: Kind
    at: datetime
    text: str = field(default="", repr=False)
    buttons: tuple[Button, ...] = ()
    state: State = ""
    parts: int = 0
    message: str = ""
    ref: str = ""
    chosen: str = ""
    gone: bool = False
    version: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "at": self.at.isoformat(),
            "text": self.text,
            "buttons": [[button.code, button.label] for button in self.buttons],
            "state": self.state,
            "parts": self.parts,
            "message": self.message,
            "chosen": self.chosen,
            "gone": self.gone,
        }


@dataclass(slots=True, eq=False)
class Phone:
    """One made-up person's phone. Every change gets a higher `version`, so that a page that
    knows version n asks for what is newer; `watchers` are set at each change."""

    id: str
    kind: str
    address: str = field(repr=False)
    language: str
    signal: bool = True
    blocked: bool = False
    stranger: bool = False
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES), repr=False)
    watchers: set[asyncio.Event] = field(default_factory=set, repr=False)
    version: int = 1
    state_version: int = 1
    last_id: int = 0

    def add(self, kind: Kind, at: datetime, **more: Any) -> Entry:
        self.last_id += 1
        entry = Entry(self.last_id, kind, at, **more)
        self.entries.append(entry)
        self.touch(entry)
        return entry

    def touch(self, entry: Entry | None = None) -> None:
        """Show a change of this entry, or of the phone itself."""
        self.version += 1
        if entry is None:
            self.state_version = self.version
        else:
            entry.version = self.version
        for watcher in self.watchers:
            watcher.set()

    def since(self, version: int, now: datetime) -> Iterator[dict[str, Any]]:
        """What changed after `version`: the phone's own state first, then entries in order."""
        if self.state_version > version:
            yield {"phone": self.id, "state": self._state(now)}
        for entry in tuple(self.entries):
            if entry.version > version:
                yield {"phone": self.id, "entry": entry.as_json()}

    def _state(self, now: datetime) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "number": self.address,
            "language": self.language,
            "signal": self.signal,
            "blocked": self.blocked,
            "stranger": self.stranger,
            "now": now.isoformat(),
        }
