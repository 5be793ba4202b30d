"""Safeguarding, stage by stage: what each change means is explained to the person as it happens, or
it is said why not; and what they think of it stands beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources

import msgspec
from sqlalchemy import Connection

from bot.conversation.i18n import SOURCE, Catalogue
from bot.conversation.phrases import Phrase
from desk import written_down
from desk.changes import once
from desk.queries import AnyRow, Head
from store import tables as t
from store.sealing import Keys, Sealer

SEND, TOLD, NOT = "send", "told", "not"
TELLING = (SEND, TOLD, NOT)  # our words go out; a worker told them; not told yet


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a change says. `words` are those that were sent, `how` how a worker told them, `why_not`
    why they were not told; `says` is the person, in their words, or `not_asked` why they were not
    asked."""

    words: str = ""
    how: str = ""
    why_not: str = ""
    says: str = ""
    not_asked: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on it stands at this stage."""

    id: str
    at: datetime
    who: str
    stage: str
    content: Content = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlainWords:
    """What a person is told of each stage, in the languages that we have."""

    messages: Mapping[str, Phrase] = field(default_factory=dict, repr=False)
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict, repr=False)

    def of(self, stage: str, language: str, discreet: bool) -> str:
        """In their language, or in English; empty where nothing is written for this stage."""
        phrase = self.messages.get(f"stage_{stage}")
        if phrase is None:
            return ""
        text = phrase.discreet if discreet and phrase.discreet else phrase.text
        return self.catalogues.get(language, SOURCE).text(text)


@cache
def stages() -> Mapping[str, str]:
    """The label of each stage, by its id, in the usual order (`desk/stages.toml`)."""
    text = resources.files("desk").joinpath("stages.toml").read_text("utf-8")
    return {one["id"]: one["label"] for one in tomllib.loads(text)["stage"]}


def add(
    connection: Connection,
    sealer: Sealer,
    id: str,
    conversation: str,
    worker: str,
    now: datetime,
    stage: str,
    content: Content,
) -> None:
    """Write a change down, unless it stands under this id already."""
    sealed = written_down.seal(sealer, t.stage, id, content)
    row = {"id": id, "conversation": conversation, "worker": worker, "at": now}
    once(connection, t.stage, {**row, "stage": stage, "content": sealed})


def read(connection: Connection, keys: Keys, head: Head) -> tuple[Change, ...]:
    """All changes of an intake that can be read, the latest first."""
    return written_down.read(connection, keys, head, t.stage, Content, _change)


def _change(row: AnyRow, content: Content) -> Change:
    return Change(row.id, row.at, row.name, row.stage, content)
