"""Each place where something sealed stands: without its keys nobody reads it, and what was swapped,
cut, or sealed under another key is an alarm and never a word."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Integer, LargeBinary, insert, select, update

from bot.conversation import effects as e
from bot.conversation.model import Answer, Say
from bot.doctor import keeping
from bot.upkeep import Failed
from desk import audit, concern, decisions, notes, safeguarding
from desk import looking_back as looked_back
from store import (
    accounts,
    alarm,
    backup,
    clearing,
    hiding,
    legal_hold,
    looking_back,
    places,
    provider_logs,
    rotation,
    their_copies,
)
from store import tables as t
from store.looking_back import Reason
from store.sealing import Keys
from store.session import Store
from tests import canaries
from tests.databases import Kind
from tests.houses import KEY, LINE, NOON, House, open_house, saying, wrote
from tests.store.spoiling import SPOILT

NAME, WORDS = "Zinaida Quillfeather", "the blue house by the weir"
MAIL, TOTP = "zinaida@example.org", "JBSWY3DPEHPK3PXP"
NUMBERS = ("+447700900123", "+447700900124")
NEVER = (NAME, WORDS, MAIL, TOTP, *NUMBERS, *(number[1:] for number in NUMBERS))
NEW = b"a new master key, just as random"

# What is bytes and not sealed: hashes, wrapped keys, and what the keys themselves need.
PLAIN_BYTES = {
    "about.value",
    "audit.chain",
    "contact.address_hash",
    "device.token_hash",
    "person.wrapped_key",
    "route_test.token_hash",
    "session.token_hash",
    "sign_in_link.token_hash",
    "sign_in_try.who",
    "sign_in_try.whence",
    "their_copy.token_hash",
}
# What is text: ids, codes, and names of workers, flows and services; nothing that a person wrote.
PLAIN_TEXT = {
    "about": {"key"},
    "account": {"service", "channel"},
    "agreement": {
        "kind",
        "language",
        "channel",
        "flow_fingerprint",
        "reply",
        "shown",
        "lawful_basis",
        "special_condition",
    },
    "answer": {"question", "status", "messages", "fingerprint"},
    "asked": {"what", "message", "voice", "answered_by", "statement"},
    "audit": {"worker", "what", "about"},
    "contact": {"account", "person", "state", "state_code"},
    "conversation": {"person", "contact", "service", "flow", "standing", "language", "holder"},
    "cover": {"worker", "by"},
    "device": {"worker"},
    "duty": {"service", "worker"},
    "flow_version": {"fingerprint", "flow", "text"},
    "handover": {"service", "reference", "kind", "taken_by"},
    "hidden": {"person", "standing", "kind"},
    "holding": {"worker", "what", "to_worker"},
    "legal_hold": {"person", "worker", "lifted_by"},
    "look": {"worker", "purpose"},
    "membership": {"worker", "service"},
    "message": {"direction", "kind", "question", "said", "media", "failed_code", "worker", "ref"},
    "note": {"worker", "kind"},
    "nudge": {"service", "what", "seen_by"},
    "nudge_sent": {"nudge", "worker", "route", "failed_code"},
    "outgoing": {"message", "contact", "buttons", "state", "provider_ref"},
    "override": {"worker", "what"},
    "concern": {"worker"},
    "decision": {"worker"},
    "stage": {"worker", "stage"},
    "parked": {"account", "kind"},
    "person": {"service"},
    "promise": {"kind"},
    "review": {
        "service",
        "why",
        "about",
        "question",
        "opened_by",
        "flow",
        "language",
        "channel",
        "themes",
        "decided_by",
        "checker",
    },
    "route_test": {"service", "worker", "route", "failed_code"},
    "seen": {"account", "provider_id"},
    "service": set(),
    "session": {"worker", "csrf", "how"},
    "sign_in_link": {"worker"},
    "sign_in_try": set(),
    "their_copy": set(),
    "timer": {"name"},
    "to_clear": {"account", "failed_code"},
    "to_forget": {"account", "failed_code"},
    "told_outside": {"reference", "what", "failed_code"},
    "worker": {"name", "role", "password_hash"},
}


def test_every_column_is_sealed_or_known_to_hold_no_word() -> None:
    """A new column has to say which it is before it is there."""
    known = {
        f"{c.table.name}.{c.name}" for c in (*places.PEOPLES, *(k.column for k in places.MASTERS))
    }
    for table in t.metadata.sorted_tables:
        text = {c.name for c in table.c if _is_text(c)}
        assert text - {"id", "conversation"} == PLAIN_TEXT.get(table.name, set()), table.name
        for column in table.c:
            if isinstance(column.type, LargeBinary):
                name = f"{table.name}.{column.name}"
                assert (name in known) != (name in PLAIN_BYTES), name


def _is_text(column: Any) -> bool:
    return not isinstance(column.type, LargeBinary | Integer | Boolean | t.UTCTime)


# --- Two people who lived through everything -----------------------------------------------------


@pytest.fixture
def house(kind: Kind, tmp_path: Path) -> Iterator[House]:
    made = open_house(tmp_path, kind)
    made.store.hold_deletions({"harbour": timedelta(hours=24)})
    made.store.forget_at_providers([LINE.id])
    made.store.clear_at_providers({LINE.id: None})
    yield made
    made.store.close_sync()


async def lived(house: House) -> None:
    """Of each kind of sealed value there are two, of two people, or of two workers."""
    for n, number in enumerate(NUMBERS):
        answer = Answer("name", "answered", choices=(NAME,))
        step = saying(
            e.Filed("answer", "name"),
            e.Answered(answer),
            e.HandOver("partial", NOON),
            says=(Say("thanks", f"Thank you, {NAME}."),),
            standing="paused",
        )
        receipt = await house.inbox(step).receive(
            wrote(f"{WORDS} of {NAME}", f"SM{n}", number, ref=f"SM{n}")
        )
        await house.inbox().park(LINE.id, f"{WORDS} {number}")
        house.store.write_sync(lambda c, n=n, id=receipt.conversation: _about(c, house, n, id))  # type: ignore[misc]
    for n, number in enumerate(("+447700900125", "+447700900126")):
        await house.inbox().receive(wrote(WORDS, f"SM1{n}", number))
        gone = saying(e.Filed("command"), e.Forget("all"), says=(Say("d", "It is deleted."),))
        house.clock.at = NOON + timedelta(minutes=n + 1)
        await house.inbox(gone).receive(wrote("yes", f"SM2{n}", number))


def _about(connection: Connection, house: House, n: int, id: str) -> None:
    """What workers write, and what is theirs."""
    keys, worker = house.store.keys, f"w{n}"
    row = {"id": worker, "name": f"Sam {n}", "role": "lead", "created_at": NOON}
    sealed = {
        name: keys.master.seal(f"{MAIL}{n}", f"worker.{name}:{worker}")
        for name in ("email", "phone")
    }
    connection.execute(insert(t.worker).values(**row, **sealed))
    accounts.begin_second_factor(connection, keys, worker, TOTP)
    person = connection.execute(
        t.person.select()
        .join(t.conversation, t.conversation.c.person == t.person.c.id)
        .where(t.conversation.c.id == id)
    ).one()
    sealer = keys.person(person.wrapped_key, person.id)
    notes.add(connection, sealer, f"n{n}", id, worker, NOON, said=WORDS, saw=NAME)
    content = decisions.Content(WORDS, NAME, "", "", "", "", "", None)
    decisions.add(connection, sealer, f"d{n}", id, worker, NOON, content, None, None)
    level = concern.Content(WORDS, NAME, WORDS, "", "", "")
    concern.put(connection, sealer, f"c{n}", id, worker, NOON, 1, level, NOON, "")
    told = safeguarding.Content(WORDS, says=NAME)
    safeguarding.add(connection, sealer, f"s{n}", id, worker, NOON, "worried", told)
    for table, column, more in (
        (t.override, "reason", {"what": "write"}),
        (t.look, "words", {"purpose": "other"}),
        (t.holding, "note", {"what": "handed_on"}),
        (t.asked, "answer", {"what": "fix"}),
        (t.asked, "reason", {"what": "complain"}),
    ):
        own = f"{table.name}-{column}{n}"
        blob = sealer.seal(f"{NAME} {WORDS}", f"{table.name}.{column}:{own}")
        about = {"id": own, "conversation": id, "at": NOON}
        about |= {"worker": worker} if "worker" in table.c else {}
        connection.execute(insert(table).values(**about, **more, **{column: blob}))
    _looked_back(connection, house, id, worker)
    their_copies.begin(connection, sealer, id, [f"{NAME} {WORDS}"], NOON + timedelta(hours=1))
    legal_hold.put(connection, sealer, person.id, worker, f"court, {NAME}", NOON, NOON)
    audit.note(connection, keys, worker, "export.list", "1 CSV", NOON, why=f"for {NAME}")
    contact = connection.execute(
        t.contact.select()
        .add_columns(t.contact.c.id.label("address_of"))
        .where(t.contact.c.person == person.id)
    ).one()
    provider_logs.ask(connection, keys, contact, sealer, NOON, NOON)
    clearing.messages(connection, keys, id, select(t.message.c.id), NOON)


def _looked_back(connection: Connection, house: House, id: str, worker: str) -> None:
    keys, reason = house.store.keys, Reason(id, "noticed", id, NOON)
    opened = looking_back.open_one(connection, reason, NOON, worker)
    review = looked_back.find(connection, keys, opened, [LINE.service])
    sealer = looked_back.sealer_of(connection, keys, id)
    assert review
    assert sealer
    looked_back.write(connection, sealer, opened, looked_back.Content(WORDS), ())
    learnt = looked_back.Learnt(none_needed=f"{NAME} {WORDS}")
    assert looked_back.decide(connection, keys, review, learnt, worker, NOON, (None, None))


COLUMNS = [*places.PEOPLES, *(kind.column for kind in places.MASTERS)]


def named(column: Any) -> str:
    return f"{column.table.name}.{column.name}"


async def test_each_of_them_stands_there_twice_and_opens(house: House) -> None:
    await lived(house)
    for column in COLUMNS:
        many = [row for row in house.rows(column.table) if row[column.name]]
        assert len(many) >= 2, named(column)
    assert [f.light for f in doctor(house)] == ["green"]


def doctor(house: House) -> list[Any]:
    return house.store.read_sync(lambda c: list(keeping.sealed(c, house.store.keys)))


# --- Swapped, cut, under another key -------------------------------------------------------------


@pytest.mark.parametrize("column", COLUMNS, ids=named)
async def test_what_was_changed_is_an_alarm_at_the_doctor(
    house: House, caplog: pytest.LogCaptureFixture, column: Any
) -> None:
    await lived(house)
    key = (
        next(iter(column.table.primary_key))
        if column.table is not t.hidden
        else column.table.c.conversation
    )
    mine, other, *_ = [row for row in house.rows(column.table) if row[column.name]]
    own, others = mine[column.name], other[column.name]
    assert isinstance(own, bytes)
    assert isinstance(others, bytes)
    for how, spoil in SPOILT.items():
        before = alarm.total()
        _put(house, column, key, mine[key.name], spoil(own, others))
        [finding] = doctor(house)
        assert finding.light == "red", how
        table = "conversation" if column.table is t.hidden else column.table.name
        place = f"{table}.{column.name}:{mine[key.name]}"
        assert place in finding.says, how
        assert f"can't be opened: {place}" in caplog.text, how
        assert alarm.total() > before, how
        assert canaries.found(NEVER, [str(finding).encode(), caplog.text.encode()]) == set()
    _put(house, column, key, mine[key.name], own)
    assert [f.light for f in doctor(house)] == ["green"]


def _put(house: House, column: Any, key: Any, id: object, value: bytes) -> None:
    this = update(column.table).where(key == id).values({column.name: value})
    house.store.write_sync(lambda c: c.execute(this) and None)


@pytest.mark.parametrize("kind_of", rotation.KINDS, ids=lambda kind: kind.name)
async def test_what_is_put_back_from_before_a_rotation_opens_no_more(
    house: House, kind_of: rotation.Kind, caplog: pytest.LogCaptureFixture
) -> None:
    """A value sealed under a key that was changed, and is not given any more: the number says which
    key it was, and nothing tries another."""
    from bot import rotating

    await lived(house)
    column, key = kind_of.column, kind_of.key
    old = next(row for row in house.rows(kind_of.table) if row[column.name])
    list(rotating.rotate(Keys(NEW, KEY), house.store.write_sync, heard=0))
    house.store.close_sync()
    house.store = Store.open(house.url, Keys(NEW))
    assert [f.light for f in doctor(house)] == ["green"]
    value = old[column.name]
    assert isinstance(value, bytes)
    _put(house, column, key, old[key.name], value)
    assert [f.light for f in doctor(house)] == ["red"]
    assert f"can't be opened: {kind_of.name}:{old[key.name]}" in caplog.text
    with pytest.raises(Failed, match="1 rows do not open"):
        list(rotating.rotate(Keys(NEW), house.store.write_sync, heard=0))


# --- Stolen, without a key -----------------------------------------------------------------------


async def test_a_thief_reads_nothing_of_any_of_it(house: House, tmp_path: Path) -> None:
    """The database, its log, and a backup: no word, name, number, address or secret of a worker."""
    await lived(house)
    path = tmp_path / "stolen.db"
    backup.take(house.url, path)
    stolen = [house.everything(), path.read_bytes()]
    assert canaries.found(NEVER, stolen) == set()
    for secret in (*house.store.keys.standing, KEY):
        spelt = (secret, secret.hex().encode(), base64.b64encode(secret))
        assert not any(way in part for way in spelt for part in stolen)
    hidden: Any = house.rows(t.hidden)
    assert len(hidden) == 2
    assert house.store.read_sync(lambda c: hiding.is_hidden(c, hidden[0]["person"]))
