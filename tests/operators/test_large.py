"""Backup and restore of a hundred thousand messages. Prints how long they took."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from bot.conversation.model import Conversation
from store import backup
from store import tables as t
from store.erased import Erased
from store.ids import new_id
from store.packing import pack
from tests.databases import fresh
from tests.houses import LINE, NOON, House
from tests.operators.keeping import put_back, totals
from tests.recording import Someone

PEOPLE, EACH = 1000, 100
SECONDS = 60.0  # that long a restore may take

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]


def crowd(connection: Connection, house: House) -> list[str]:
    """People who wrote a lot, and were answered; their ids."""
    people = [met(connection, house, number) for number in range(PEOPLE)]
    for who in people:
        rows = [message(who) for _ in range(EACH)]
        connection.execute(insert(t.message), rows)
        seen = [{"account": LINE.id, "provider_id": new_id(), "at": NOON} for _ in rows[::2]]
        connection.execute(insert(t.seen), seen)
    return [who.person for who in people]


def met(connection: Connection, house: House, number: int) -> Someone:
    keys, person, contact = house.store.keys, new_id(), new_id()
    wrapped = keys.new_person_key()
    sealer = keys.person(wrapped)
    row: dict[str, Any] = {"id": person, "service": LINE.service, "wrapped_key": wrapped}
    connection.execute(insert(t.person).values(**row, created_at=NOON))
    row = {"id": contact, "account": LINE.id, "person": person, "valid_from": NOON}
    row["address_hash"] = keys.lookup(LINE.id, str(number))
    row["address"] = sealer.seal(str(number), f"contact.address:{contact}")
    connection.execute(insert(t.contact).values(row))
    id = new_id()
    row = {"id": id, "person": person, "contact": contact, "service": LINE.service}
    row |= {"flow": "self_referral", "standing": "asking", "language": "en", "started_at": NOON}
    row["state"] = sealer.seal(pack(Conversation()), f"conversation.state:{id}")
    connection.execute(insert(t.conversation).values(row))
    return Someone(person, contact, id, sealer)


def message(who: Someone) -> dict[str, Any]:
    id = new_id()
    words = who.sealer.seal("words as long as a text usually is, or a little more", id)
    row = {"id": id, "conversation": who.conversation, "direction": "in", "kind": "note"}
    return {**row, "text": words, "at": NOON, "said": [], "media": []}


def test_a_hundred_thousand_messages(house: House, tmp_path: Path) -> None:
    people = house.store.write_sync(partial(crowd, house=house))
    before, path = totals(house), tmp_path / "b.db"
    start = time.perf_counter()
    manifest = backup.take(house.url, path)
    print(f"\n{house.url[:6]}: backup {time.perf_counter() - start:.1f} s", end="")
    assert manifest.totals == before
    assert before.rows["message"] == PEOPLE * EACH
    for kind in ("sqlite", "postgres"):
        (tmp_path / kind).mkdir()
        url = fresh(kind, tmp_path / kind)
        start = time.perf_counter()
        done = put_back(path, url, Erased(people=set(people[:10])))
        took = time.perf_counter() - start
        print(f"; restore into {kind} {took:.1f} s ({path.stat().st_size >> 20} MiB)", end="")
        assert done.erased == 10
        assert took < SECONDS
