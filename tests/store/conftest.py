"""A house on disk for the tests of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.houses import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path)
    yield made
    made.store.close_sync()
