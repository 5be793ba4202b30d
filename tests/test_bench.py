"""The benchmark of the product: what it prints, and that what it compares is comparable."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Table, func, select

from bot.__main__ import cli
from bot.bench import cores, load, orm, people, rows, run, serving
from bot.bench.by_hand import by_hand
from bot.bench.memory import Memory
from bot.bench.people import FILE, Place, Talk, Town
from bot.bench.report import Figure, as_text, micros, ratio
from bot.bench.rounds import Rates, in_turns
from bot.clock import Clock
from bot.conversation.channel import Envelope, Receipt
from store import conversations
from store import tables as t
from store.sealing import Keys
from tests.worlds import world

TABLES = (t.seen, t.message, t.outgoing, t.answer, t.timer, t.agreement)
SEALED = {t.conversation: "state", t.message: "text", t.answer: "choices"}
TWO_WORDS = Talk(people.CROWD[:8], people.ANSWERS[:2])


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(people, "CROWD", people.CROWD[:16])
    return await people.settle(tmp_path / "town", world())


def counts(place: Place) -> dict[str, int]:
    queries = {table.name: select(func.count()).select_from(table) for table in TABLES}
    return {n: place.store.read_sync(lambda c, q=q: c.scalar(q) or 0) for n, q in queries.items()}  # type: ignore[misc]


async def test_the_bare_commits_write_the_very_rows_that_the_inbox_wrote(town: Town) -> None:
    notes = rows.Notes()
    with rows.noting(notes):
        noted = town.place(town.copy("noted"))
        place = noted.__enter__()
    before = counts(place)
    notes.groups.clear()
    await people.converse(place, place.inbox(cores.REAL), TWO_WORDS)
    after = counts(place)
    assert after["answer"] - before["answer"] >= 8
    again = town.copy("again")
    with closing(rows.bare(again / FILE)) as connection:
        rows.write_again(connection, notes.groups)
    with town.place(again) as copy:
        assert counts(copy) == after
    assert _content(town.folder.with_name("noted")) == _content(again)
    noted.__exit__(None, None, None)


def _content(folder: Path) -> list[object]:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        kept = [name for name in tables if name in t.metadata.tables]
        return [sorted(map(repr, connection.execute(f"SELECT * FROM {n}"))) for n in kept]  # noqa: S608


async def test_the_groups_are_those_of_the_inbox(town: Town) -> None:
    notes = rows.Notes()
    with rows.noting(notes), town.place(town.copy("noted")) as place:
        notes.groups.clear()
        await people.converse(place, place.inbox(cores.TRIVIAL), TWO_WORDS)
        writing = [group for group in notes.groups if group]
    assert len(writing) == 2  # eight at once, twice
    assert all(sum(len(wrote) for _, wrote in group) == 8 * 5 for group in writing)


async def test_the_usual_way_stores_what_the_inbox_stores(town: Town) -> None:
    with town.place(town.copy("ours")) as place:
        await people.converse(place, place.inbox(cores.TRIVIAL), TWO_WORDS)
        ours = counts(place)
    folder = town.copy("usual")
    with town.place(folder) as place, closing(orm.Usual(folder / FILE, town.keys, world())) as way:
        for address in TWO_WORDS.people:
            for words in TWO_WORDS.words:
                envelope = place.wrote(address, words)
                assert (await way.receive(envelope)).stored
                assert not (await way.receive(envelope)).stored
        assert counts(place) == ours


@pytest.mark.parametrize("core", [cores.REAL, cores.TRIVIAL], ids=["real", "trivial"])
async def test_steps_by_hand_write_the_rows_that_the_inbox_writes(
    town: Town, core: cores.Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(Clock, "now", lambda *_: now)
    talk = Talk(people.CROWD[:8], people.ANSWERS)
    with town.place(town.copy("ours")) as place:
        await people.converse(place, place.inbox(core), talk)
        ours = place.store.read_sync(lambda c: _opened(c, place.store.keys))
    folder = town.copy("by hand")
    with town.place(folder) as place, by_hand(folder / FILE, town.keys, world(), core) as way:
        for words in talk.words:
            await way.receive([place.wrote(address, words) for address in talk.people])
        theirs = place.store.read_sync(lambda c: _opened(c, place.store.keys))
    assert ours.keys() == theirs.keys()
    for table, expected in ours.items():
        assert theirs[table] == expected, table


async def test_by_hand_what_never_happens_in_these_talks_is_refused(town: Town) -> None:
    folder = town.copy("by hand")
    with (
        town.place(folder) as place,
        by_hand(folder / FILE, town.keys, world(), cores.REAL) as way,
        pytest.raises(ValueError, match="never in these talks"),
    ):
        await way.receive([place.wrote(people.CROWD[0], "stop")])


def _opened(connection: Connection, keys: Keys) -> dict[str, list[str]]:
    """All rows that a message changes, without their seals; new ids by their place in a
    conversation. What the provider calls its messages is only counted."""
    lines = conversations.by_id(connection, keys, connection.scalars(select(t.conversation.c.id)))
    names, counted = dict[str, str](), Counter[tuple[str, str]]()
    for table in (t.message, t.answer, t.agreement):
        query = select(table.c.id, table.c.conversation).order_by(table.c.id)
        for id, conversation in connection.execute(query):
            counted[table.name, conversation] += 1
            names[id] = f"{table.name} {counted[table.name, conversation]} of {conversation}"

    def told(table: Table) -> list[str]:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        for row in rows:
            if column := SEALED.get(table):
                line = lines[row.get("conversation", row["id"])]
                row[column] = line.sealer.open(row[column], f"{table.name}.{column}:{row['id']}")
        return sorted(
            re.sub("[0-9a-f]{32}", lambda id: names.get(id[0], id[0]), f"{row}") for row in rows
        )

    seen = connection.scalar(select(func.count()).select_from(t.seen))
    tables = (t.conversation, t.message, t.answer, t.outgoing, t.timer, t.agreement, t.contact)
    return {"seen": [f"{seen}"], **{table.name: told(table) for table in tables}}


async def test_both_sides_take_turns() -> None:
    order: list[str] = []

    def does(name: str, seconds: float) -> object:
        async def one_round() -> tuple[int, float]:
            order.append(name)
            return 10, seconds

        return one_round

    works = {"ours": does("ours", 1.0), "theirs": does("theirs", 2.0)}
    rates = await in_turns(works, 3, time.perf_counter() + 60)  # type: ignore[arg-type]
    assert order == ["ours", "theirs"] * 3
    assert (rates["ours"].best, rates["theirs"].middle) == (10.0, 5.0)
    await in_turns(works, 3, time.perf_counter() - 1)  # type: ignore[arg-type]
    assert order == ["ours", "theirs"] * 4  # late, and still one round


def test_a_target_is_met_or_plainly_not() -> None:
    ours, theirs = Rates((7.0, 5.0, 9.0)), Rates((10.0, 4.0, 12.0))
    assert ratio("x", ours, theirs, 0.75, "steps").met is True  # 0.7, 1.25 and 0.75
    missed = ratio("x", ours, theirs, 0.76, "steps")
    assert (missed.met, missed.best, missed.median) == (False, 0.75, 0.75)
    assert "NOT met" in as_text([missed])
    assert micros("x", Rates((1e5,)), 10.0).met is True
    assert micros("x", Rates((0.9e5,)), 10.0).met is False
    assert "no target" in as_text([micros("x", ours, None)])


async def test_a_refused_request_is_no_figure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(envelope: Envelope) -> Receipt:
        raise RuntimeError

    monkeypatch.setattr(serving, "_nothing", broken)
    with pytest.raises(serving.Refused, match="503"):
        await serving.compare(town, time.perf_counter())


async def test_without_a_store_the_same_is_decided(town: Town) -> None:
    """What the store is held against comes as far as the inbox does, with the same answers."""
    one, memory = people.CROWD[:1], Memory(town.world)
    with town.place(town.copy("stored")) as place:
        await people.converse(place, place.inbox(cores.REAL), Talk(one, people.ANSWERS))
        for words in people.ANSWERS:
            await memory.receive(place.wrote(one[0], words))
        known = [(place.account.id, one[0])]
        (line,) = place.store.read_sync(
            lambda c: conversations.by_address(c, town.keys, known)
        ).values()
    ours = memory._people[one[0]]
    assert ours.position == line.conversation.position
    assert ours.answers.keys() == line.conversation.answers.keys()


def test_the_length_of_an_answer() -> None:
    assert load.length(b"HTTP/1.1 200 OK\r\ncontent-Length: 11\r\nServer: x\r\n\r\n") == 11
    assert load.length(b"HTTP/1.1 204 No Content\r\n\r\n") == 0


def test_the_command_prints_every_figure() -> None:
    """The shortest run: a round of each. Whether a target is met says nothing here."""
    done = CliRunner().invoke(cli, ["bench", "--seconds", "1", "--json"])
    assert done.exit_code == 0, done.output
    figures = [Figure(**each) for each in json.loads(done.output)]
    assert len(figures) == 8 + 4 + 3
    assert all(figure.best > 0 for figure in figures)
    targets = [figure.target for figure in figures if figure.unit == "ratio"]
    assert targets == ["at least 0.7", ""] * 4 + ["at least 0.3"] * 2 + ["", "at least 8"]
    assert figures[12].target == "at most 10"


def test_what_can_not_be_measured_ends_in_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> list[Figure]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "measure", full)
    done = CliRunner().invoke(cli, ["bench"])
    assert done.exit_code == 1
    assert done.output == "This could not be measured: [Errno 28] No space left on device\n"


def test_the_whole_crowd_says_everything_once() -> None:
    assert (set(run.AT_ONCE), serving.CONNECTIONS) == ({16, 128}, 64)
    for at_once in (*run.AT_ONCE, serving.CONNECTIONS):
        rounds = people.talks(at_once)
        assert len(rounds) >= people.ROUNDS
        assert all(len(talk.people) == at_once for talk in rounds)
        written = {(address, words) for r in rounds for address in r.people for words in r.words}
        assert len(written) == sum(map(len, rounds)) == len(people.CROWD) * len(people.ANSWERS)
