"""Erasing leaves nothing behind: no word, no sealed byte, no key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from bot.conversation.model import QUOTE_CLOSE, QUOTE_OPEN
from store import conversations, outbox, rights
from store import tables as t
from store.ids import new_id
from store.messages import resolve, transcript
from store.outbox import Look
from store.sealing import Keys
from store.session import Store
from tests.databases import SQLITE_ONLY
from tests.houses import everything
from tests.recording import MONDAY, TELEGRAM_ACCOUNT, Someone, converse, furnish, meet, say, write

NAME, WORDS, NUMBER = "Zinaida Quill", "the blue house by the weir", "+447700900142"
LATER = MONDAY + timedelta(hours=1)


class House:
    """A database in a folder, and one person in it who said a few things."""

    def __init__(self, url: str) -> None:
        self.url, self.keys = url, Keys(b"m" * 32)
        self.store = Store.open(url, self.keys)
        self.store.write_sync(furnish)
        self.who = self.store.write_sync(lambda c: meet(c, self.keys, NUMBER))
        self.words = self.store.write_sync(self._fill)

    def _fill(self, connection: Connection) -> str:
        write(connection, self.who, NAME, question="name")
        words = write(connection, self.who, WORDS, question="lives")
        say(connection, self.who, f"You wrote: {QUOTE_OPEN}{words}{QUOTE_CLOSE}. Right, {NAME}?")
        self._answer(connection, "lives", words)
        reference = {"reference": "KTR-48293", "kind": "partial", "at": MONDAY}
        line = {"id": new_id(), "conversation": self.who.conversation}
        connection.execute(insert(t.handover).values(**line, service="harbour", **reference))
        timer = {"conversation": self.who.conversation, "name": "remind", "due_at": LATER}
        connection.execute(insert(t.timer).values(**timer))
        content = self.keys.master.seal(WORDS, "parked.content:p")
        row: dict[str, Any] = {"id": "p", "account": TELEGRAM_ACCOUNT, "kind": "step"}
        row |= {"conversation": self.who.conversation, "content": content, "at": MONDAY}
        connection.execute(insert(t.parked).values(**row))
        row = {"id": "a", "conversation": self.who.conversation, "what": "person", "at": MONDAY}
        connection.execute(insert(t.asked).values(**row))
        return words

    def _answer(self, connection: Connection, question: str, *words: str) -> None:
        row: dict[str, Any] = {"id": new_id(), "conversation": self.who.conversation}
        row |= {"question": question, "status": "answered", "messages": list(words)}
        row["choices"] = self.who.sealer.seal('["weir"]', f"answer.choices:{row['id']}")
        connection.execute(insert(t.answer).values(**row, fingerprint="f", at=MONDAY))

    def erase(self, at: Any = LATER) -> None:
        work = partial(rights.erase, keys=self.keys, conversation=self.who.conversation, at=at)
        self.store.write_sync(work)

    def checkpoint(self) -> None:
        self.store._writer.submit(self.store._checkpoint).result()

    def files(self) -> bytes:
        return everything(self.store, self.url)

    def sealed(self) -> list[bytes]:
        """Every sealed byte string that stands in the database now."""
        columns = [t.message.c.text, t.answer.c.choices, t.contact.c.address]
        columns += [t.conversation.c.state, t.person.c.wrapped_key, t.parked.c.content]
        whole = self.store.read_sync(lambda c: [c.scalars(select(one)).all() for one in columns])
        return [value for values in whole for value in values if value]

    def count(self, table: Table) -> int:
        query = select(func.count()).select_from(table)
        return self.store.read_sync(lambda c: c.scalar(query)) or 0

    def row(self, table: Table) -> Any:
        return self.store.read_sync(lambda c: c.execute(select(table)).one())


@pytest.fixture
def house(url: str) -> Iterator[House]:
    house = House(url)
    yield house
    house.store.close_sync()


def test_nothing_of_the_person_is_left_in_any_file(house: House) -> None:
    sealed = house.sealed()
    house.checkpoint()
    before = house.files()
    assert len(sealed) >= 8
    assert all(value in before for value in sealed)
    house.erase()
    house.checkpoint()
    after = house.files()
    for canary in (NAME, WORDS, NUMBER, NUMBER[1:]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert canary.encode(encoding) not in after
    assert [value.hex() for value in sealed if value in after] == []


@SQLITE_ONLY
def test_without_the_checkpoint_the_log_still_holds_it(house: House) -> None:
    """What the caller's checkpoint is for; if this fails one day, it may go."""
    sealed = house.sealed()
    house.erase()
    assert any(value in house.files() for value in sealed)


def test_the_key_is_destroyed_and_what_counts_stays_blank(house: House) -> None:
    house.erase()
    query = select(t.person.c.wrapped_key, t.person.c.erased_at).where(
        t.person.c.id == house.who.person
    )
    assert house.store.read_sync(lambda c: c.execute(query).one()) == (None, LATER)
    assert (house.row(t.handover).kind, house.row(t.handover).reference) == ("erased", "KTR-48293")
    left = [house.count(table) for table in (t.answer, t.timer, t.parked, t.asked)]
    assert left == [0, 0, 0, 0]
    conversation = house.row(t.conversation)
    assert (conversation.standing, conversation.closed_at) == ("ended", LATER)
    assert conversation.delete_on is None
    assert house.row(t.outgoing).state == "withdrawn"
    read = house.store.read_sync
    written = read(lambda c: transcript(c, house.keys, house.who.conversation))
    assert {message.text for message in written} == {""}
    assert {message.erased_at for message in written} == {LATER}


