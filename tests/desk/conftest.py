"""A desk for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import Kind
from tests.desk.builder import Desk, a_desk


@pytest.fixture
async def desk(kind: Kind, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, kind=kind) as made:
        yield made
