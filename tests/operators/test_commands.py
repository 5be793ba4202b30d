"""Operators' commands on a real folder, beside the process that serves.

Those that need no process of their own run in this one: it starts in two seconds, they in none.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot import upkeep
from store import backup
from tests.operators.commanding import Run, downgraded
from tests.running import ENVIRONMENT, NOWHERE
from tests.test_cli import ended, ownpace, started, workers

COPIES = f"{upkeep.COPIES}*"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_back_up_while_it_serves_and_restore_elsewhere(run: Run, tmp_path: Path) -> None:
    data, new = tmp_path / "data", tmp_path / "new"
    with started(data, "serve", "Desk") as (running, _):
        run(data, "desk-link", "Sam Okafor")
        done = ownpace(data, "backup", str(tmp_path / "b.db"))
        assert (done.returncode, done.stderr) == (0, "")
        assert "worker 2" in done.stdout
        assert mode(tmp_path / "b.db") == 0o600
        again = run(data, "restore", "--overwrite", str(tmp_path / "b.db"))
        assert (again.returncode, again.stdout) == (4, "")
        assert "already" in again.stderr, "not while it runs"
        assert ended(running, signal.SIGTERM) == ""
    lost = run(new, "restore", str(tmp_path / "b.db"))
    assert (lost.returncode, "OWNPACE_SECRET_KEY" in lost.stderr) == (3, True)
    assert not new.exists(), "no key is made up"
    new.mkdir()
    (new / "secret-key").write_bytes((data / "secret-key").read_bytes())
    (new / "secret-key").chmod(0o600)
    back = run(new, "restore", str(tmp_path / "b.db"))
    assert (back.returncode, back.stderr) == (0, "")
    assert workers(new) == workers(data)
    assert (mode(new), mode(new / "ownpace.db")) == (0o700, 0o600)
    with started(new, "serve", "Desk") as (running, _):
        assert ended(running, signal.SIGTERM) == ""


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("backup", "b.db"), 4, "no database yet"),
        (("restore", "none.db"), 2, "no such file"),
        (("restore", "junk.db"), 1, "no backup"),
        (("backup",), 2, "PATH"),
    ],
)
def test_how_they_end(
    run: Run, tmp_path: Path, args: tuple[str, ...], code: int, told: str
) -> None:
    (tmp_path / "junk.db").write_text("junk")
    key = {"OWNPACE_SECRET_KEY": "k" * 32}
    names = [str(tmp_path / arg) if arg.endswith(".db") else arg for arg in args]
    done = run(tmp_path / "data", *names, **key)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_there_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    data, path = tmp_path / "data", tmp_path / "b.db"
    run(data, "desk-link", "Sam")
    assert run(data, "backup", str(path)).returncode == 0
    for args in (("backup", str(path)), ("restore", str(path))):
        done = run(data, *args)
        assert (done.returncode, "already" in done.stderr) == (2, True)
    assert run(data, "restore", "--overwrite", str(path)).returncode == 0
    assert len(list(data.glob("ownpace.db.before-*"))) == 1


@pytest.mark.parametrize("way", [("db", "upgrade"), ("serve",)])
def test_an_upgrade_makes_a_copy_first(run: Run, tmp_path: Path, way: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    run(data, "desk-link", "Sam")
    downgraded(f"sqlite:///{data}/ownpace.db")
    if way == ("serve",):
        with started(data, "serve", "Desk") as (running, _):
            ended(running, signal.SIGTERM)
    else:
        done = run(data, *way)
        assert (done.returncode, done.stderr) == (0, "")
        assert "Copy of before" in done.stdout
    [copy] = data.glob(COPIES)
    assert mode(copy) == 0o600
    manifest = backup.look(copy)
    assert (manifest.revision, manifest.totals.rows["worker"]) == ("0001", 1)
    assert workers(data)["Sam"] == "caseworker"
    again = run(data, "db", "upgrade")
    assert (again.returncode, again.stdout) == (0, "There was nothing to upgrade.\n")
    os.utime(copy, (0, 0))
    run(data, "db", "upgrade")
    assert list(data.glob(COPIES)) == [], "nothing erased leaves a copy: it does not stay for ever"


@pytest.mark.parametrize("args", [("db", "upgrade"), ("serve",), ("desk-link",)])
def test_a_newer_database_is_refused(run: Run, tmp_path: Path, args: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    run(data, "desk-link", "Sam")
    engine = create_engine(f"sqlite:///{data}/ownpace.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    done = run(data, *args)
    assert (done.returncode, "newer version" in done.stderr) == (3, True)
    assert list(data.glob(COPIES)) == []


@pytest.mark.parametrize("loose", ["ownpace.db", "secret-key"])
@pytest.mark.parametrize("rights", [0o644, 0o640])
def test_it_does_not_start_where_others_can_read(
    run: Run, tmp_path: Path, loose: str, rights: int
) -> None:
    data = tmp_path / "data"
    run(data, "desk-link", "Sam")
    (data / loose).chmod(rights)
    done = run(data, "serve")
    assert (done.returncode, done.stdout) == (3, "")
    assert f'chmod 600 "{data / loose}"' in done.stderr


def test_a_key_elsewhere_that_others_can_read(run: Run, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 40)
    key.chmod(0o604)
    done = run(tmp_path / "data", "serve", OWNPACE_SECRET_KEY_FILE=str(key))
    assert (done.returncode, "chmod 600" in done.stderr) == (3, True)


def test_the_master_key_moves(run: Run, tmp_path: Path) -> None:
    """As docs/operating.md has it."""
    data, key = tmp_path / "data", tmp_path / "elsewhere/ownpace-key"
    run(data, "desk-link", "Sam")
    key.parent.mkdir(mode=0o700)
    (data / "secret-key").rename(key)
    lost = run(data, "desk-link")
    assert (lost.returncode, "OWNPACE_SECRET_KEY" in lost.stderr) == (3, True)
    assert not (data / "secret-key").exists()  # a new one would hide that the right one is missing
    live = {**ENVIRONMENT, "OWNPACE_SECRET_KEY_FILE": str(key)}
    assert run(data, "desk-link", **live).returncode == 0
    done = run(data, "doctor", "--json", **live)
    lights = {f["light"] for f in json.loads(done.stdout)["findings"] if f["about"] == "master key"}
    assert lights == {"green"}


def test_the_doctor_comes_while_it_serves(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    live = ENVIRONMENT | {"TELEGRAM_MODE": "polling", "OWNPACE_PUBLIC_URL": NOWHERE}
    with started(data, "serve", "Desk", **live) as (running, _):
        done = ownpace(data, "doctor", **live)
        assert (done.returncode, done.stderr) == (1, "")
        lines = done.stdout.splitlines()
        assert any(line.startswith("green   integrity") for line in lines)
        red = [line.split()[1] for line in lines if line.startswith("red")]
        assert set(red) == {"master", "telegram", "twilio", "address"}
        secrets = [v for n, v in live.items() if n.endswith(("TOKEN", "SID", "SECRET", "FROM"))]
        assert [secret for secret in secrets if secret in done.stdout] == []
        ended(running, signal.SIGTERM)
    with closing(sqlite3.connect(data / "ownpace.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