def test_one_last_confirmation_can_still_be_sent(house: House) -> None:
    house.erase()
    line = house.store.read_sync(
        lambda c: conversations.by_id(c, house.keys, [house.who.conversation])
    )[house.who.conversation]
    fresh = Someone(line.person, line.contact, line.id, line.sealer)
    house.store.write_sync(lambda c: say(c, fresh, "It is erased.", LATER))
    look = Look(TELEGRAM_ACCOUNT, LATER)
    [row] = house.store.write_sync(lambda c: outbox.due(c, house.keys, look))
    assert (row.out.address, row.out.text) == (NUMBER, "It is erased.")


def test_they_are_known_again_as_nobody(house: House) -> None:
    """Their next words begin another conversation of the same contact."""
    house.erase()
    address = (TELEGRAM_ACCOUNT, NUMBER)
    lines = house.store.read_sync(lambda c: conversations.by_address(c, house.keys, [address]))
    assert lines[address].id == ""
    assert lines[address].person != house.who.person


def test_all_their_conversations_are_erased_and_nobody_elses(house: House) -> None:
    who = house.who
    other = house.store.write_sync(lambda c: converse(c, who.sealer, who.person, who.contact))
    old = Someone(who.person, who.contact, other, who.sealer)
    house.store.write_sync(lambda c: write(c, old, WORDS))
    ben = house.store.write_sync(lambda c: meet(c, house.keys, "+447700900143"))
    house.store.write_sync(lambda c: write(c, ben, "Ben's own words"))
    house.erase()
    read = house.store.read_sync
    [erased] = read(lambda c: transcript(c, house.keys, other))
    [kept] = read(lambda c: transcript(c, house.keys, ben.conversation))
    assert (erased.text, kept.text) == ("", "Ben's own words")


def test_erasing_twice_is_as_good_as_once(house: House) -> None:
    house.erase()
    house.erase(LATER + timedelta(hours=1))
    assert house.row(t.conversation).closed_at == LATER
    read = house.store.read_sync
    written = read(lambda c: transcript(c, house.keys, house.who.conversation))
    assert {message.erased_at for message in written} == {LATER}


def test_one_answer_is_forgotten_in_every_version(house: House) -> None:
    def second_version(connection: Connection) -> str:
        # Filed as something else at first, and then taken into the answer.
        words = write(connection, house.who, "the mill, " + WORDS)
        house._answer(connection, "lives", house.words, words)
        return words

    again = house.store.write_sync(second_version)
    query = select(t.message.c.text).where(t.message.c.id.in_([house.words, again]))
    choices = select(t.answer.c.choices)
    read = house.store.read_sync
    sealed = [*read(lambda c: list(c.scalars(query))), *read(lambda c: list(c.scalars(choices)))]
    forget = partial(rights.forget_answer, conversation=house.who.conversation)
    house.store.write_sync(lambda c: forget(c, question="lives", at=LATER))
    house.checkpoint()
    assert len(sealed) == 4
    assert [value for value in sealed if value in house.files()] == []
    texts = [m.text for m in read(lambda c: transcript(c, house.keys, house.who.conversation))]
    assert NAME in texts
    assert not any(WORDS in text for text in texts)


def test_a_read_back_that_waits_no_longer_holds_forgotten_words(house: House) -> None:
    text = f"You wrote: {QUOTE_OPEN}{house.words}{QUOTE_CLOSE}"

    def read_back(connection: Connection) -> str:
        return resolve(connection, house.who.sealer, text)

    assert house.store.read_sync(read_back) == f"You wrote: {WORDS}"
    house.store.write_sync(
        lambda c: rights.forget_answer(c, house.who.conversation, "lives", LATER)
    )
    assert house.store.read_sync(read_back) == "You wrote: "
    [row] = house.store.write_sync(
        lambda c: outbox.due(c, house.keys, Look(TELEGRAM_ACCOUNT, LATER))
    )
    assert WORDS not in row.out.text


def test_an_address_that_does_not_open_does_not_stand_in_the_way(house: House) -> None:
    spoil = t.contact.update().values(address=b"\x01" + b"x" * 40)
    house.store.write_sync(lambda c: c.execute(spoil) and None)
    house.erase()
    contact = house.row(t.contact)
    assert (contact.address, contact.address_hash, contact.valid_to) == (b"", b"", LATER)


def test_what_was_chosen_stands_in_no_message_of_ours_either(house: House) -> None:
    line = house.who.conversation

    def shown(connection: Connection) -> None:
        for keys in (["review.lives"], ["many_noted"], ["review.name"]):
            id = say(connection, house.who, f"1. By the weir {keys}")
            connection.execute(t.message.update().where(t.message.c.id == id).values(said=keys))

    house.store.write_sync(shown)
    house.store.write_sync(lambda c: rights.forget_answer(c, line, "lives", LATER))
    told = house.store.read_sync(lambda c: transcript(c, house.keys, line))
    assert [m.said for m in told if "By the weir" in m.text] == [("review.name",)]
