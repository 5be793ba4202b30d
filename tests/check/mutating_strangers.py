"""Sentences that break the promises, written from the practice brief and not from the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.check.house import House, Table, house
from tests.check.mutating import KINDS, Broken

__all__ = ["KINDS"]
SENTENCES = Path(__file__).parent / "strangers.toml"


def broken(kind: Table) -> Broken:
    """The sentences of one kind, each in the place of what ships."""

    def mutants() -> Iterator[tuple[str, House]]:
        for language, field, into, text in kind["say"]:
            yield text, put(language, field, into, text)

    first, *others = kind["rules"]
    return Broken(kind["name"], first, mutants, tuple(others))


def put(language: str, field: str, into: str, text: str) -> House:
    """What ships, with a text in the place of another."""
    made = house()
    message = field in ("message", "discreet")
    table = made.message(into) if message else made.question(into)
    name = "text" if field == "message" else field
    if language == "en":
        table[name] = text
    else:
        made.files = set()
        made.es[made.spanish(table[name])] = text
    return made


KINDS.extend(map(broken, tomllib.loads(SENTENCES.read_text("utf-8"))["kind"]))
