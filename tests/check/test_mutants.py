"""Broken flows, messages and catalogues are caught, each by the rule that should."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.check.mutating import Broken
from tests.check.mutating_lists import KINDS as LISTS
from tests.check.mutating_messages import KINDS
from tests.check.mutating_plain import KINDS as PLAIN

assert LISTS is KINDS is PLAIN  # each module adds its kinds to the one list
FEW = 4  # mutants of a kind in the short run; the long one takes them all


def missed(broken: Broken, folder: Path, most: int | None) -> tuple[list[str], int]:
    """The mutants of a kind that the rule did not catch, and how many there were."""
    made = list(islice(broken.mutants(), most))
    escaped = []
    for number, (label, house) in enumerate(made):
        (inside := folder / str(number)).mkdir()
        rules = {finding.rule for finding in house.checked(inside)}
        if broken.rule not in rules:
            escaped.append(f"{broken.kind}: {label} ({', '.join(sorted(rules))})")
    return escaped, len(made)


@pytest.mark.parametrize("broken", KINDS, ids=lambda broken: broken.kind)
def test_the_rule_catches_what_breaks_it(broken: Broken, tmp_path: Path) -> None:
    escaped, count = missed(broken, tmp_path, FEW)
    assert count
    assert escaped == []


def test_there_are_enough() -> None:
    assert len(KINDS) >= 15
    assert sum(len(list(islice(broken.mutants(), FEW))) for broken in KINDS) >= 200


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_nearly_all_mutants_are_caught(tmp_path: Path) -> None:
    escaped: list[str] = []
    total = 0
    for broken in KINDS:
        (folder := tmp_path / broken.kind).mkdir()
        found, count = missed(broken, folder, None)
        escaped, total = escaped + found, total + count
    assert len(escaped) <= total * 0.02, escaped
    assert total >= 300
