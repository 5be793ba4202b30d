"""After an erasing, nothing of the person is in any file: words, name, number, in no spelling."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select

from bot.housekeeping import CLEARING, PULSE, Housekeeper
from bot.metrics import REGISTRY
from config.logging import FORMS
from desk import audit, changes, notes
from desk.exporting import formats, leaving
from store import backup, beside, copying, erased, keyring, restore, rights
from store import tables as t
from store.erased import Erased
from store.sealing import Keys, Unreadable
from store.session import Store
from tests import canaries
from tests.databases import POSTGRES_ONLY, create, own_server
from tests.desk.builder import flow
from tests.houses import KEY, NOON, NUMBER, House, furnish
from tests.listening import told_in
from tests.operators.keeping import hear, noting
from tests.operators.test_rotation import people
from tests.store.test_hiding import delete, shared

NAME, WORDS = "Zinaida Quillfeather", "the blue house by the weir"
OTHERS = "+4477009001{:02}"
CANARIES = (NAME, WORDS, NUMBER, NUMBER[1:], "+44 7700 900123")


@pytest.mark.parametrize(
    "spelt",
    [
        WORDS.encode(),
        WORDS.encode("utf-16-le"),
        WORDS.encode().hex().encode(),
        base64.b64encode(b"x" + WORDS.encode() + b"yz"),
        base64.b64encode(b"xy" + WORDS.encode()),
        b"page" + zlib.compress(b"a page with " + WORDS.encode()) + b"page",
        zlib.compress(base64.b64encode(WORDS.encode())),
    ],
)
def test_the_search_finds_what_there_is(spelt: bytes) -> None:
    assert canaries.found([WORDS], [b"\0" * 9 + spelt + b"\0"]) == {WORDS}
    assert canaries.found(["another word"], [spelt]) == set()


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "words",
    [WORDS, "Frédérique Ångström", "a dog \N{DOG FACE} barks", 'he said "now"', "up\\down it"],
)
def test_listening_finds_what_a_line_of_the_log_holds(words: str, form: str) -> None:
    record = logging.LogRecord(
        "ownpace.x", logging.INFO, __file__, 1, f"heard: {words}", None, None
    )
    line = FORMS[form]().format(record)
    assert told_in({words, "another word"}, line) == {words}
    assert told_in({words}, "nothing of it") == set()


async def lived(house: House, folder: Path) -> str:
    """Somebody who wrote, was read, written about, and exported; their conversation."""
    id = await shared(house, f"I am {NAME}, in {WORDS}")
    keys = house.store.keys

    def work(connection: Any) -> None:
        wrapped = connection.scalar(select(t.person.c.wrapped_key))
        sealer = keys.person(wrapped)
        connection.execute(
            t.worker.insert().values(id="sam", name="Sam", role="lead", created_at=NOON)
        )
        notes.add(connection, sealer, "n1", id, "sam", NOON, said=WORDS, saw=f"{NAME} rang")
        changes.look_for(connection, id, "sam", "other", NOON, sealer, words=f"{NAME} asked")
        [head] = leaving.choose(connection, ["harbour"], None, None)
        leaving.note_one(connection, keys, head, "sam", "CSV", house.clock)
        audit.note(connection, keys, "sam", "export.list", f"1 CSV {head.key}", NOON)

    house.store.write_sync(work)
    return id


def exports(house: House) -> bytes:
    """What may be exported by now, in every format."""
    made, services = {"self_referral": flow()}, {"harbour": house.world.service}

    def work(connection: Any) -> list[Any]:
        heads = leaving.choose(connection, ["harbour"], None, None)
        return leaving.opened_all(connection, house.store.keys, made, services, heads, NOON)

    found = house.store.read_sync(work)
    return b"".join(formats.many(name, found, made, NOON) for name in ("csv", "json", "fhir"))


def opened(path: Path, keys: Keys) -> list[bytes]:
    """Everything in a backup that these keys open, whatever column it is in."""
    with beside.opened(path) as connection:
        keyring.learn(connection, keys)
        people = connection.scalars(
            select(t.person.c.wrapped_key).where(t.person.c.wrapped_key.is_not(None))
        )
        sealers = [keys.master, *(keys.person(wrapped) for wrapped in people)]
        rows = [
            (f"{table.name}.{column.name}", *row)
            for table in t.metadata.sorted_tables
            if "id" in table.c and table.name not in copying.LEFT_OUT
            for column in table.c
            for row in connection.execute(select(table.c.id, column))
            if isinstance(row[1], bytes)
        ]
    tried = (_tried(s, blob, f"{place}:{id}") for place, id, blob in rows for s in sealers)
    return [text for texts in tried for text in texts]


def _tried(sealer: Any, blob: bytes, place: str) -> list[bytes]:
    try:
        return [sealer.open(blob, place).encode()]
    except Unreadable:
        return []


@pytest.mark.parametrize("second_thoughts", [0, 24])
async def test_nothing_of_an_erased_person_is_anywhere(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture, second_thoughts: int
) -> None:
    caplog.set_level(logging.DEBUG)
    file = noting(house, tmp_path)
    house.store.hold_deletions({"harbour": timedelta(hours=second_thoughts)})
    id = await lived(house, tmp_path)
    before = tmp_path / "before.db"
    backup.take(house.url, before)
    assert canaries.found([NAME], opened(before, Keys(KEY))) == {NAME}, "the search can see it"
    keeper = Housekeeper(house.store, house.inbox(), house.clock, ["harbour"])
    await delete(house)
    house.clock.at = NOON + timedelta(hours=second_thoughts)
    await keeper.sweep()
    after = tmp_path / "after.db"
    backup.take(house.url, after)
    shown = [exports(house), generate_latest(REGISTRY), caplog.text.encode(), file.read_bytes()]
    assert canaries.found(CANARIES, [*canaries.files(tmp_path), *shown]) == set()
    # The number stays sealed for a day, for the last confirmation (tests/test_housekeeping.py).
    assert canaries.found((NAME, WORDS), opened(after, Keys(KEY))) == set()
    assert house.store.read_sync(lambda c: audit.broken_at(c, house.store.keys)) is None
    told = [str(row).encode() for row in _audit(house)]
    assert len(told) >= 2
    assert canaries.found((*CANARIES, id), told) == set(), "the audit has no identity"


def _audit(house: House) -> list[dict[str, Any]]:
    query = select(t.audit)
    return [dict(r) for r in house.store.read_sync(lambda c: c.execute(query).mappings().all())]


def test_it_is_gone_within_a_minute() -> None:
    """A sweep erases what is due and moves the log into the file, whenever it falls due."""
    assert CLEARING + PULSE < 60


async def test_a_backup_from_before_is_put_back_without_them(house: House, tmp_path: Path) -> None:
    file = noting(house, tmp_path)
    id = await lived(house, tmp_path)
    path = tmp_path / "before.db"
    backup.take(house.url, path)
    house.store.write_sync(lambda c: rights.erase(c, house.store.keys, id, NOON))
    new = tmp_path / "new/ownpace.db"
    restore.put_back(path, f"sqlite:///{new}", Keys(KEY), erased.read(file))
    assert canaries.found(CANARIES, canaries.files(tmp_path / "new")) == set()
    assert canaries.found((NAME, WORDS), opened(new, Keys(KEY))) == set()
    assert erased.read(file) != Erased()


@POSTGRES_ONLY
async def test_postgres_keeps_no_byte_of_their_keys_in_its_tables(kind: str) -> None:
    """No word in any file of the server; and in those of its tables no key that opens what was
    erased, neither in the free space of a page nor for whoever began to read before."""
    assert kind == "postgres"
    with own_server(safe=True) as server:
        url = create(server.url)
        store = Store.open(url, Keys(KEY))
        store.write_sync(furnish)
        house = House(store, url)
        await store.write(lambda c: people(c, store.keys, 50))  # before them on their page,
        ids = [await shared(house, f"I am {NAME}, in {WORDS}", OTHERS.format(n)) for n in range(9)]
        wrapped: list[Any] = [row["wrapped_key"] for row in house.rows(t.person)][50:]
        await store.write(lambda c: people(c, store.keys, 100))  # and what fills it
        await store.checkpoint()
        base = server.folder / "data/base"
        assert left(wrapped, base) == wrapped

        with beside.reading(url) as backing_up:
            backing_up.execute(select(t.service.c.id)).all()
            for id in ids[3:]:
                store.write_sync(lambda c, id=id: rights.erase(c, store.keys, id, NOON))  # type: ignore[misc]
            await store.checkpoint()
        await store.checkpoint()
        assert left(wrapped, base) == wrapped[:3]
        assert canaries.found(CANARIES, canaries.files(server.folder)) == set()
        store.close_sync()


def left(blobs: list[Any], folder: Path) -> list[Any]:
    """Which of these stand in a file there."""
    files = canaries.files(folder)
    return [blob for blob in blobs if any(blob in part for part in files)]


# --- A stolen database ---------------------------------------------------------------------------


async def test_a_thief_of_the_files_reads_nothing(house: House, tmp_path: Path) -> None:
    """Without the keys: no word, name or number; and not the secret that numbers are hashed with,
    so that going through all numbers finds nobody."""
    await lived(house, tmp_path)
    path = tmp_path / "stolen.db"
    backup.take(house.url, path)
    stolen = [house.everything(), path.read_bytes()]
    assert canaries.found(CANARIES, stolen) == set()
    standing = house.store.keys.standing
    for secret in (*standing, KEY):
        spelt = (secret, secret.hex().encode(), base64.b64encode(secret))
        assert not any(way in part for way in spelt for part in stolen)


async def test_what_a_thief_can_hash_is_not_what_stands_there(house: House) -> None:
    """Plain hashes of the number, and those under keys that somebody may guess."""
    await hear(house, WORDS)
    [contact] = house.rows(t.contact)
    stored: Any = contact["address_hash"]
    account = contact["account"]
    spelt = [NUMBER, NUMBER[1:], f"{account}\0{NUMBER}", f"{account}{NUMBER}"]
    guessed: list[bytes] = [b"", b"ownpace look-up", str(account).encode(), b"\0" * 32]
    guessed += [bytes(v) for v in _blobs(house)]  # whatever stands beside it is no key to it
    tries = [hashlib.sha256(word.encode()).digest() for word in spelt]
    tries += [hmac.digest(key, word.encode(), "sha256") for key in guessed for word in spelt]
    assert stored not in tries
    assert stored == house.store.keys.lookup(str(account), NUMBER), "and we find it"


def _blobs(house: House) -> list[bytes]:
    query = select(t.about.c.value)
    return list(house.store.read_sync(lambda c: list(c.scalars(query))))


def test_each_installation_has_a_secret_of_its_own(house: House) -> None:
    """Under one master key, too: what one of them gives away helps with no other."""
    assert Keys(KEY).standing != house.store.keys.standing
