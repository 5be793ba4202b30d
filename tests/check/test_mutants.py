"""Broken flows, messages and catalogues are caught, each by the rule that should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check.mutating import Broken
from tests.check.mutating_lists import KINDS as LISTS
from tests.check.mutating_messages import KINDS as MESSAGES
from tests.check.mutating_plain import KINDS as PLAIN
from tests.check.mutating_questions import KINDS as QUESTIONS
from tests.check.mutating_strangers import KINDS as STRANGERS
from tests.check.mutating_words import KINDS
from tests.check.rates import CAUGHT, caught

# Each module adds its kinds to the one list.
assert LISTS is MESSAGES is PLAIN is QUESTIONS is STRANGERS is KINDS


def at_hand() -> Iterator[object]:
    """All kinds; the many sentences of strangers only in the long run."""
    for broken in KINDS:
        marks = [pytest.mark.soak] if broken.kind.startswith("stranger_") else []
        yield pytest.param(broken, marks=marks, id=broken.kind)


@pytest.mark.parametrize("broken", list(at_hand()))
def test_the_rule_catches_what_breaks_it(broken: Broken, tmp_path: Path) -> None:
    escaped, count = caught(broken, tmp_path)
    assert count
    assert len(escaped) <= (1 - CAUGHT) * count, escaped


def test_there_are_enough_of_enough_kinds() -> None:
    assert len({broken.kind for broken in KINDS}) == len(KINDS) >= 50
    assert sum(len(list(broken.mutants())) for broken in KINDS) >= 300
