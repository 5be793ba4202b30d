"""A database that can't be used: what is wrong and what to do, in plain words, for each command."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.conversation.channel import Away
from store import engines, migrations, why
from store.sealing import Keys
from store.session import Store
from tests.databases import SQLITE_ONLY
from tests.houses import KEY, House
from tests.operators.commanding import Done, Run, downgraded

COMMANDS = (("backup", "b.db"), ("db", "upgrade"), ("desk-link",), ("doctor", "--json"))


def said(run: Run, data: Path, *args: str, **more: str) -> Done:
    """What a command says of it: never more than plain words."""
    args = tuple(str(data.parent / arg) if arg.endswith(".db") else arg for arg in args)
    done = run(data, *args, OWNPACE_SECRET_KEY="k" * 32, **more)
    plain = [line for line in done.stderr.splitlines() if not line.startswith('{"at": ')]
    for code in ("Traceback", "Error", "SQLITE", "hunter2"):
        assert code not in done.stdout + "".join(plain)
    return done


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    """A folder with a database in it."""
    data = tmp_path / "data"
    assert run(data, "desk-link", "Sam", OWNPACE_SECRET_KEY="k" * 32).returncode == 0
    return data


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program has it for itself."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("args", COMMANDS)
def test_a_file_that_is_held_by_another(
    run: Run, data: Path, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.beside.LOCKED_MS", 50)
    monkeypatch.setattr("store.engines.PRAGMAS", ("busy_timeout=50", *engines.PRAGMAS[1:4]))
    with locked(data / "ownpace.db"):
        done = said(run, data, *args)
    assert done.returncode == 4
    assert "Another program holds the database locked." in done.stdout + done.stderr
    assert "again when it is done" in done.stdout + done.stderr


@pytest.mark.parametrize("args", COMMANDS)
def test_a_file_that_this_user_may_not_use(run: Run, closed: Path, args: tuple[str, ...]) -> None:
    done = said(run, closed.parent / "mine", *args, DATABASE_URL=f"sqlite:///{closed}/ownpace.db")
    assert done.returncode == 4
    assert str(closed) in done.stdout + done.stderr
    assert "this user may not" in (done.stdout + done.stderr).lower()
    assert "Run this as the user of the service" in done.stdout + done.stderr


@pytest.mark.parametrize("args", COMMANDS)
def test_a_folder_in_its_place(run: Run, data: Path, args: tuple[str, ...]) -> None:
    url = f"sqlite:///{data.parent}"
    done = said(run, data, *args, DATABASE_URL=url)
    assert done.returncode == 4
    assert "folder" in done.stdout + done.stderr


@pytest.mark.parametrize("args", COMMANDS)
def test_a_file_that_is_no_database(run: Run, data: Path, args: tuple[str, ...]) -> None:
    (data / "ownpace.db").write_text("words " * 2000)
    done = said(run, data, *args)
    assert done.returncode == (1 if args[0] == "doctor" else 4)
    assert "or its file is no database." in done.stdout + done.stderr
    assert "restore" in done.stdout + done.stderr


@pytest.mark.parametrize("args", COMMANDS)
def test_a_server_that_is_away(run: Run, tmp_path: Path, args: tuple[str, ...]) -> None:
    url = "postgresql://u:hunter2@127.0.0.1:9/none"
    done = said(run, tmp_path / "data", *args, DATABASE_URL=url)
    assert done.returncode == 4
    assert "server does not answer" in done.stdout + done.stderr
    assert "DATABASE_URL" in done.stdout + done.stderr


def test_a_backup_into_a_folder_that_is_not_there(run: Run, data: Path) -> None:
    done = said(run, data, "backup", "none/b.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{data.parent}/none: no such file or folder.\n"


def test_a_full_disk(data: Path) -> None:
    """As SQLite says it of a database that may not grow."""
    url = f"sqlite:///{data}/ownpace.db"
    with closing(sqlite3.connect(data / "ownpace.db")) as connection:
        connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.OperationalError) as full:
            connection.execute("CREATE TABLE more AS SELECT zeroblob(1000000)")
    assert why.of(OperationalError("", {}, full.value), url) is why.FULL
    assert why.of(OSError(28, "No space left on device", "x"), url) is why.FULL


@SQLITE_ONLY
def test_what_the_store_keeps_to_itself_is_still_known(house: House) -> None:
    """The store raises `Away` without values: the cause stays with it."""
    path = Path(house.url.removeprefix("sqlite:///"))
    house.store.close_sync()
    path.write_text("words " * 2000)
    with pytest.raises(Away) as error:
        Store.open(house.url, Keys(KEY))
    assert why.of(error.value, house.url) is why.DAMAGED


@pytest.mark.parametrize("kind", ["postgres"])
def test_an_upgrade_does_not_wait_for_a_backup_without_end(
    run: Run, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader holds its tables until it is done; whoever waits to change them holds up all."""
    monkeypatch.setattr(migrations, "PATIENCE", "300ms")
    house.store.close_sync()
    downgraded(house.url)
    settings = {"DATABASE_URL": house.url, "OWNPACE_SECRET_KEY": KEY.decode()}
    with psycopg.connect(house.url) as backup:
        backup.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '20s'")
        backup.execute("SELECT * FROM account")
        done = run(tmp_path / "data", "db", "upgrade", **settings)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.startswith("Another program holds the database locked. Nothing was ch")
        assert "again when it is done: a backup" in done.stderr
    done = run(tmp_path / "data", "db", "upgrade", **settings)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"OWNPACE_CONFIG": "/none/ownpace.toml"}, "service"),
        ({"OWNPACE_SERVICE_HOURS": "at night"}, "service"),
        ({"DATABASE_URL": "mysql://u:hunter2@h/d"}, "database"),
        ({"DATABASE_URL": "nonsense"}, "database"),
        ({"DATABASE_URL": "postgresql://u:hunter2@h:port/d"}, "database"),
        ({"OWNPACE_PORT": "x"}, "settings"),
        ({"OWNPACE_SECRET_KEY_FILE": "/none/key"}, "settings"),
    ],
)
def test_the_doctor_has_a_table_for_settings_that_can_not_be_used(
    run: Run, tmp_path: Path, settings: dict[str, str], about: str
) -> None:
    plain = run(tmp_path / "data", "doctor", **settings)
    assert (plain.returncode, plain.stderr) == (3, "")
    assert f"red     {about}" in plain.stdout
    assert "Do: " in plain.stdout
    done = run(tmp_path / "data", "doctor", "--json", **settings)
    assert (done.returncode, done.stderr) == (3, "")
    told = json.loads(done.stdout)
    red = [found for found in told["findings"] if found["light"] == "red"]
    assert {found["about"] for found in red} == {about}
    assert all(found["do"] for found in red)
    assert "hunter2" not in done.stdout
