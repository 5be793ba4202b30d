"""Somebody who may come in and takes out much, or changes what was written down about it; and the
first account, which is made once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from bot import way_in
from desk import audit
from desk.exporting import leaving
from store import tables as t
from store.sealing import token_hash
from store.session import Store
from tests.databases import Kind, fresh
from tests.desk.builder import KEYS, OURS, PARTIAL, THURSDAY, Desk
from tests.desk.leaving import audited, steps_up
from tests.desk.reading import looks

ROWS = 12
TRIES = 20


async def export(desk: Desk, csrf: str, **form: str) -> tuple[int, list[str]]:
    given = {"csrf": csrf, "format": "json", "reason": "a move", **form}
    answer = await desk.client.post("/desk/export", data=given, headers=OURS, allow_redirects=False)
    if answer.status != 200:
        return answer.status, []
    return 200, [one["reference"] for one in json.loads(await answer.read())["intakes"]]


async def test_much_leaves_only_with_the_app_a_reason_a_row_and_up_to_a_limit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [desk.intake(PARTIAL) for _ in range(3)]
    lead = desk.worker("Lee", "lead")
    csrf = await desk.sign_in("Lee")
    assert await export(desk, csrf) == (303, []), "no app was shown"
    await steps_up(desk)
    csrf = await desk.csrf()
    assert await export(desk, csrf, reason=" - ") == (400, []), "no reason"
    monkeypatch.setattr(leaving, "MOST", 2)
    assert await export(desk, csrf) == (400, []), "more than the limit"
    assert (audited(desk), looks(desk)) == ([], [])
    monkeypatch.setattr(leaving, "MOST", 3)
    assert await export(desk, csrf) == (200, [one.reference for one in made])
    ((who, what, about),) = audited(desk)
    assert (who, what, about.split()[:2]) == (lead, "export.list", ["3", "JSON"])
    assert looks(desk) == [(lead, "exported as JSON")] * 3
    desk.clock.at += timedelta(minutes=10, seconds=1)
    assert await export(desk, csrf) == (303, []), "the app was shown too long ago"


def chain(connection: Connection) -> None:
    for n in range(ROWS):
        why = "a good cause" if n % 3 else ""
        audit.note(connection, KEYS, f"w{n % 2}", "export", f"{n}", THURSDAY, why)


def broken(desk: Desk) -> int | None:
    return desk.store.read_sync(lambda c: audit.broken_at(c, desk.keys))


EDITS: tuple[dict[str, Any], ...] = (
    {"worker": "somebody"},
    {"what": "look"},
    {"about": "nothing"},
    {"at": THURSDAY + timedelta(microseconds=1)},
    {"why": b"\x01"},
    {"chain": b"\x00" * 32},
    {"number": ROWS + 7},
)


async def test_each_row_that_was_edited_taken_out_or_put_in_shows(desk: Desk) -> None:
    desk.store.write_sync(chain)
    rows = desk.store.read_sync(lambda c: c.execute(select(t.audit)).mappings().all())
    assert (len(rows), broken(desk)) == (ROWS, None)
    a, found, tried = t.audit.c, 0, 0
    for row in rows:
        this = a.number == row["number"]
        for edit in EDITS:
            desk.store.write_sync(partial(run, statement=update(t.audit).where(this), values=edit))
            tried, found = tried + 1, found + (broken(desk) == row["number"])
            back(desk, rows)
        if row["number"] < ROWS:  # of the last, a backup knows
            desk.store.write_sync(partial(run, statement=delete(t.audit).where(this)))
            tried, found = tried + 1, found + (broken(desk) == row["number"])
            back(desk, rows)
    assert (found, tried) == (tried, ROWS * len(EDITS) + ROWS - 1)
    assert broken(desk) is None


def run(connection: Connection, statement: Any, values: dict[str, Any] | None = None) -> None:
    connection.execute(statement.values(values) if values else statement)


def back(desk: Desk, rows: Any) -> None:
    """As it was."""

    def work(connection: Connection) -> None:
        connection.execute(delete(t.audit))
        connection.execute(t.audit.insert(), [dict(row) for row in rows])

    desk.store.write_sync(work)


async def test_of_twenty_who_ask_at_once_for_the_first_account_there_is_one(
    kind: Kind, tmp_path: Path
) -> None:
    url = fresh(kind, tmp_path)
    stores = [Store.open(url, KEYS) for _ in range(1 if kind == "sqlite" else 4)]
    row = {"id": "harbour", "practice": False}
    stores[0].write_sync(lambda c: run(c, t.service.insert(), row))

    def ask(number: int) -> str:
        store = stores[number % len(stores)]
        return store.write_sync(lambda c: way_in.first_link(c, THURSDAY))

    with ThreadPoolExecutor(TRIES) as pool:
        tokens = list(pool.map(ask, range(TRIES)))
    workers = stores[0].read_sync(lambda c: c.execute(select(t.worker)).all())
    links = stores[0].read_sync(lambda c: c.execute(select(t.sign_in_link)).all())
    assert [(one.role, one.password_hash) for one in workers] == [("lead", "")]
    assert {bytes(one.token_hash) for one in links} == {token_hash(token) for token in tokens}
    assert len(set(tokens)) == TRIES
    assert {one.expires_at for one in links} == {THURSDAY + timedelta(minutes=30)}
    for store in stores:
        await store.close()
