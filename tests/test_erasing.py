"""`ownpace erase`: a person is gone for good, unless a legal hold forbids it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import erasing, running, serving
from bot.upkeep import Failed
from config import settings
from desk import queries
from store import hiding, legal_hold
from store import tables as t
from store.session import Store
from tests.databases import Kind, fresh
from tests.desk.builder import Made
from tests.test_cli import COMMAND, environment, ownpace
from tests.test_copying import KEY, KEYS, furnish, someone

NOW = datetime.now(UTC)
Beside = Callable[[Callable[[Connection], Any]], Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OWNPACE_SECRET_KEY", KEY)
    monkeypatch.setenv("OWNPACE_DATA", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def store(kind: Kind, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    url = fresh(kind, folder)
    (folder / "data").mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("DATABASE_URL", url)
    made = Store.open(url, KEYS)
    made.write_sync(furnish)
    yield made
    made.close_sync()


def erase(beside: Beside, reference: str = "KTR-48293", why: str = "") -> list[str]:
    person = erasing.prepare(settings.load(), reference, why, beside)
    assert person.question().startswith(f"Erase for good all of the person of {reference}, shared")
    return list(person.run())


def head(store: Store, made: Made) -> queries.Head:
    return store.read_sync(lambda c: queries.in_order(c, [made.id]))[0]


def keyless(store: Store, made: Made) -> bool:
    """Is the key of their words gone, and every word?"""
    key = select(t.person.c.wrapped_key).where(t.person.c.id == made.person)
    return store.read_sync(lambda c: c.scalar(key)) is None and words(store, made) == 0


def words(store: Store, made: Made) -> int:
    """How many messages of this intake have words, sealed."""
    m = t.message.c
    query = select(m.id).where(m.conversation == made.id, m.text.is_not(None))
    return len(store.read_sync(lambda c: c.scalars(query).all()))


def worker(connection: Connection) -> str:
    row = {"id": "lee", "name": "Lee", "role": "lead", "created_at": NOW}
    connection.execute(t.worker.insert().values(row))
    return "lee"


def hold(connection: Connection, person: str, until: datetime) -> None:
    key = select(t.person.c.wrapped_key).where(t.person.c.id == person)
    sealer = KEYS.person(connection.scalar(key) or b"", person)
    legal_hold.put(connection, sealer, person, worker(connection), "court", NOW, until)


def test_all_of_them_is_gone_and_the_audit_says_so(store: Store, folder: Path) -> None:
    made = store.write_sync(someone)
    told = erase(store.write_sync, why="their letter of 3 June")
    assert told[0] == "Erased: everything of the person of KTR-48293."
    assert keyless(store, made)
    assert head(store, made).kind == "erased"
    [row] = store.read_sync(lambda c: c.execute(t.audit.select()).all())
    assert (row.worker, row.what, row.about) == ("the operator", "erase.one", "KTR-48293")
    assert KEYS.master.open(row.why, "audit.why:1") == "their letter of 3 June"
    noted = [json.loads(line) for line in (folder / "data/erased.jsonl").read_text().splitlines()]
    assert [made.person] in [line.get("people") for line in noted]


def test_a_second_time_there_is_nothing(store: Store) -> None:
    store.write_sync(someone)
    erase(store.write_sync)
    with pytest.raises(Failed, match="the words were erased"):
        erase(store.write_sync)
    assert len(store.read_sync(lambda c: c.execute(t.audit.select()).all())) == 1


def test_a_legal_hold_forbids_it_and_says_until_when(store: Store) -> None:
    made = store.write_sync(someone)
    until = datetime(NOW.year + 1, 1, 2, 9, tzinfo=UTC)
    store.write_sync(lambda c: hold(c, made.person, until))
    person = erasing.prepare(settings.load(), "KTR-48293", "", store.write_sync)
    says = f"a legal hold forbids it until 02 January {NOW.year + 1}, 09:00. A lead can end it"
    for tried in (person.question, lambda: list(person.run())):
        with pytest.raises(Failed, match=says):
            tried()
    assert not keyless(store, made)
    store.write_sync(lambda c: legal_hold.lift(c, made.person, "lee", NOW))
    assert person.question()
    assert list(person.run())
    assert keyless(store, made)


def test_what_they_had_erased_themselves_is_erased_for_good_now(store: Store) -> None:
    made = store.write_sync(someone)
    day = NOW + timedelta(days=1)
    store.write_sync(lambda c: hiding.hide(c, KEYS, made.id, NOW, day))
    assert not keyless(store, made)
    erase(store.write_sync)
    assert keyless(store, made)
    assert store.read_sync(lambda c: c.execute(t.hidden.select()).all()) == []


def test_a_hold_keeps_what_they_had_erased_themselves(store: Store) -> None:
    made = store.write_sync(someone)
    store.write_sync(lambda c: hold(c, made.person, NOW + timedelta(days=5)))
    store.write_sync(lambda c: hiding.hide(c, KEYS, made.id, NOW, NOW))
    with pytest.raises(Failed, match="a legal hold forbids it"):
        erase(store.write_sync)
    assert not keyless(store, made)


def test_what_is_hidden_of_another_keeps_its_time(store: Store) -> None:
    """Somebody else had theirs erased from the same phone: a lead may still bring it back."""
    before = store.write_sync(partial(someone, reference="OLD-11111"))
    there_before = words(store, before)
    day = NOW + timedelta(days=1)
    store.write_sync(lambda c: hiding.hide(c, KEYS, before.id, NOW, day))
    fresh_one = head(store, before).person
    made = store.write_sync(partial(someone, reference="NEW-22222"))
    there = t.conversation.update().where(t.conversation.c.id == made.id)
    store.write_sync(lambda c: moved(c, made, fresh_one, there))
    erase(store.write_sync, "NEW-22222")
    assert keyless(store, Made(made.id, "", fresh_one, "", {}))
    assert words(store, before) == there_before
    assert store.write_sync(lambda c: hiding.bring_back(c, KEYS, before.person, NOW)) == before.id
    assert head(store, before).kind == "complete"


def moved(connection: Connection, made: Made, person: str, there: Any) -> None:
    """This intake is of that person, and so are its words."""
    key = select(t.person.c.wrapped_key)
    old = KEYS.person(connection.scalar(key.where(t.person.c.id == made.person)) or b"")
    new = KEYS.person(connection.scalar(key.where(t.person.c.id == person)) or b"", person)
    rows = connection.execute(t.message.select().where(t.message.c.conversation == made.id)).all()
    for row in rows:
        place = f"message.text:{row.id}"
        sealed = new.seal(old.open(row.text, place), place)
        of_it = t.message.update().where(t.message.c.id == row.id)
        connection.execute(of_it.values(text=sealed))
    state = new.seal("{}", f"conversation.state:{made.id}")
    connection.execute(there.values(person=person, state=state))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_beside_ownpace_that_runs_it_is_noted_for_restores_too(store: Store, folder: Path) -> None:
    made = store.write_sync(someone)
    (folder / "data/erased.jsonl").unlink(missing_ok=True)
    with running.alone(folder / "data", shared=False):
        erase(serving.write_beside)
    assert keyless(store, made)
    assert made.person in (folder / "data/erased.jsonl").read_text()


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def data(folder: Path) -> Path:
    store = Store.open(fresh("sqlite", folder), KEYS)
    store.write_sync(furnish)
    store.write_sync(someone)
    store.close_sync()
    return folder / "data"


def left(data: Path) -> int:
    store = Store.open(f"sqlite:///{data}/ownpace.db", KEYS)
    query = select(t.message.c.id).where(t.message.c.text.is_not(None))
    found = len(store.read_sync(lambda c: c.scalars(query).all()))
    store.close_sync()
    return found


def test_without_a_terminal_it_wants_to_be_told(data: Path) -> None:
    done = ownpace(data, "erase", "KTR-48293", OWNPACE_SECRET_KEY=KEY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Nothing was erased. Without a terminal to ask at, say --yes.\n"
    assert left(data)
    done = ownpace(data, "erase", "KTR-48293", "--yes", OWNPACE_SECRET_KEY=KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert left(data) == 0
    done = ownpace(data, "erase", "KTR-48293", "--yes", OWNPACE_SECRET_KEY=KEY)
    assert done.returncode == 1


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)])
def test_at_a_terminal_it_asks_once(data: Path, answer: bytes, code: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [*COMMAND, "erase", "KTR-48293"]
    env = environment(data, OWNPACE_SECRET_KEY=KEY)
    done = subprocess.run(command, env=env, stdin=theirs, capture_output=True, timeout=60)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == code
    assert done.stderr.count(b"It can't be undone") == 1
    assert (left(data) == 0) == (code == 0)
