"""The cue files that ship, read when the first text of their language is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.conversation.cues import Cue, Find
from bot.cues import finding

HERE = Path(__file__).parent


def finders(folder: Path = HERE) -> Mapping[str, Find]:
    """What looks for cues, by language: of each language that has both files in `folder`."""
    paths = sorted(path for path in folder.glob("*.toml") if path.with_suffix(".letters").exists())
    return {path.stem: _later(path) for path in paths}


def _later(path: Path) -> Find:
    def find(text: str) -> Cue | None:
        return read(path)(text)

    return find


@lru_cache(maxsize=16)
def read(path: Path) -> finding.Finder:
    """What looks for cues in the language of a file, read once."""
    return finding.finder(path.read_text("utf-8"), path.with_suffix(".letters").read_text("utf-8"))
