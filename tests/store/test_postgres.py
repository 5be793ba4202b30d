"""A PostgreSQL that goes away, that refuses, that deadlocks: what a caller sees, and what a log."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import psycopg
import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.conversation.channel import Away
from store import engines
from store import tables as t
from store.sealing import Keys
from store.session import Store, Unusable
from tests.databases import Kind, Server, create, own_server
from tests.houses import KEY, NOON, NUMBER, House
from tests.posts import until


@pytest.fixture
def kind() -> Kind:
    return "postgres"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own, to be stopped and started."""
    with own_server() as made:
        yield made


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    made = Store.open(create(server.url), Keys(KEY))
    yield made
    made.close_sync()


def remember(connection: Connection, id: str = "1") -> None:
    connection.execute(insert(t.seen).values(account="sms:1", provider_id=id, at=NOON))


# --- Away, and back ------------------------------------------------------------------------------


async def test_a_server_that_stops_is_away_and_one_that_starts_is_there_in_five_seconds(
    server: Server, store: Store
) -> None:
    await store.write(lambda c: remember(c, "before"))
    await store.read(lambda c: c.execute(select(t.seen)).all())
    server.stop()
    try:
        for work in (store.write, store.read):
            with pytest.raises(Away):
                await work(remember)
    finally:
        server.start()
    began = time.monotonic()
    while True:
        try:
            await store.write(lambda c: remember(c, "after"))
            found = await store.read(lambda c: c.scalars(select(t.seen.c.provider_id)).all())
            break
        except Away:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.05)
    assert set(found) == {"before", "after"}


async def test_a_restart_while_nobody_asked_is_noticed_by_nobody(
    server: Server, store: Store
) -> None:
    await store.write(lambda c: remember(c, "before"))
    await store.read(lambda c: c.execute(select(t.seen)).all())
    server.stop()
    server.start()
    await store.write(lambda c: remember(c, "after"))
    assert len(await store.read(lambda c: c.execute(select(t.seen)).all())) == 2


async def test_a_server_that_is_away_is_asked_once_a_second(
    server: Server, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stop()
    tries: list[float] = []
    connect = psycopg.Connection.connect

    def counted(*args: object, **how: object) -> object:
        tries.append(time.monotonic())
        return connect(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg, "connect", counted)
    try:
        began = time.monotonic()
        while time.monotonic() - began < 2.2:
            works = [work(remember) for work in (store.write, store.read) for _ in range(4)]
            outcomes = await asyncio.gather(*works, return_exceptions=True)
            assert all(isinstance(outcome, Away) for outcome in outcomes)
            await asyncio.sleep(0.01)
    finally:
        server.start()
    assert 1 <= len(tries) <= 3
    gaps = [b - a for a, b in pairwise(tries)]
    assert all(gap >= engines.AGAIN for gap in gaps)


async def test_a_connection_cut_in_the_middle_stores_nothing_and_the_next_goes(
    store: Store,
) -> None:
    def cut(connection: Connection) -> None:
        remember(connection)
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Away):
        await store.write(cut)
    await store.write(lambda c: remember(c, "2"))
    assert await store.read(lambda c: c.scalars(select(t.seen.c.provider_id)).all()) == ["2"]


async def test_a_lock_that_is_not_let_go_is_away_in_time(house: House) -> None:
    other = Store.open(house.url, Keys(KEY))
    inside, go = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        connection.execute(text("LOCK TABLE seen"))
        inside.set()
        assert go.wait(10)

    holding = asyncio.create_task(other.write(hold))
    await until(inside.is_set)
    began = time.monotonic()
    outcomes = await asyncio.gather(
        *(house.store.write(remember) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(outcome, Away) for outcome in outcomes)
    assert time.monotonic() - began < engines.LOCKED_MS / 1000 + 1
    go.set()
    await holding
    await asyncio.to_thread(other.close_sync)


# --- What an error means, and says ---------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["53100", "53300", "57P01", "57P03", "08006", "25006", "55P03", "58030", "57014"]
)
def test_what_passes_by_itself_is_away(house: House, state: str) -> None:
    with pytest.raises(Away):
        house.store.write_sync(lambda c: _raise(c, state))


