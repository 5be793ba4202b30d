"""The weights that ship, read when the first message of their language is to be guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot.conversation.understand import Command, Guess, Unclear
from bot.guessing import guesser
from bot.guessing.guesser import Guesser

HERE = Path(__file__).parent


def guesses(folder: Path = HERE) -> Mapping[str, Guess]:
    """What guesses, by language: of each language that has a file in `folder`."""
    return {path.stem: _later(path) for path in sorted(folder.glob("*.weights"))}


def _later(path: Path) -> Guess:
    def guess(text: str, asked: bool) -> Command | Unclear | None:
        return read(path)(text, asked)

    return guess


@lru_cache(maxsize=16)
def read(path: Path) -> Guesser:
    """What guesses in the language of a file, read once."""
    return guesser.unpack(path.read_text("utf-8"))
