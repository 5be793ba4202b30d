"""Statements that are given to the driver directly say the same on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update

from store import tables as t
from store.prepared import Find, Many
from tests.houses import NOON, House, wrote

EVERY_BYTE = bytes(range(256))
CHANGE = Many(
    update(t.message)
    .where(t.message.c.id == bindparam("which"), t.message.c.kind.like("an%"))
    .values(text=bindparam("words"), said=bindparam("keys"), erased_at=bindparam("when"))
)
# What looks like a driver's own marks is none, in the statement nor in a value.
ODD = "100%, %s, %(account)s, :account, ?"
REMEMBER = Many(insert(t.seen).values(account=ODD))
GONE = Many(delete(t.seen).where(t.seen.c.provider_id.like("a%b")))
IDS: BindParameter[str] = bindparam("ids", expanding=True)
LIKE = Find(
    select(t.seen.c.account, t.seen.c.provider_id)
    .where(t.seen.c.provider_id.like("%b"), t.seen.c.provider_id.in_(IDS))
    .order_by(t.seen.c.provider_id)
)
TEXTS: BindParameter[bytes] = bindparam("texts", expanding=True)
SEALED = Find(select(t.message.c.id).where(t.message.c.text.in_(TEXTS)))


async def test_bytes_json_times_and_nothing_come_back_as_they_were(house: House) -> None:
    ids = [(await house.inbox().receive(wrote(text))).message for text in ("one", "two")]
    later = NOON + timedelta(microseconds=1)
    rows: list[dict[str, Any]] = [
        {"which": ids[0], "words": EVERY_BYTE, "keys": ["é", '"', "%s"], "when": later},
        {"which": ids[1], "words": None, "keys": [], "when": None},
    ]
    house.store.write_sync(lambda c: CHANGE.run(c, rows))
    one, two = (row for row in house.rows(t.message) if row["direction"] == "in")
    assert (one["text"], one["said"], one["erased_at"]) == (EVERY_BYTE, ["é", '"', "%s"], later)
    assert (two["text"], two["said"], two["erased_at"]) == (None, [], None)
    found = house.store.read_sync(lambda c: SEALED.rows(c, texts=[EVERY_BYTE, b"", b"x"]))
    assert [tuple(row) for row in found] == [(ids[0],)]


def test_what_looks_like_a_mark_of_the_driver_is_none(house: House) -> None:
    names = ["ab", "a%sb", "a:xb", "a?", "b"]
    rows = [{"provider_id": name, "at": NOON} for name in names]
    house.store.write_sync(lambda c: REMEMBER.run(c, rows))
    for size in range(1, 6):  # lists of every size, padded or not
        found = house.store.read_sync(lambda c, n=size: LIKE.rows(c, ids=names[:n]))  # type: ignore[misc]
        wanted = sorted(name for name in names[:size] if name.endswith("b"))
        assert sorted(tuple(row) for row in found) == [(ODD, name) for name in wanted]
    assert house.store.read_sync(lambda c: LIKE.rows(c, ids=[])) == ()
    house.store.write_sync(lambda c: GONE.run(c, [{}]))
    assert {row["provider_id"] for row in house.rows(t.seen)} == {"a?", "b"}