@pytest.mark.parametrize("state", ["42703", "42P01", "22001", "23505", "XX000"])
def test_a_mistake_of_ours_is_told_as_it_is(house: House, state: str) -> None:
    with pytest.raises(DBAPIError) as error:
        house.store.write_sync(lambda c: _raise(c, state))
    assert getattr(error.value.orig, "sqlstate", "") == state


def test_no_error_says_what_somebody_wrote(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def twice(connection: Connection) -> None:
        remember(connection, NUMBER)
        remember(connection, NUMBER)

    def plainly(connection: Connection) -> None:
        connection.connection.cursor().execute("SELECT %s::text::int", (NUMBER + "x",))

    caplog.set_level(logging.DEBUG)
    for work, kind in ((twice, IntegrityError), (plainly, psycopg.DataError)):
        with pytest.raises(kind) as error:
            house.store.write_sync(work)
        told = f"{error.value} {error.value!r} {getattr(error.value, 'orig', '')} {caplog.text}"
        assert NUMBER not in told
        assert "4477" not in told


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_two_that_only_stood_in_each_others_way_are_tried_once_more(
    house: House, state: str
) -> None:
    tries = 0

    def once(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        remember(connection)
        if tries == 1:
            _raise(connection, state)
        return "done"

    assert house.store.write_sync(once) == "done"
    assert (tries, house.count(t.seen)) == (2, 1)
    with pytest.raises(Away):
        house.store.write_sync(lambda c: _raise(c, state))


def _raise(connection: Connection, state: str) -> None:
    words = f"DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{state}'; END $$"
    connection.exec_driver_sql(words)


# --- How it is set up ----------------------------------------------------------------------------


async def test_whatever_the_server_has_as_its_default_we_have_ours(house: House) -> None:
    database = engines.address(house.url).database
    for default in (
        "default_transaction_isolation TO 'serializable'",
        "timezone TO 'Asia/Tokyo'",
        "synchronous_commit TO off",
    ):
        words = f'ALTER DATABASE "{database}" SET {default}'
        await house.store.write(partial(Connection.exec_driver_sql, statement=words))
    store = await asyncio.to_thread(Store.open, house.url, Keys(KEY))
    names = ("transaction_isolation", "TimeZone", "synchronous_commit", "statement_timeout")

    def settings(connection: Connection) -> list[object]:
        return [connection.scalar(text(f"SHOW {name}")) for name in names]

    assert await store.write(settings) == ["read committed", "UTC", "on", "4s"]
    assert await store.read(settings) == ["repeatable read", "UTC", "on", "10s"]
    await store.close()


async def test_two_that_start_at_once_make_the_tables_once(server: Server) -> None:
    url = create(server.url)
    plain = engines.engines(engines.address(url)).writing
    with plain.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    plain.dispose()
    stores = await asyncio.gather(
        *(asyncio.to_thread(Store.open, url, Keys(KEY)) for _ in range(3))
    )
    for store in stores:
        await store.write(lambda c: c.execute(select(t.seen)).all())
        await store.close()


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"]
)
def test_every_way_to_write_its_address_is_understood(house: House, scheme: str) -> None:
    url = scheme + house.url[len("postgresql") :]
    Store.open(url, Keys(KEY)).close_sync()


def test_a_server_that_is_not_there_is_away_without_its_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Away) as error:
        Store.open("postgres://somebody:hunter2@127.0.0.1:9/ownpace", Keys(KEY))
    assert "hunter2" not in f"{error.value!r} {caplog.text}"
    with pytest.raises(Unusable, match="not supported"):
        Store.open("mysql://localhost/ownpace", Keys(KEY))
