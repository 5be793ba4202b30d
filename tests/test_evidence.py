"""`ownpace evidence`: what was learnt, on one page, and noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import evidence
from bot.upkeep import Failed
from config import settings
from desk import looking_back
from desk.looking_back import Content, Learnt
from store import looking_back as opening
from store import tables as t
from store.looking_back import Reason
from store.session import Store
from tests.databases import Kind, fresh
from tests.desk.builder import THURSDAY
from tests.test_copying import KEY, KEYS, furnish, someone


@pytest.fixture
def store(kind: Kind, tmp_path: Path) -> Store:
    made = Store.open(fresh(kind, tmp_path), KEYS)
    made.write_sync(furnish)
    return made


def pack(store: Store, since: str = "") -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OWNPACE_SECRET_KEY", KEY)
        known = settings.load()
    return evidence.pack(known, since, "the yearly visit", store.write_sync)


def test_the_changes_are_in_it_and_no_word_of_a_person(store: Store) -> None:
    made = store.write_sync(someone)
    reason = Reason(made.id, "noticed", "x", THURSDAY)
    id = store.write_sync(lambda c: opening.open_one(c, reason, THURSDAY))
    sealer = store.read_sync(lambda c: looking_back.sealer_of(c, KEYS, made.id))
    assert sealer
    content = Content(before="Jo was woken at six.")
    store.write_sync(lambda c: looking_back.write(c, sealer, id, content, ["timing"]))
    review = store.read_sync(lambda c: looking_back.find(c, KEYS, id, ["main"]))
    assert review
    learnt = Learnt(none_needed="The phone was set to another zone.")
    store.write_sync(
        lambda c: looking_back.decide(c, KEYS, review, learnt, "w", THURSDAY, (None, None))
    )
    page = pack(store)
    assert "The phone was set to another zone." in page
    assert "no change needed" in page
    for words in ("Jo", "woken", made.reference, "Sunday football", "Rehearsal"):
        assert words not in page
    assert "The phone" not in pack(store, since="2026-11-20")
    rows = store.read_sync(lambda c: c.execute(t.audit.select()).all())
    assert [(row.worker, row.what) for row in rows] == [("the operator", "evidence")] * 2
    store.close_sync()


def test_a_day_that_is_none(store: Store) -> None:
    with pytest.raises(Failed, match="Write the day"):
        pack(store, since="soon")
    store.close_sync()
