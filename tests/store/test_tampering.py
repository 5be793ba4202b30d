"""Rows that were swapped, cut, or sealed under another key: loud, by id, and never a word."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import update

from bot.metrics import REGISTRY
from store import alarm, outbox
from store import tables as t
from store.messages import transcript
from store.outbox import Look
from store.sealing import Keys, Unreadable
from tests.houses import KEY, LINE, NOON, NUMBER, House, wrote
from tests.operators.keeping import OTHER, hear
from tests.store.spoiling import OTHER_KEYS, SPOILT, Spoil

ALL: dict[str, Spoil] = {**SPOILT, "nothing": lambda own, other: b""}


def change(house: House, column: Any, row: object, value: bytes) -> None:
    this = update(column.table).where(column.table.c.id == row).values({column.name: value})
    house.store.write_sync(lambda c: c.execute(this) and None)


async def both(house: House) -> tuple[str, dict[str, object], dict[str, object]]:
    """Ana's conversation; her message and Ben's."""
    ana = await hear(house, "Ana's own words")
    await hear(house, "Ben's own words", number=OTHER)
    rows = [row for row in house.rows(t.message) if row["direction"] == "in"]
    return ana, rows[0], rows[1]


@pytest.mark.parametrize("how", ALL)
async def test_a_message_that_was_changed_is_an_alarm_and_never_a_word(
    house: House, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    ana, mine, other = await both(house)
    own, others = mine["text"], other["text"]
    assert isinstance(own, bytes)
    assert isinstance(others, bytes)
    before = alarm.total()
    change(house, t.message.c.text, mine["id"], ALL[how](own, others))
    if how == "nothing":  # an empty value says nothing, and counts as erased
        return
    with pytest.raises(Unreadable) as error:
        house.store.read_sync(lambda c: transcript(c, house.store.keys, ana))
    assert f"sealed and can't be opened: message.text:{mine['id']}" in caplog.text
    assert alarm.total() > before
    assert f"ownpace_unreadable {float(alarm.total())}" in generate_latest(REGISTRY).decode()
    for words in ("Ana's", "Ben's"):
        assert words not in caplog.text + str(error.value)


@pytest.mark.parametrize("how", ALL)
async def test_a_person_whose_key_was_changed_is_told_of_by_id(
    house: House, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    await both(house)
    mine, other = house.rows(t.person)
    own, others = mine["wrapped_key"], other["wrapped_key"]
    assert isinstance(own, bytes)
    assert isinstance(others, bytes)
    if how == "swapped":  # a key opens for anybody, and then nothing of its person does
        sealer = house.store.keys.person(others, str(mine["id"]))
        [message, *_] = [row for row in house.rows(t.message) if row["direction"] == "in"]
        blob: Any = message["text"]
        with pytest.raises(Unreadable):
            sealer.open(blob, f"message.text:{message['id']}")
        return
    with pytest.raises(Unreadable):
        house.store.keys.person(ALL[how](own, others), str(mine["id"]))
    assert f"person.wrapped_key:{mine['id']}" in caplog.text


async def test_an_address_that_was_swapped_sends_nothing_to_anybody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Two numbers exchanged would send one person's words to the other."""
    caplog.set_level(logging.INFO)
    await both(house)
    mine, other = house.rows(t.contact)
    swapped = other["address"]
    assert isinstance(swapped, bytes)
    change(house, t.contact.c.address, mine["id"], swapped)
    look = Look(LINE.id, NOON)
    rows = house.store.write_sync(lambda c: outbox.due(c, house.store.keys, look))
    assert [row.out.address for row in rows] == [OTHER]
    assert f"contact.address:{mine['id']}" in caplog.text
    failed = [row["failed_code"] for row in house.rows(t.message) if row["failed_code"]]
    assert failed == ["unreadable"]
    assert NUMBER not in caplog.text


async def test_words_that_can_not_be_opened_lose_no_new_ones(house: House) -> None:
    """What they write next is set aside for a worker: nothing is answered without its state."""
    ana = await hear(house, "Ana's own words")
    change(house, t.conversation.c.state, ana, b"\x01" + b"x" * 40)
    receipt = await house.inbox().receive(wrote("and more", "SM2"))
    assert receipt.stored
    assert [row["kind"] for row in house.rows(t.parked)] == ["step"]


def test_the_wrong_key_opens_nothing_at_all() -> None:
    keys = Keys(KEY)
    wrapped, sealed = keys.new_person_key(), keys.master.seal("words", "place")
    with pytest.raises(Unreadable):
        OTHER_KEYS.person(wrapped)
    with pytest.raises(Unreadable):
        OTHER_KEYS.master.open(sealed, "place")
