"""A new master key: everything stays readable at every moment, and the old key can go."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from bot import rotating, running
from bot.upkeep import Failed
from desk import audit
from store import accounts, keyring, rotation
from store import tables as t
from store.conversations import by_address
from store.ids import new_id
from store.sealing import Keys
from store.session import Store, Unusable
from tests.databases import fresh
from tests.houses import KEY, LINE, NOON, NUMBER, House
from tests.operators.commanding import Run
from tests.operators.keeping import back_up, hear, put_back, texts

NEW, NEWER = b"a new master key, just as random", b"and a third one, also 32 of them"
MANY = 2000


def people(connection: Connection, keys: Keys, many: int) -> None:
    """So many people with a key each, and a word of theirs where it can be read."""
    for start in range(0, many, 1000):
        rows = [
            {"id": new_id(), "service": LINE.service, "wrapped_key": keys.new_person_key()}
            for _ in range(min(1000, many - start))
        ]
        connection.execute(insert(t.person), [row | {"created_at": NOON} for row in rows])


def readable(connection: Connection, keys: Keys) -> int:
    """How many people's keys open; raises where one does not."""
    wrapped = connection.execute(select(t.person.c.id, t.person.c.wrapped_key)).all()
    return sum(keys.person(row.wrapped_key, row.id) is not None for row in wrapped)


def open_with(house: House, *masters: bytes) -> Store:
    return Store.open(house.url, Keys(*masters))


def turn(store: Store, *masters: bytes) -> list[str]:
    return list(rotating.rotate(Keys(*masters), store.write_sync, heard=0))


async def test_everything_opens_under_the_new_key_alone(house: House) -> None:
    ana = await hear(house, "the blue door")
    store, keys = house.store, house.store.keys
    sam = store.write_sync(lambda c: accounts.add_worker(c, "Sam", "lead", NOON))
    store.write_sync(lambda c: accounts.begin_second_factor(c, keys, sam, "totp secret"))
    for n in range(3):
        store.write_sync(lambda c, n=n: audit.note(c, keys, sam, "export", "x", NOON, f"why {n}"))  # type: ignore[misc]
    await house.inbox().park(LINE.id, "odd bytes")
    hashed = keys.lookup(LINE.id, NUMBER)
    told = turn(store, NEW, KEY)
    assert "person.wrapped_key 1" in told[1]
    assert "audit.why 3" in told[1]
    store.close_sync()
    after = House(open_with(house, NEW), house.url)
    assert texts(after, ana) == ["the blue door"]
    assert after.store.keys.lookup(LINE.id, NUMBER) == hashed, "looked up as before"
    assert after.store.read_sync(lambda c: audit.broken_at(c, after.store.keys)) is None
    sealed = after.store.read_sync(lambda c: c.scalar(select(t.worker.c.totp)))
    assert accounts.second_factor(after.store.keys, sam, sealed) == "totp secret"
    row = after.rows(t.parked)[0]
    content: Any = row["content"]
    assert after.store.keys.master.open(content, f"parked.content:{row['id']}") == "odd bytes"
    assert await hear(after, "and again") == ana, "the same line, found by its keyed hash"
    after.store.close_sync()


async def test_the_old_key_opens_nothing_any_more(house: House) -> None:
    await hear(house, "the blue door")
    turn(house.store, NEW, KEY)
    house.store.close_sync()
    with pytest.raises(Unusable, match="is not the key"):
        open_with(house, KEY)


async def test_a_key_that_is_still_needed_is_asked_for(house: House) -> None:
    """Between its begin and its end both are needed; each start says which one is missing."""
    await hear(house, "the blue door")
    house.store.write_sync(lambda c: rotation.begin(c, Keys(NEW, KEY)))
    house.store.close_sync()
    with pytest.raises(Unusable, match="OWNPACE_SECRET_KEY_OLD, and run ownpace keys rotate"):
        open_with(house, NEW)
    with pytest.raises(Unusable, match="give the new one there"):
        open_with(house, KEY)
    open_with(house, NEW, KEY).close_sync()


def test_without_a_new_key_nothing_is_done(house: House) -> None:
    with pytest.raises(Failed, match="is the present key"):
        turn(house.store, KEY)
    with pytest.raises(Unusable, match="is not the key"):
        turn(house.store, NEW)


