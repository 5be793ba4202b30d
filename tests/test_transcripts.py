"""Conversations that are tests.

`tests/transcripts/spec/` says how it shall be: written by hand, rewritten by no command.
`tests/transcripts/` shows how it is: `make transcripts` rewrites it, and the diff is reviewed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.play import play
from tests.worlds import listening

MERGE = 3  # seconds, as it is set where nobody sets it
FOLDER = Path(__file__).parent / "transcripts"
SPEC = sorted((FOLDER / "spec").glob("*.txt"))
SHOWN = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", SPEC, ids=lambda path: path.stem)
def test_it_goes_as_it_shall(path: Path) -> None:
    text = path.read_text("utf-8")
    assert play(listening(MERGE), text) == text.rstrip("\n").splitlines()


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_it_goes_as_it_did(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text("utf-8")
    lines = play(listening(MERGE), text)
    if request.config.getoption("--update"):
        path.write_text("\n".join(lines) + "\n", "utf-8")
    else:
        assert lines == text.rstrip("\n").splitlines()


def test_there_are_enough() -> None:
    assert len(SPEC) >= 18
    assert len(SPEC) + len(SHOWN) >= 45
