"""What is past its date goes, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, insert, select, update

from store import conversations, retention
from store import tables as t
from store.messages import transcript
from store.sealing import Keys
from store.session import Store
from tests.recording import (
    MONDAY,
    SERVICE,
    Someone,
    converse,
    furnish,
    meet,
    say,
    write,
)

DAY = timedelta(days=1)


class Shelf:
    """A database with one person, Ana, who wrote a line."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.write_sync(furnish)
        self.ana = store.write_sync(lambda c: meet(c, store.keys, "1001"))
        store.write_sync(lambda c: write(c, self.ana, "Ana's words"))

    def again(self) -> Someone:
        """Ana in another conversation."""
        ana = self.ana
        other = self.store.write_sync(lambda c: converse(c, ana.sealer, ana.person, ana.contact))
        again = Someone(ana.person, ana.contact, other, ana.sealer)
        self.store.write_sync(lambda c: write(c, again, "later words"))
        return again

    def keep(self, conversation: str, until: datetime | None, closed: datetime | None) -> None:
        row = update(t.conversation).where(t.conversation.c.id == conversation)
        change = row.values(delete_on=until, closed_at=closed)
        self.store.write_sync(lambda c: c.execute(change) and None)

    def expire(self, conversation: str, now: datetime) -> None:
        work = partial(retention.expire, keys=self.store.keys, conversation=conversation, now=now)
        self.store.write_sync(work)

    def expired(self, now: datetime, service: str = SERVICE) -> list[str]:
        return self.store.read_sync(lambda c: retention.expired(c, service, now))

    def empty(self, before: datetime) -> list[str]:
        return self.store.read_sync(lambda c: retention.empty_contacts(c, SERVICE, before))

    def remove(self, contact: str, now: datetime) -> None:
        work = partial(retention.remove_contact, keys=self.store.keys, contact=contact, now=now)
        self.store.write_sync(work)

    def texts(self, conversation: str) -> list[str]:
        keys = self.store.keys
        written = self.store.read_sync(lambda c: transcript(c, keys, conversation))
        return [message.text for message in written]

    def contacts(self) -> list[Any]:
        return list(self.store.read_sync(lambda c: c.execute(select(t.contact)).all()))


def run(statement: Executable, connection: Connection) -> None:
    connection.execute(statement)


@pytest.fixture
def shelf(url: str) -> Iterator[Shelf]:
    store = Store.open(url, Keys(b"k" * 32))
    yield Shelf(store)
    store.close_sync()


def test_a_conversation_expires_on_its_date_and_not_before(shelf: Shelf) -> None:
    shelf.keep(shelf.ana.conversation, MONDAY + DAY, None)
    assert shelf.expired(MONDAY) == []
    assert shelf.expired(MONDAY + DAY) == [shelf.ana.conversation]
    assert shelf.expired(MONDAY + DAY, "another service") == []
    shelf.expire(shelf.ana.conversation, MONDAY + DAY)
    assert shelf.expired(MONDAY + 9 * DAY) == []
    assert shelf.texts(shelf.ana.conversation) == [""]


def test_words_that_came_between_the_look_and_the_erasing_save_it(shelf: Shelf) -> None:
    shelf.keep(shelf.ana.conversation, MONDAY + 30 * DAY, None)
    shelf.expire(shelf.ana.conversation, MONDAY + DAY)
    assert shelf.texts(shelf.ana.conversation) == ["Ana's words"]


def test_an_old_conversation_goes_and_a_later_one_stays_readable(shelf: Shelf) -> None:
    later = shelf.again()
    shelf.keep(shelf.ana.conversation, MONDAY + DAY, MONDAY)
    shelf.expire(shelf.ana.conversation, MONDAY + DAY)
    assert shelf.texts(shelf.ana.conversation) == [""]
    assert shelf.texts(later.conversation) == ["later words"]
    shelf.keep(later.conversation, MONDAY + 2 * DAY, MONDAY + DAY)
    shelf.expire(later.conversation, MONDAY + 2 * DAY)
    gone = select(t.person.c.wrapped_key).where(t.person.c.id == shelf.ana.person)
    assert shelf.store.read_sync(lambda c: c.scalar(gone)) is None