async def test_a_process_that_has_not_heard_of_it_reads_and_writes_on(house: House) -> None:
    """It seals under the old key until it hears; the last round seals that anew."""
    ana = await hear(house, "the blue door")
    house.store.close_sync()
    other = House(open_with(house, NEW, KEY), house.url)
    beside = open_with(house, NEW, KEY)
    beside.write_sync(lambda c: rotation.begin(c, beside.keys))
    person = rotation.KINDS[0]
    beside.write_sync(lambda c: rotation.batch(c, beside.keys, person, None))
    assert other.store.keys.number == 1, "it has not heard"
    assert texts(other, ana) == ["the blue door"]
    ben = await hear(other, "Ben's own", number="+447700900124")
    assert beside.read_sync(lambda c: rotation.left(c, beside.keys))["person.wrapped_key"] == 1
    await other.store.learn_keys()
    assert other.store.keys.number == 2
    turn(beside, NEW, KEY)
    assert texts(other, ben) == ["Ben's own"]
    for store in (other.store, beside):
        store.close_sync()
    House(open_with(house, NEW), house.url).store.close_sync()


def test_cut_short_after_any_batch_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every moment each row opens, for whoever has both keys."""
    monkeypatch.setattr(rotation, "BATCH", 7)
    house.store.write_sync(lambda c: people(c, house.store.keys, 40))
    calls = 0

    def cut(work: Callable[[Connection], Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls % 4 == 0:
            raise KeyboardInterrupt
        found = house.store.write_sync(work)
        looking = Keys(NEW, KEY)
        house.store.read_sync(lambda c: keyring.learn(c, looking))
        assert house.store.read_sync(lambda c: readable(c, looking)) == 40
        return found

    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            list(rotating.rotate(Keys(NEW, KEY), cut, heard=0))
    assert turn(house.store, NEW, KEY)[0] == "Key 2: goes on."
    house.store.close_sync()
    store = open_with(house, NEW)
    assert store.read_sync(lambda c: readable(c, store.keys)) == 40
    store.close_sync()


def _turning(url: str, ready: str, after: int) -> None:
    """A process that rotates, and says after so many batches that it is on the way."""
    store, batches = Store.open(url, Keys(NEW, KEY)), 0

    def write(work: Callable[[Connection], Any]) -> Any:
        nonlocal batches
        done = store.write_sync(work)
        batches += isinstance(done, rotation.Done)
        if batches == after:
            Path(ready).touch()
        return done

    list(rotating.rotate(Keys(NEW, KEY), write, heard=0))


def killed_in_the_middle(house: House, folder: Path, many: int) -> None:
    """Killed twice on its way. All the while somebody reads everything."""
    house.store.write_sync(lambda c: people(c, house.store.keys, many))
    house.store.close_sync()
    reads, store = 0, open_with(house, NEW, KEY)
    for blow in (1, 2):
        reads += struck(house, store, folder / f"ready {blow}", many)
        left = store.read_sync(lambda c: rotation.left(c, store.keys))["person.wrapped_key"]
        assert 0 < left < many, "it was killed in the middle"
        assert all_open(store, many)
        print(f"\n{house.url[:6]}: killed with {left} of {many} left")
    turn(store, NEW, KEY)
    store.close_sync()
    store = open_with(house, NEW)
    assert store.read_sync(lambda c: readable(c, store.keys)) == many
    print(f"{house.url[:6]}: all {many} read {reads} times on the way, and under the new key alone")
    store.close_sync()


def struck(house: House, store: Store, ready: Path, many: int) -> int:
    """Rotate in a process until a third is done, and kill it; how often all could be read."""
    from tests.e2e.forked import FORKING

    given = (house.url, str(ready), max(1, many // rotation.BATCH // 3))
    process = FORKING.Process(target=_turning, args=given, daemon=True)
    process.start()
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(reads_on, process.is_alive, store, many)
        while not ready.exists() and process.is_alive():
            process.join(0.002)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(20)
        return reading.result()


def reads_on(going: Callable[[], bool], store: Store, many: int) -> int:
    """Read all again and again, as long as that goes on; how often."""
    reads = 0
    while going():
        reads += all_open(store, many)
    return reads


def all_open(store: Store, many: int) -> bool:
    """With both keys, and nothing remembered."""
    keys = Keys(NEW, KEY)

    def read(connection: Connection) -> int:
        keyring.learn(connection, keys)
        return readable(connection, keys)

    assert store.read_sync(read) == many
    return True


def test_killed_in_the_middle_it_goes_on(house: House, tmp_path: Path) -> None:
    killed_in_the_middle(house, tmp_path, MANY)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_killed_in_the_middle_of_a_hundred_thousand(house: House, tmp_path: Path) -> None:
    killed_in_the_middle(house, tmp_path, 100_000)


async def test_whoever_is_erased_meanwhile_stays_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a row and the change of it, as another process may do it."""
    await hear(house, "the blue door")
    keys, person, anew = Keys(NEW, KEY), rotation.KINDS[0], rotation.Kind.anew

    def batch(connection: Connection) -> rotation.Done:
        def erased_first(kind: rotation.Kind, keys: Keys, sealed: bytes, id: object) -> bytes:
            connection.execute(update(t.person).values(wrapped_key=None))
            return anew(kind, keys, sealed, id)

        monkeypatch.setattr(rotation.Kind, "anew", erased_first)
        rotation.begin(connection, keys)
        return rotation.batch(connection, keys, person, None)

    assert house.store.write_sync(batch).sealed == 0
    assert [row["wrapped_key"] for row in house.rows(t.person)] == [None]


