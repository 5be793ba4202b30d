"""Who was erased after a backup was made does not come back with it."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from store import erased, retention, rights
from store import tables as t
from tests.houses import LINE, NOON, NUMBER, House
from tests.operators.keeping import OTHER, back_up, hear, noting, restored, texts

WORDS = "the blue door at the harbour"


def erase(house: House, conversation: str) -> None:
    work = partial(rights.erase, keys=house.store.keys, conversation=conversation, at=NOON)
    house.store.write_sync(work)


async def test_an_erased_person_does_not_come_back(house: House, tmp_path: Path) -> None:
    ana, ben = await hear(house, WORDS), await hear(house, "Ben's own", number=OTHER)
    file = noting(house, tmp_path)
    path, _ = back_up(house, tmp_path)
    person = house.rows(t.conversation)[0]["person"]
    erase(house, ana)
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert texts(back, ana) == [""]
        assert texts(back, ben) == ["Ben's own"]
        gone = {row["id"]: row["wrapped_key"] for row in back.rows(t.person)}[person]
        assert gone is None, "their key is destroyed"
        assert WORDS.encode() not in back.everything()
        await hear(back, "I am new here")
        assert back.count(t.conversation) == 3, "they may come back as a stranger"
    with restored(path, "sqlite", tmp_path / "without") as back:
        assert texts(back, ana) == [WORDS], "it is the file that does it"


async def test_an_answer_that_was_forgotten_stays_so(house: House, tmp_path: Path) -> None:
    ana = await hear(house, WORDS, "another")
    message = house.rows(t.message)[0]["id"]
    row: dict[str, object] = {
        "id": "a1",
        "conversation": ana,
        "question": "lives",
        "status": "given",
    }
    row |= {"choices": b"sealed", "messages": [message], "fingerprint": "", "at": NOON}
    house.store.write_sync(lambda c: c.execute(insert(t.answer).values(row)) and None)
    file = noting(house, tmp_path)
    path, _ = back_up(house, tmp_path)
    house.store.write_sync(lambda c: rights.forget_answer(c, ana, "lives", NOON))
    with restored(path, "postgres", tmp_path / "new", erased.read(file)) as back:
        assert texts(back, ana) == ["", "another"]
        assert back.rows(t.answer)[0]["choices"] is None


async def test_a_conversation_that_expired_stays_so(house: House, tmp_path: Path) -> None:
    """The same person's later one is still there."""
    ana = await hear(house, WORDS)
    old = update(t.conversation).values(closed_at=NOON, delete_on=NOON)
    house.store.write_sync(lambda c: c.execute(old) and None)
    later = await hear(house, "I am back")
    file = noting(house, tmp_path)
    path, _ = back_up(house, tmp_path)
    keys = house.store.keys
    house.store.write_sync(lambda c: retention.expire(c, keys, ana, NOON + timedelta(days=1)))
    with restored(path, "sqlite", tmp_path / "new", erased.read(file)) as back:
        assert texts(back, ana) == [""]
        assert texts(back, later) == ["I am back"]


async def test_a_person_without_a_conversation_goes_altogether(
    house: House, tmp_path: Path
) -> None:
    await hear(house, WORDS)
    path, _ = back_up(house, tmp_path)
    noted = erased.Erased(people={str(house.rows(t.person)[0]["id"])})
    with restored(path, "sqlite", tmp_path / "new", noted) as back:
        assert WORDS.encode() not in back.everything()
        [gone] = [row for row in back.rows(t.person) if row["id"] in noted.people]
        assert gone["wrapped_key"] is None


async def test_the_notes_hold_ids_and_nothing_else(house: House, tmp_path: Path) -> None:
    ana = await hear(house, WORDS)
    file = noting(house, tmp_path)
    before = datetime.now(UTC).replace(microsecond=0)
    erase(house, ana)
    told = file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert WORDS not in told
    assert NUMBER.removeprefix("+") not in told
    noted = erased.read(file)
    assert noted.conversations == {ana}
    [(address, at)] = noted.addresses.items()
    assert address == house.store.keys.lookup(LINE.id, NUMBER).hex()
    assert at >= before


async def test_a_note_that_a_crash_cut_short_costs_no_other(house: House, tmp_path: Path) -> None:
    ana, ben = await hear(house, "one"), await hear(house, "two", number=OTHER)
    file = noting(house, tmp_path)
    erase(house, ana)
    with file.open("ab") as out:
        out.write(b'{"at": "2026-11-19T12:00:00+00:00", "peop')
    erase(house, ben)
    noted = erased.read(file)
    assert noted.conversations == {ana, ben}
    assert (len(noted.people), noted.unread) == (2, 1)


@pytest.mark.parametrize("text", ["nonsense", "[]", '"at"', '{"at": 1}', '{"at": "x"}', "\xff\0"])
def test_lines_that_are_no_notes_are_counted(text: str, tmp_path: Path) -> None:
    (tmp_path / erased.FILE).write_text(f"{text}\n", "utf-8")
    assert erased.read(tmp_path / erased.FILE) == erased.Erased(unread=1)


async def test_erasing_does_not_wait_for_the_notes(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What can't be noted is erased all the same, is told, and is noted at the next start."""
    ana = await hear(house, WORDS)
    person = house.rows(t.conversation)[0]["person"]
    house.store.note_erased_in(tmp_path / "no such folder" / erased.FILE)
    erase(house, ana)
    assert texts(house, ana) == [""]
    assert "could not be noted" in caplog.text
    assert erased.read(noting(house, tmp_path)).people == {person}
    assert len(json.loads((tmp_path / erased.FILE).read_text())["people"]) == 1


async def test_it_is_noted_before_it_is_committed(house: House, tmp_path: Path) -> None:
    ana = await hear(house, WORDS)
    file = noting(house, tmp_path)
    seen = []

    def fails(connection: object) -> None:
        rights.erase(connection, house.store.keys, ana, NOON)  # type: ignore[arg-type]
        seen.append(erased.read(file).conversations)
        raise KeyError

    with pytest.raises(KeyError):
        house.store.write_sync(fails)
    assert seen == [{ana}]
    standing = house.store.read_sync(lambda c: c.scalar(select(t.person.c.erased_at)))
    assert standing is None