def test_timers_come_due_in_order_and_only_in_their_own_service(shelf: Shelf) -> None:
    def due(now: datetime, service: str = SERVICE) -> list[tuple[str, str]]:
        return shelf.store.read_sync(lambda c: retention.due_timers(c, service, now))

    for name, days in (("expire", 3), ("remind", 1), ("partial", 2)):
        row = {"conversation": shelf.ana.conversation, "name": name, "due_at": MONDAY + days * DAY}
        shelf.store.write_sync(partial(run, insert(t.timer).values(**row)))
    assert due(MONDAY) == []
    assert [name for _, name in due(MONDAY + 2 * DAY)] == ["remind", "partial"]
    assert due(MONDAY + 2 * DAY, "another service") == []
    shelf.keep(shelf.ana.conversation, MONDAY + 9 * DAY, MONDAY)
    assert due(MONDAY + 9 * DAY) == []


def test_a_contact_is_empty_a_day_after_everything_was_erased(shelf: Shelf) -> None:
    assert shelf.empty(MONDAY + 9 * DAY) == []
    shelf.keep(shelf.ana.conversation, MONDAY + 9 * DAY, MONDAY)
    assert shelf.empty(MONDAY + 9 * DAY) == []  # ended, but not erased
    shelf.expire(shelf.ana.conversation, MONDAY + 9 * DAY)
    assert shelf.empty(MONDAY + 9 * DAY - timedelta(seconds=1)) == []
    assert shelf.empty(MONDAY + 9 * DAY) == [shelf.ana.contact]


def test_a_contact_that_waits_for_its_confirmation_is_not_empty(shelf: Shelf) -> None:
    shelf.keep(shelf.ana.conversation, MONDAY, MONDAY)
    shelf.expire(shelf.ana.conversation, MONDAY)
    shelf.store.write_sync(lambda c: say(c, shelf.ana, "It is erased."))
    assert shelf.empty(MONDAY + DAY) == []
    shelf.remove(shelf.ana.contact, MONDAY + DAY)
    assert shelf.contacts()[0].valid_to is None


def test_an_empty_contact_is_forgotten_and_may_come_back_as_a_stranger(shelf: Shelf) -> None:
    shelf.keep(shelf.ana.conversation, MONDAY, MONDAY)
    shelf.expire(shelf.ana.conversation, MONDAY)
    shelf.remove(shelf.ana.contact, MONDAY + DAY)
    [contact] = shelf.contacts()
    assert (contact.address, contact.address_hash) == (b"", b"")
    assert contact.valid_to == MONDAY + DAY
    assert shelf.empty(MONDAY + 9 * DAY) == []
    stranger = shelf.store.write_sync(lambda c: meet(c, shelf.store.keys, "1001"))
    assert stranger.contact != contact.id


def test_news_of_old_words_finds_a_forgotten_conversation_unharmed(shelf: Shelf) -> None:
    """A late delivery report must not break the batch that it comes in."""
    shelf.keep(shelf.ana.conversation, MONDAY, MONDAY)
    shelf.expire(shelf.ana.conversation, MONDAY)
    shelf.remove(shelf.ana.contact, MONDAY + DAY)
    id = shelf.ana.conversation
    lines = shelf.store.read_sync(lambda c: conversations.by_id(c, shelf.store.keys, [id]))
    assert lines[id].closed


def test_a_contact_that_never_had_a_conversation_goes_altogether(shelf: Shelf) -> None:
    for statement in (t.message.delete(), t.conversation.delete()):
        shelf.store.write_sync(partial(run, statement))
    assert shelf.empty(MONDAY + DAY) == [shelf.ana.contact]
    shelf.remove(shelf.ana.contact, MONDAY + DAY)
    assert shelf.contacts() == []
    key = select(t.person.c.wrapped_key)
    assert shelf.store.read_sync(lambda c: c.scalar(key)) is None