async def test_a_second_change_and_the_way_back(house: House) -> None:
    ana = await hear(house, "the blue door")
    turn(house.store, NEW, KEY)
    turn(house.store, NEWER, NEW)
    turn(house.store, KEY, NEWER)
    house.store.close_sync()
    after = House(open_with(house, KEY), house.url)
    assert (after.store.keys.number, texts(after, ana)) == (4, ["the blue door"])
    after.store.close_sync()


async def test_a_backup_of_before_opens_with_the_key_of_then(house: House, tmp_path: Path) -> None:
    ana = await hear(house, "the blue door")
    path, _ = back_up(house, tmp_path)
    turn(house.store, NEW, KEY)
    (tmp_path / "new").mkdir()
    url = fresh("sqlite", tmp_path / "new")
    put_back(path, url)
    back = House(Store.open(url, Keys(NEW, KEY)), url)
    assert texts(back, ana) == ["the blue door"]
    turn(back.store, NEW, KEY)
    assert texts(back, ana) == ["the blue door"]
    back.store.close_sync()


async def test_a_database_without_standing_secrets_gets_those_it_was_made_with(
    house: House,
) -> None:
    """As a version before this one left it: addresses are found as they were then."""
    await hear(house, "hello")
    old = Keys(KEY)
    hashed = old.lookup(LINE.id, NUMBER)

    def made_before(connection: Connection) -> None:
        connection.execute(text("DELETE FROM about WHERE key = 'standing'"))
        connection.execute(update(t.contact).values(address_hash=hashed))

    house.store.write_sync(made_before)
    house.store.close_sync()
    store = open_with(house, NEW, KEY)
    turn(store, NEW, KEY)
    store.close_sync()
    store = open_with(house, NEW)
    found = store.read_sync(lambda c: by_address(c, store.keys, [(LINE.id, NUMBER)]))
    assert len(found) == 1
    store.close_sync()


@pytest.mark.parametrize("runs", [False, True])
def test_the_command_does_it_beside_a_process_that_runs_or_alone(
    house: House, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: bool
) -> None:
    monkeypatch.setattr("bot.rotating.time.sleep", lambda seconds: None)
    one, two = KEY.decode().replace(" ", "-"), NEW.decode().replace(" ", "-")
    url, given = house.url, {"OWNPACE_SECRET_KEY": one}
    house.store.write_sync(lambda c: people(c, Keys(KEY), 3))
    house.store.close_sync()
    store = Store.open(url, Keys(two.encode(), KEY))  # blanks are no part of a key of before
    list(rotating.rotate(Keys(two.encode(), KEY), store.write_sync, heard=0))
    store.close_sync()
    data = tmp_path / "running"
    data.mkdir(mode=0o700)
    beside = running.alone(data, shared=not url.startswith("sqlite"))
    with beside if runs else contextlib.nullcontext():
        done = run(data, "keys", "rotate", DATABASE_URL=url, OWNPACE_SECRET_KEY_OLD=two, **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "person.wrapped_key 3" in done.stdout
    assert "Take OWNPACE_SECRET_KEY_OLD away" in done.stdout
    again = run(data, "keys", "rotate", DATABASE_URL=url, **given)
    assert again.returncode == 2
    assert "is the present key" in again.stderr
