"""Commands set up the log of their whole process: these tests put it back."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operators import commanding
from tests.operators.commanding import Run


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, mask = logging.getLogger(), os.umask(0o022)
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(False)
    os.umask(mask)


@pytest.fixture
def run() -> Run:
    return commanding.run


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that is closed to us, in one that is open to all. Root minds no rights, so that
    where the tests are root's they are somebody else's meanwhile."""
    mine = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "closed").mkdir()
        (folder / "closed").chmod(0)
        if mine == 0:
            os.seteuid(65534)
        yield folder / "closed"
        os.seteuid(mine)
        (folder / "closed").chmod(0o700)
