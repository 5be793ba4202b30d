"""A restore in the place of a database, killed at every step: the next start ends it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from multiprocessing import get_context
from pathlib import Path

import pytest

from store import backup, restore, swapping
from store.erased import Erased
from store.sealing import Keys
from tests.operators.commanding import Run

KEY = "k" * 32
OLD, NEW = "who wrote after the backup", "who was there before"


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    """A database whose worker got another name after the backup; that stands in the log only."""
    data, file = tmp_path / "data", tmp_path / "data/ownpace.db"
    for args in (("desk-link", NEW), ("backup", str(tmp_path / "b.db"))):
        assert run(data, *args, OWNPACE_SECRET_KEY=KEY).returncode == 0
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE worker SET name = ?", (OLD,))
        connection.commit()
        # As a kill leaves it: an end in good order would put the log into the file.
        left = {path: path.read_bytes() for path in (file, data / "ownpace.db-wal")}
    for path, found in left.items():
        path.write_bytes(found)
        path.chmod(0o600)
    return data


def names(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM worker")}


def killed_at(step: int, file: Path, path: Path) -> None:
    """The restore, ended by SIGKILL before its rename of this number."""
    passed = 0

    def before(inner: Callable[..., Path]) -> Callable[..., Path]:
        @wraps(inner)
        def outer(*given: Path) -> Path:
            nonlocal passed
            passed += 1
            if passed == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return inner(*given)

        return outer

    setattr(Path, "rename", before(Path.rename))  # noqa: B010 - mypy would see a wrong method
    restore.put_back(path, f"sqlite:///{file}", Keys(KEY.encode()), Erased(), over=True)


def restore_killed_at(step: int, data: Path) -> int | None:
    given = (step, data / "ownpace.db", data.parent / "b.db")
    child = get_context("fork").Process(target=killed_at, args=given)
    child.start()
    child.join(30)
    return child.exitcode


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_restore_that_is_killed_is_whole_or_was_not(run: Run, data: Path, step: int) -> None:
    """1: it gets its name; 2 and 3: the old database and its log go; 4: it takes their place."""
    file = data / "ownpace.db"
    assert restore_killed_at(step, data) == -signal.SIGKILL
    decided = step > 1
    done = run(data, "doctor", OWNPACE_SECRET_KEY=KEY)
    assert ("A restore was cut short" in done.stdout) is decided
    backed = run(data, "backup", str(data.parent / "c.db"), OWNPACE_SECRET_KEY=KEY)
    assert (backed.returncode, "A restore was cut short" in backed.stderr) == (
        (4, True) if decided else (0, False)
    )
    assert run(data, "db", "upgrade", OWNPACE_SECRET_KEY=KEY).returncode == 0
    assert swapping.waiting(file) is None
    if not decided:
        assert names(file) == {OLD}
        return
    assert names(file) == {NEW}
    [aside] = swapping.kept(file)
    assert names(data / aside) == {OLD}, "it has its log beside it"


def test_all_the_steps_are_tried(data: Path) -> None:
    """One more rename than those above: it is not reached."""
    assert restore_killed_at(5, data) == 0
    assert names(data / "ownpace.db") == {NEW}


def test_the_next_restore_ends_the_one_before(run: Run, data: Path) -> None:
    assert restore_killed_at(3, data) == -signal.SIGKILL
    path = str(data.parent / "b.db")
    again = run(data, "restore", path, OWNPACE_SECRET_KEY=KEY)
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert run(data, "restore", "--overwrite", path, OWNPACE_SECRET_KEY=KEY).returncode == 0
    assert len(swapping.kept(data / "ownpace.db")) == 2


def test_what_is_kept_is_said(run: Run, data: Path) -> None:
    path = str(data.parent / "b.db")
    done = run(data, "restore", "--overwrite", path, OWNPACE_SECRET_KEY=KEY)
    [aside] = swapping.kept(data / "ownpace.db")
    assert f"The database of before is kept: {data / aside}\n" in done.stdout
    assert "what people wrote" in done.stdout
    assert "Delete it as\nsoon as all is well, in 14 days at the latest." in done.stdout
    new = data.parent / "new"
    done = run(new, "restore", path, OWNPACE_SECRET_KEY=KEY)
    assert "of before" not in done.stdout


def test_a_good_restore_has_a_green_doctor(run: Run, data: Path) -> None:
    path = str(data.parent / "b.db")
    assert run(data, "restore", "--overwrite", path, OWNPACE_SECRET_KEY=KEY).returncode == 0
    done = run(data, "doctor", OWNPACE_SECRET_KEY=KEY)
    assert "green   integrity    Every page is sound." in done.stdout
    assert "yellow  before" not in done.stdout, "not yet"
    [aside] = swapping.kept(data / "ownpace.db")
    (data / aside).rename(data / "ownpace.db.before-20260101-120000000000")
    done = run(data, "doctor", OWNPACE_SECRET_KEY=KEY)
    assert "yellow  before" in done.stdout
    assert "Do: Delete them" in done.stdout


def test_a_backup_of_an_older_day_is_made_again(data: Path) -> None:
    """What a kill left half written is not in the way."""
    assert restore_killed_at(1, data) == -signal.SIGKILL
    assert (data / "ownpace.db.restored.part").exists()
    url = f"sqlite:///{data}/ownpace.db"
    restore.put_back(data.parent / "b.db", url, Keys(KEY.encode()), Erased(), over=True)
    assert not (data / "ownpace.db.restored.part").exists()
    assert backup.take(url, data.parent / "d.db").totals.rows["worker"] == 1
