"""A backup is one moment, whole, sealed, and the same whichever database it is of."""

from __future__ import annotations

import asyncio
import os
import stat
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, insert, text, update

from store import accounts, backup, beside, copying, migrations, restore
from store import tables as t
from store.backup import Damaged, Occupied
from store.erased import Erased
from store.sealing import Keys
from store.session import Store
from tests.databases import KINDS, SQLITE_ONLY, Kind, fresh
from tests.houses import KEY, NOON, House
from tests.operators.keeping import OTHER, back_up, hear, put_back, restored, texts, totals

WORDS = "the blue door at the harbour"


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


@pytest.mark.parametrize("into", KINDS)
async def test_what_comes_back_is_what_was_there(house: House, into: Kind, tmp_path: Path) -> None:
    ana = await hear(house, WORDS, "second", number=OTHER)
    before = totals(house)
    path, manifest = back_up(house, tmp_path)
    assert manifest.totals == before
    assert before.rows["message"] == 4
    with restored(path, into, tmp_path / "new", moved=True) as back:
        assert totals(back) == before
        assert texts(back, ana) == [WORDS, "second"]
        await hear(back, "and on we go", number=OTHER)
        assert texts(back, ana) == [WORDS, "second", "and on we go"]


async def test_it_is_one_moment_while_messages_come_in(house: House, tmp_path: Path) -> None:
    """Every message has its row in `seen`, and every word of ours its place in the queue."""
    stop = asyncio.Event()

    async def go_on(number: int) -> int:
        count = 0
        while not stop.is_set():
            await hear(house, f"words {count}", number=f"+447700900{number}")
            count += 1
        return count

    load = [asyncio.create_task(go_on(number)) for number in (201, 202, 203)]
    manifests = []
    for count in range(4):
        manifests.append(await asyncio.to_thread(backup.take, house.url, tmp_path / f"{count}.db"))
    stop.set()
    assert sum(await asyncio.gather(*load)) > 0
    found = [manifest.totals.rows for manifest in manifests]
    assert [rows["message"] for rows in found] == [rows["seen"] * 2 for rows in found]
    assert [rows["outgoing"] for rows in found] == [rows["seen"] for rows in found]
    assert found[0]["message"] < found[-1]["message"], "nobody had to wait for it"


