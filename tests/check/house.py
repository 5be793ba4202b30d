"""What ships, as data that a test may change, written out as the files that the check reads."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.check import Finding, check
from bot.conversation.i18n import parse_po
from tests.worlds import BOT

Table = dict[str, Any]


@dataclass
class House:
    """A flow, common.toml and the Spanish catalogue. `files` says which of them to check."""

    flow: Table
    common: Table
    es: dict[tuple[str, str], str]
    files: set[str] = field(default_factory=set)

    @property
    def sections(self) -> list[Table]:
        self.files.add("flow")
        sections: list[Table] = self.flow["section"]
        return sections

    @property
    def questions(self) -> list[Table]:
        return [question for section in self.sections for question in section["question"]]

    def question(self, id: str) -> Table:
        return next(question for question in self.questions if question["id"] == id)

    def message(self, key: str) -> Table:
        self.files.add("common")
        message: Table = self.common["message"][key]
        return message

    def word(self, name: str) -> Table:
        self.files.add("common")
        word: Table = self.common["word"][name]
        return word

    def spanish(self, text: str, context: str = "") -> tuple[str, str]:
        """The key of an English text in the Spanish catalogue."""
        self.files.add("es")
        return (context, text)

    def translate(self, old: str, new: str, spanish: str = "", context: str = "") -> None:
        """The Spanish moves from the old English to the new."""
        key = self.spanish(old, context)
        self.es[context, new] = spanish or self.es[key]

    def write(self, folder: Path) -> list[Path]:
        """The changed files, in a folder."""
        made = []
        if "flow" in self.files:
            made.append(folder / "flow.toml")
            made[-1].write_text(flow_toml(self.flow), "utf-8")
        if "common" in self.files:
            made.append(folder / "common.toml")
            made[-1].write_text(common_toml(self.common), "utf-8")
        if "es" in self.files:
            made.append(folder / "es.po")
            made[-1].write_text(po(self.es), "utf-8")
        return made

    def checked(self, folder: Path) -> list[Finding]:
        """What the check finds in the changed files, and in what ships of the rest."""
        return check(self.write(folder), walk=False)


@cache
def _shipped() -> House:
    flow = tomllib.loads((BOT / "flows/self_referral.toml").read_text("utf-8"))
    common = tomllib.loads((BOT / "flows/common.toml").read_text("utf-8"))
    spanish = parse_po((BOT / "locales/es/LC_MESSAGES/bot.po").read_bytes(), "es")
    return House(flow, common, dict(spanish.entries))


def house() -> House:
    """A fresh copy of what ships."""
    return deepcopy(_shipped())


def value(given: Any) -> str:
    """A value as TOML; strings are written as JSON writes them, which TOML reads alike."""
    if isinstance(given, dict):
        return "{ " + ", ".join(f"{key} = {value(v)}" for key, v in given.items()) + " }"
    if isinstance(given, list):
        return "[" + ", ".join(value(each) for each in given) + "]"
    return json.dumps(given, ensure_ascii=False)


def flow_toml(flow: Table) -> str:
    return "\n".join(_flow_lines(flow)) + "\n"


def _flow_lines(flow: Table) -> Iterator[str]:
    yield from (f"{key} = {value(v)}" for key, v in flow.items() if key != "section")
    for section in flow["section"]:
        yield "[[section]]"
        yield from (f"{key} = {value(v)}" for key, v in section.items() if key != "question")
        for question in section["question"]:
            yield "[[section.question]]"
            yield from (f"{key} = {value(v)}" for key, v in question.items())


def common_toml(common: Table) -> str:
    lines = []
    for kind in ("message", "word"):
        for key, table in common[kind].items():
            lines += [f"[{kind}.{key}]", *(f"{name} = {value(v)}" for name, v in table.items())]
    for kind in ("fragment", "copy"):
        lines += [f"[{kind}]", *(f"{name} = {value(v)}" for name, v in common[kind].items())]
    return "\n".join(lines) + "\n"


def po(entries: dict[tuple[str, str], str]) -> str:
    lines = [
        'msgid ""',
        'msgstr ""',
        '"Language: es\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
    ]
    for (context, msgid), text in entries.items():
        lines += ["", *([f"msgctxt {json.dumps(context, ensure_ascii=False)}"] if context else [])]
        lines += [f"msgid {json.dumps(msgid, ensure_ascii=False)}"]
        lines += [f"msgstr {json.dumps(text, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n"
