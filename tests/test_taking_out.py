"""`ownpace export`: what was shared, to standard output; noted as done by the operator."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot import taking_out
from bot.upkeep import Failed
from config import settings
from desk.exporting import leaving
from store import tables as t
from store.sealing import Keys
from store.session import Store
from tests.databases import Kind, fresh
from tests.desk.builder import COMPLETE, PARTIAL, lay_out
from tests.test_cli import ownpace

KEY = "k" * 32
Write = Callable[[Callable[[Connection], str]], str]


@pytest.fixture
def store(kind: Kind, tmp_path: Path) -> Store:
    """Two real intakes, whole and in part, and a rehearsed one."""
    keys = Keys(KEY.encode())
    made = Store.open(fresh(kind, tmp_path), keys)

    def fill(connection: Connection) -> None:
        for id in ("main", "practice"):
            row = {"id": id, "practice": id == "practice"}
            connection.execute(t.service.insert().values(row))
            row = {"id": f"sms:{id}", "service": id, "channel": "sms"}
            connection.execute(t.account.insert().values(row))
        early = datetime(2026, 11, 2, 9, tzinfo=UTC)
        lay_out(connection, keys, COMPLETE, kind="complete", service="main", at=early)
        lay_out(connection, keys, PARTIAL, service="main", reference="KTR-48293")
        lay_out(connection, keys, {"name": "Ro Rehearsed"}, service="practice")

    made.write_sync(fill)
    return made


def export(store: Store, form: str, since: str = "", until: str = "", why: str = "") -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_SECRET_KEY", KEY)
        known = settings.load()
    file, _ = taking_out.export(known, form, since, until, why, store.write_sync)
    return file.decode()


@pytest.mark.parametrize("form", ["csv", "json", "fhir"])
def test_everything_real_that_was_shared(store: Store, form: str) -> None:
    out = export(store, form)
    assert "my sister. and the dog honestly" in out
    assert "Getting my own front door again." in out
    assert "Ro Rehearsed" not in out
    store.close_sync()


def test_since_and_until(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_out, "AT_ONCE", 1)

    def found(*days: str) -> int:
        return len(json.loads(export(store, "json", *days))["intakes"])

    assert [found(), found("2026-11-19"), found("", "2026-11-18"), found("2026-12-01")] == [
        2,
        1,
        1,
        0,
    ]
    store.close_sync()


def test_the_operator_is_written_down(store: Store) -> None:
    export(store, "csv", why="moving house")
    looks = store.read_sync(lambda c: c.execute(select(t.look.c.worker, t.look.c.purpose)).all())
    assert [tuple(row) for row in looks] == [("the operator", "exported as CSV")] * 2
    [row] = store.read_sync(lambda c: c.execute(t.audit.select()).all())
    assert (row.worker, row.what) == ("the operator", "export.list")
    assert row.about.startswith("2 CSV ")
    assert Keys(KEY.encode()).master.open(row.why, "audit.why:1") == "moving house"
    store.close_sync()


@pytest.mark.parametrize("days", [("tomorrow", ""), ("2026-11-19", "2026-11-18")])
def test_a_day_that_is_none(store: Store, days: tuple[str, str]) -> None:
    with pytest.raises(Failed, match="Write days as in 2026-11-19"):
        export(store, "csv", *days)
    store.close_sync()


def test_too_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "MOST", 1)
    with pytest.raises(Failed, match="more than 1"):
        export(store, "csv")
    assert store.read_sync(lambda c: c.execute(t.look.select()).all()) == []
    store.close_sync()


def test_the_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert ownpace(data, "db", "upgrade").returncode == 0
    done = ownpace(data, "export", "--format", "json", "--since", "2026-11-01")
    assert done.returncode == 0
    assert done.stderr == "No intake in it: none was shared, or all are of the rehearsal.\n"
    assert json.loads(done.stdout)["intakes"] == []
    done = ownpace(data, "export", "--format", "csv", "--since", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Write days as in 2026-11-19, the earlier one as --since.\n"
