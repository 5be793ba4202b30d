"""One copy before the tables change, however many processes start; and no copy for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from pathlib import Path

import pytest

from bot import upkeep
from store import backup, migrations
from store.sealing import Keys
from store.session import Store
from tests.houses import KEY, House
from tests.operators.commanding import downgraded
from tests.running import house as running_house

SOON = 10.0  # seconds


@pytest.mark.parametrize("kind", ["postgres"])
def test_of_several_that_start_at_once_one_copies(house: House) -> None:
    """And nobody changes a table meanwhile: a copy that another makes would hold that up."""
    house.store.close_sync()
    downgraded(house.url)
    both, seen = threading.Barrier(2), []

    def copy(present: str) -> None:
        seen.append(present)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # a second one, if it could, would come now

    def start() -> None:
        Store.open(house.url, Keys(KEY), copy).close_sync()

    starting = [threading.Thread(target=start) for _ in range(2)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join(SOON)
    assert seen == ["0001"]


def test_the_copy_is_of_what_was_there_before(house: House, tmp_path: Path) -> None:
    """Also of SQLite, whose writer holds the database while another connection copies it."""
    house.store.close_sync()
    downgraded(house.url)
    seen = []

    def copy(present: str) -> None:
        seen.append(backup.take(house.url, tmp_path / "copy.db").revision)

    Store.open(house.url, Keys(KEY), copy).close_sync()
    Store.open(house.url, Keys(KEY), copy).close_sync()
    assert seen == ["0001"]
    assert migrations.head() != "0001"


@pytest.mark.parametrize("more", [{}, {"DATABASE_URL": "sqlite://"}])
async def test_old_copies_go_while_it_runs(tmp_path: Path, more: dict[str, str]) -> None:
    """Nothing that is erased leaves them, and a service may run for months."""
    async with running_house(tmp_path / "data", **more) as (built, _):
        old, new = (tmp_path / f"data/{upkeep.COPIES}{name}.db" for name in ("old", "new"))
        for path, days in ((old, 15), (new, 13)):
            path.write_text("words of many")
            at = time.time() - days * 24 * 3600
            os.utime(path, (at, at))
        job = asyncio.ensure_future(built.jobs["old copies"]())
        try:
            async with asyncio.timeout(SOON):
                while old.exists():  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(0.01)
        finally:
            job.cancel()
        assert new.exists()


async def test_it_looks_again(tmp_path: Path) -> None:
    job = asyncio.ensure_future(upkeep.keep_forgetting(tmp_path, pulse=0.01))
    await asyncio.sleep(0.05)
    old = tmp_path / f"{upkeep.COPIES}old.db"
    old.touch()
    os.utime(old, (0, 0))
    try:
        async with asyncio.timeout(SOON):
            while old.exists():  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
    finally:
        job.cancel()
