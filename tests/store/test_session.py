"""The door to the database: who may read the file, what is refused, how long a lock holds us."""

import asyncio
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.conversation.channel import Away
from store import session
from store import tables as t
from store.sealing import Keys
from store.session import Store, Unusable
from tests.databases import SQLITE_ONLY
from tests.houses import KEY, NOON, House


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def remember(connection: Connection, id: str = "1") -> None:
    connection.execute(insert(t.seen).values(account="sms:1", provider_id=id, at=NOON))


@SQLITE_ONLY
def test_only_the_owner_may_read_it(house: House, tmp_path: Path) -> None:
    house.store.write_sync(remember)
    files = list((tmp_path / "data").iterdir())
    assert len(files) >= 2  # the database and its log
    assert {mode(file) for file in files} == {0o600}
    assert mode(tmp_path / "data") == 0o700


def test_a_file_left_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "loose.db"
    path.touch(0o644)
    path.chmod(0o644)
    Store.open(f"sqlite:///{path}", Keys(KEY)).close_sync()
    assert mode(path) == 0o600


def test_a_wrong_master_key_is_told_at_once(house: House) -> None:
    with pytest.raises(Unusable, match="OWNPACE_SECRET_KEY"):
        Store.open(house.url, Keys(b"another key of thirty-two bytes!"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/ownpace", "not supported"),
        ("nonsense", "write it as in"),
    ],
)
def test_another_database_is_refused_in_plain_words(url: str, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        Store.open(url, Keys(KEY))


def test_what_raises_leaves_nothing_behind(house: House) -> None:
    def work(connection: Connection) -> None:
        remember(connection, "kept?")
        remember(connection, "kept?")

    with pytest.raises(IntegrityError):
        house.store.write_sync(work)
    assert house.count(t.seen) == 0


def test_what_is_read_in_several_statements_is_one_moment(house: House) -> None:
    count = select(func.count()).select_from(t.seen)

    def read(connection: Connection) -> list[int | None]:
        before = connection.scalar(count)
        house.store.write_sync(remember)
        return [before, connection.scalar(count)]

    assert house.store.read_sync(read) == [0, 0]
    assert house.count(t.seen) == 1


def test_an_error_names_no_value(house: House) -> None:
    def work(connection: Connection) -> None:
        remember(connection, "+447700900123")
        remember(connection, "+447700900123")

    with pytest.raises(IntegrityError) as error:
        house.store.write_sync(work)
    assert "447700900123" not in str(error.value)


def test_readers_cannot_write(house: House) -> None:
    with pytest.raises(Away):
        house.store.read_sync(remember)
    assert house.count(t.seen) == 0


def test_a_mistake_of_ours_is_no_outage(house: House) -> None:
    for run in (house.store.write_sync, house.store.read_sync):
        with pytest.raises(DBAPIError):
            run(lambda c: c.execute(text("SELECT nothing FROM nowhere")))


@SQLITE_ONLY
def test_a_full_disk_is_away_and_recovers(house: House) -> None:
    def full(connection: Connection) -> None:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.execute(text("CREATE TABLE large (x)"))
        connection.execute(text("INSERT INTO large VALUES (zeroblob(1000000))"))

    with pytest.raises(Away, match="SQLITE_FULL"):
        house.store.write_sync(full)
    house.store.write_sync(lambda c: c.execute(text("PRAGMA max_page_count = 100000")) and None)
    house.store.write_sync(remember)
    assert house.count(t.seen) == 1


async def test_readers_go_on_while_the_writer_writes(house: House) -> None:
    def slow(connection: Connection) -> int:
        remember(connection)
        return asyncio.run_coroutine_threadsafe(count(), loop).result(5)

    async def count() -> int:
        return len(await house.store.read(lambda c: c.execute(select(t.seen)).all()))

    loop = asyncio.get_running_loop()
    assert await house.store.write(slow) == 0
    assert await count() == 1


@SQLITE_ONLY
async def test_a_locked_database_is_away_in_time_for_everyone_who_waits(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "data/ownpace.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    outcomes = await asyncio.gather(
        *(house.store.write(lambda c: remember(c)) for _ in range(5)), return_exceptions=True
    )
    took = time.monotonic() - began
    assert all(isinstance(outcome, Away) for outcome in outcomes)
    assert took < session.LOCKED_MS / 1000 + 1
    other.execute("ROLLBACK")
    other.close()
    await house.store.write(lambda c: remember(c))
    assert house.count(t.seen) == 1


async def test_a_database_in_memory_is_one_for_all() -> None:
    store = Store.open("sqlite://", Keys(KEY))
    await store.write(remember)
    assert len(await store.read(lambda c: c.execute(select(t.seen)).all())) == 1
    await store.close()


@SQLITE_ONLY
def test_the_database_is_set_up_for_power_cuts_and_erasure(house: House) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return [connection.scalar(text(f"PRAGMA {name}")) for name in names]

    assert house.store.write_sync(pragmas) == ["wal", 2, 1, 1]


@SQLITE_ONLY
async def test_a_checkpoint_empties_the_log(house: House, tmp_path: Path) -> None:
    await house.store.write(remember)
    await house.store.checkpoint()
    assert (tmp_path / "data/ownpace.db-wal").stat().st_size == 0
