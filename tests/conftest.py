"""Options of the test run; a database of each kind for whoever asks."""

from __future__ import annotations

import importlib.util
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import KINDS, Kind, fresh
from tests.houses import House, open_house

# The same cases at every run, so that a change is red for its own sake; `make soak` looks wider.
# A slow machine is no fault of ours: no deadline.
settings.register_profile("steady", max_examples=300, derandomize=True, deadline=None)
settings.register_profile("wide", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# `make browser` installs the driver, and fails where it is missing: nothing is left out unseen.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="rewrite tests/transcripts/*.txt, or docs/pictures"
    )
    parser.addoption(
        "--canaries", action="store_true", help="at DEBUG: fail where a word or a secret is logged"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--canaries"):
        from tests.listening import Canaries

        config.pluginmanager.register(Canaries(Path(tempfile.mkdtemp(prefix="ownpace-canaries-"))))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start processes come first: they take long and mostly wait, so that other tests
    run beside them, and at the end nobody waits for one of them."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """What one test lets the loggers say is no matter of the next one's."""
    before = {logger: logger.level for logger in _loggers()}
    yield
    for logger in _loggers():
        if logger.level != before.get(logger, logging.NOTSET):
            logger.setLevel(before.get(logger, logging.NOTSET))


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(each for each in known if isinstance(each, logging.Logger))]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of database in turn: what passes on the one passes on the other."""
    made: Kind = request.param
    return made


@pytest.fixture
def url(kind: Kind, tmp_path: Path) -> str:
    """The address of a new database with all tables and nothing in them."""
    return fresh(kind, tmp_path)


@pytest.fixture
def house(kind: Kind, tmp_path: Path) -> Iterator[House]:
    """A small house on a new database."""
    made = open_house(tmp_path, kind)
    yield made
    made.store.close_sync()