async def test_only_its_owner_may_read_it_and_nobody_without_the_key(
    house: House, tmp_path: Path
) -> None:
    await hear(house, WORDS)
    before = os.umask(0)
    try:
        path, _ = back_up(house, tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = path.read_bytes()
    assert not any(secret in kept for secret in (WORDS.encode(), OTHER.encode(), KEY))
    assert files(tmp_path) == ["backup.db"]


def test_nothing_is_overwritten(house: House, tmp_path: Path) -> None:
    path, _ = back_up(house, tmp_path)
    with pytest.raises(Occupied, match="is there already"):
        back_up(house, tmp_path)
    with pytest.raises(Occupied, match="already"):
        restore.put_back(path, house.url, Keys(KEY), Erased())
    assert house.count(t.account) == 1


async def test_a_backup_that_fails_leaves_nothing_behind(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hear(house, WORDS)

    def fails(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(copying, "copy", fails)
    with pytest.raises(OSError, match="no space"):
        back_up(house, tmp_path)
    assert files(tmp_path) == []


@SQLITE_ONLY
async def test_a_damaged_backup_is_refused_and_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    ana = await hear(house, WORDS)
    path, _ = back_up(house, tmp_path)
    whole = path.read_bytes()
    url = f"sqlite:///{tmp_path}/new/ownpace.db"
    for at in (whole.index(ana.encode()), whole.rindex(ana.encode())):
        path.write_bytes(whole[:at] + b"\xff" * 20 + whole[at + 20 :])
        with pytest.raises(Damaged):
            put_back(path, url)
    for cut in (whole[: len(whole) // 2], b"", b"no backup at all" * 400):
        path.write_bytes(cut)
        with pytest.raises(Damaged):
            put_back(path, url)
    assert not (tmp_path / "new/ownpace.db").exists()


@SQLITE_ONLY
async def test_a_row_that_somebody_changed_is_seen(house: House, tmp_path: Path) -> None:
    await hear(house, WORDS)
    path, _ = back_up(house, tmp_path)
    with beside.draft(path).begin() as connection:
        connection.execute(text("UPDATE message SET kind = 'note'"))
    with pytest.raises(Damaged):
        put_back(path, f"sqlite:///{tmp_path}/new/ownpace.db")


def test_another_master_key_is_refused(house: House, tmp_path: Path) -> None:
    path, _ = back_up(house, tmp_path)
    with pytest.raises(migrations.Refused, match="OWNPACE_SECRET_KEY"):
        restore.put_back(path, house.url, Keys(b"x" * 32), Erased(), over=True)
    assert house.count(t.account) == 1


def test_a_backup_of_a_newer_version_is_refused(house: House, tmp_path: Path) -> None:
    path, manifest = back_up(house, tmp_path)
    told = {"told": backup.told(backup.Manifest(manifest.taken_at, "9999", manifest.totals))}
    with beside.draft(path).begin() as connection:
        connection.execute(text(f"UPDATE {copying.MARK} SET told = :told"), told)  # noqa: S608
    with pytest.raises(migrations.Refused, match="newer version"):
        put_back(path, house.url)
    assert house.count(t.account) == 1


async def test_a_backup_of_an_older_version_is_brought_up_to_date(
    house: House, tmp_path: Path
) -> None:
    """As it was made before `account.read_to` was there."""
    ana = await hear(house, WORDS)
    path, _ = back_up(house, tmp_path)
    old = tmp_path / "old.db"
    url = f"sqlite:///{old}"
    put_back(path, url, moved=True)
    with create_engine(url).begin() as connection:
        command.downgrade(migrations.config(connection), "0001")
    manifest = backup.take(url, tmp_path / "older.db")
    assert manifest.revision == "0001"
    put_back(tmp_path / "older.db", url)
    with beside.reading(url) as connection:
        assert migrations.revision(connection) == migrations.head()
    with restored(tmp_path / "older.db", "postgres", tmp_path / "new") as back:
        assert texts(back, ana) == [WORDS]


async def test_nobody_is_signed_in_by_it(house: House, tmp_path: Path) -> None:
    sam = house.store.write_sync(lambda c: accounts.add_worker(c, "Sam", "caseworker", NOON))
    house.store.write_sync(lambda c: accounts.new_link(c, sam, NOON))
    row = {"token_hash": b"t", "worker": sam, "csrf": "c", "created_at": NOON, "used_at": NOON}
    house.store.write_sync(lambda c: c.execute(insert(t.session).values(row)) and None)
    path, _ = back_up(house, tmp_path)
    with restored(path, "sqlite", tmp_path / "new") as back:
        assert (back.count(t.worker), back.count(t.session), back.count(t.sign_in_link)) == (
            1,
            0,
            0,
        )


async def test_what_waited_is_not_sent_again_unless_it_only_moved(
    house: House, tmp_path: Path
) -> None:
    """It may have gone out after the backup, or be of no use by now."""
    ana = await hear(house, WORDS)
    timer = {"conversation": ana, "name": "remind", "due_at": NOON}
    house.store.write_sync(lambda c: c.execute(insert(t.timer).values(timer)) and None)
    path, _ = back_up(house, tmp_path)
    with restored(path, "sqlite", tmp_path / "lost") as back:
        assert {row["state"] for row in back.rows(t.outgoing)} == {"withdrawn"}
        assert back.count(t.timer) == 0
    with restored(path, "sqlite", tmp_path / "moved", moved=True) as back:
        assert {row["state"] for row in back.rows(t.outgoing)} == {"new"}
        assert back.count(t.timer) == 1


async def test_the_old_database_is_kept_aside_with_its_log(tmp_path: Path) -> None:
    """A log that is left behind would be taken for that of the new file."""
    url = fresh("sqlite", tmp_path)
    data = tmp_path / "data"
    Store.open(url, Keys(KEY)).close_sync()
    backup.take(url, tmp_path / "b.db")
    (data / "ownpace.db-wal").write_bytes(b"the old log")
    put_back(tmp_path / "b.db", url)
    names = sorted(p.name for p in data.iterdir())
    assert names[0] == "ownpace.db"
    assert "ownpace.db-wal" not in names
    assert any(name.endswith("-wal") and "before" in name for name in names)


def test_a_value_that_is_nothing_stays_nothing(house: House, tmp_path: Path) -> None:
    house.store.write_sync(
        partial(
            lambda c, w: c.execute(w) and None,
            w=update(t.account).values(offset=2**40, read_to=NOON),
        )
    )
    path, manifest = back_up(house, tmp_path)
    assert manifest.totals == totals(house)
    with restored(path, "postgres", tmp_path / "new") as back:
        assert back.rows(t.account) == house.rows(t.account)
