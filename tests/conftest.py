"""Options of the test run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# The same cases at every run, so that a change is red for its own sake; `make soak` looks wider.
settings.register_profile("steady", max_examples=300, derandomize=True)
settings.register_profile("wide", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="rewrite tests/transcripts/*.txt as it goes now"
    )
