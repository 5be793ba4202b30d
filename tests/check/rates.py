"""How many mutants of each kind the rule that should catches: `python -m tests.check.rates`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.check.mutating import Broken
from tests.check.mutating_lists import KINDS as LISTS
from tests.check.mutating_questions import KINDS as QUESTIONS
from tests.check.mutating_strangers import KINDS as STRANGERS
from tests.check.mutating_words import KINDS

CAUGHT = 0.98  # of the mutants of a kind, and of them all


def caught(broken: Broken, folder: Path) -> tuple[list[str], int]:
    """The mutants of a kind that its rule did not catch, and how many there were."""
    escaped, count = [], 0
    for label, house in broken.mutants():
        (inside := folder / str(count)).mkdir()
        count += 1
        rules = {finding.rule for finding in house.checked(inside)}
        if not rules & {broken.rule, *broken.others}:
            escaped.append(f"{broken.kind}: {label} ({', '.join(sorted(rules))})")
    return escaped, count


def main() -> None:
    """Print a line for each kind, and the rate over all."""
    assert LISTS is QUESTIONS is STRANGERS is KINDS
    missed, total = list[str](), 0
    for broken in KINDS:
        with TemporaryDirectory() as folder:
            escaped, count = caught(broken, Path(folder))
        missed, total = missed + escaped, total + count
        print(f"{count - len(escaped):>4} of {count:<4} {broken.rule:<6} {broken.kind}")
    print(f"{total - len(missed):>4} of {total:<4} {len(KINDS)} kinds")
    print(*missed, sep="\n")


if __name__ == "__main__":
    main()
