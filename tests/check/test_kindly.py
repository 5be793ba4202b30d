"""What ships in other words: a service that writes as kindly as we do is told of nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.check.house import House, house

SAID = tomllib.loads((Path(__file__).parent / "kindly.toml").read_text("utf-8"))["say"]


def rounds() -> Iterator[House]:
    """Houses with as many of the sentences as go together: one in each place."""
    for turn in count():
        made, places = house(), dict[tuple[str, str], int]()
        taken = 0
        for field, into, english, spanish in SAID:
            places[field, into] = nth = places.get((field, into), -1) + 1
            if nth == turn:
                put(made, field, into, english, spanish)
                taken += 1
        if not taken:
            return
        yield made


def put(made: House, field: str, into: str, english: str, spanish: str) -> None:
    table = made.message(into) if field in ("text", "discreet") else made.question(into)
    old, table[field] = table[field], english
    made.translate(old, english, spanish)


def test_there_are_many() -> None:
    assert len(SAID) >= 150


@pytest.mark.parametrize("made", list(rounds()))
def test_kind_words_raise_nothing(made: House, tmp_path: Path) -> None:
    assert made.checked(tmp_path) == []
