"""The database fails at its n-th call, for every n: of a turn there is all, or nothing at all.

The calls are counted where they reach the driver, the commit among them; the one whose turn it is
raises what a database raises that went away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from bot.conversation.channel import Away, Envelope
from bot.inbound import Inbox
from store import prepared
from store import tables as t
from tests.databases import Kind
from tests.houses import House, wrote

TABLES = [table for table in t.metadata.sorted_tables if table.name not in ("about", "flow")]
MOST = 200
CONVERSATION = ("hello", "ok", "ok", "ok", "my dog", "1")
Rows = dict[str, int]


class Calls:
    """Counts every call of one house's database; the n-th fails."""

    def __init__(self, kind: Kind) -> None:
        self.made, self.fail_at = 0, 0
        self._error = psycopg.OperationalError if kind == "postgres" else _locked

    def __call__(self, *_: object) -> None:
        self.made += 1
        if self.made == self.fail_at:
            raise self._error("made to fail")


def _locked(words: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode, error.sqlite_errorname = 5, "SQLITE_BUSY"
    return error


class _Cursor:
    def __init__(self, cursor: Any, calls: Calls) -> None:
        self._cursor, self._calls = cursor, calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, *given: Any) -> Any:
        self._calls()
        return self._cursor.execute(*given)

    def executemany(self, *given: Any) -> Any:
        self._calls()
        return self._cursor.executemany(*given)


@contextmanager
def counting(house: House, kind: Kind) -> Iterator[Calls]:
    """Calls by way of SQLAlchemy, those of `store.prepared`, and commits."""
    calls, writing = Calls(kind), house.store._engine
    raw = prepared._cursor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "_cursor", lambda connection: _Cursor(raw(connection), calls))
        dialect = writing.dialect
        for name in ("do_execute", "do_executemany", "do_commit", "do_execute_no_params"):
            patch.setattr(dialect, name, _counted(getattr(dialect, name), calls))
        yield calls


def _counted(inner: Any, calls: Calls) -> Any:
    def outer(*given: Any, **named: Any) -> Any:
        calls()
        return inner(*given, **named)

    return outer


def rows(house: House) -> Rows:
    return {table.name: house.count(table) for table in TABLES}


async def test_all_of_a_turn_or_nothing(house: House, kind: Kind) -> None:
    """Each message of a conversation, from the first on, with its copy that comes afterwards."""
    inbox = Inbox(house.store, {"harbour": house.world}, house.accounts, house.clock)
    tried = 0
    with counting(house, kind) as calls:
        for number, text in enumerate(CONVERSATION):
            tried += await _at_every_call(house, inbox, calls, wrote(text, id=f"SM{number}"))
    assert house.count(t.seen) == len(CONVERSATION)
    incoming = [row for row in house.rows(t.message) if row["direction"] == "in"]
    assert len(incoming) == len(CONVERSATION)
    print(f"{tried} calls were made to fail")
    assert tried >= len(CONVERSATION) * 8


async def test_a_commit_whose_answer_is_lost(house: House) -> None:
    """It was done, and we do not know: the turn is there, and what comes again is a copy."""
    inbox = Inbox(house.store, {"harbour": house.world}, house.accounts, house.clock)
    dialect, envelope = house.store._engine.dialect, wrote("hello", id="SM0")

    def committed(connection: Any, done: Any = dialect.do_commit) -> None:
        done(connection)
        raise psycopg.OperationalError("the connection is gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "do_commit", committed)
        with pytest.raises(Away):
            await inbox.receive(envelope)
    left = rows(house)
    assert left["seen"] == 1
    assert not (await inbox.receive(envelope)).stored
    assert rows(house) == left


async def _at_every_call(house: House, inbox: Inbox, calls: Calls, envelope: Envelope) -> int:
    """Take one envelope, its n-th call failing for each n until none is left to fail."""
    before = rows(house)
    for n in range(1, MOST):
        calls.made, calls.fail_at = 0, n
        try:
            receipt = await inbox.receive(envelope)
        except Away:
            calls.fail_at = 0
            assert rows(house) == before, f"call {n} left something of the turn"
            continue
        calls.fail_at = 0
        assert receipt.stored, f"call {n}"
        assert rows(house)["seen"] == before["seen"] + 1
        assert rows(house)["outgoing"] > before["outgoing"]
        return n - 1
    raise AssertionError("it never came to an end")
