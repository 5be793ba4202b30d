"""What an operator watches: who may see it, that it counts what happens, that it names nobody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, select

from bot import metrics
from bot.conversation.channel import TELEGRAM, Account, Away, Envelope
from bot.conversation.model import Delivered, Wrote
from bot.house import House
from bot.outbound import Sender
from store import tables as t
from tests.houses import LINE, NOON, open_house, wrote
from tests.houses import House as Small
from tests.running import PUBLIC, SECRET, SID, Client, house, signed

TOKEN = "token-of-the-tests-0123456789"
NUMBER, WORDS = "+447700900123", "zebrafinch"
BOT = Account("telegram:4711", LINE.service, TELEGRAM)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[House, Client]]:
    at_once = {"OWNPACE_MERGE_SECONDS": "0"}
    async with house(tmp_path / "data", OWNPACE_METRICS_TOKEN=TOKEN, **at_once) as parts:
        yield parts


async def read(client: Client) -> dict[str, float]:
    """Every figure by its name and labels, as `name{a,b}`."""
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return figures(await answer.text())


def figures(page: str) -> dict[str, float]:
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def text(client: Client, sid: str, words: str = "hello") -> int:
    fields = {"AccountSid": SID, "MessageSid": sid, "From": NUMBER, "Body": words}
    body, headers = signed("/channels/sms", fields)
    return (await client.post("/channels/sms", data=body, headers=headers)).status


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A small house with a bot beside its number."""
    made = open_house(tmp_path)
    row = {"id": BOT.id, "service": BOT.service, "channel": BOT.traits.name}
    made.store.write_sync(lambda c: c.execute(insert(t.account).values(row)) and None)
    made.accounts = {LINE.id: LINE, BOT.id: BOT}
    yield made
    made.store.close_sync()


async def became(small: Small, *group: Envelope) -> dict[str, float]:
    """What the figures say of a group that came in at once; those that stand still left out."""
    inbox, before = small.inbox(), figures(generate_latest(metrics.REGISTRY).decode())
    await asyncio.gather(*map(inbox.receive, group), return_exceptions=True)
    after = figures(generate_latest(metrics.REGISTRY).decode())
    grown = {name: after[name] - before.get(name, 0) for name in after}
    counted = ("ownpace_taken_total", "ownpace_commit_seconds_count")
    return {name: more for name, more in grown.items() if more and name.startswith(counted)}


# --- Who may see it ---


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"Forwarded": "for=127.0.0.1"}, 403),
        ({"Via": "1.1 proxy"}, 403),
        ({"Host": "quay.example.org"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"X-Forwarded-For": "10.0.0.1", "Authorization": f"Bearer {TOKEN}"}, 200),
        ({"Host": "quay.example.org", "Authorization": f"Bearer {TOKEN}"}, 200),
        ({"X-Forwarded-For": "10.0.0.1", "Authorization": f"Bearer {TOKEN}x"}, 403),
        ({"X-Forwarded-For": "10.0.0.1", "Authorization": "Bearer "}, 403),
        ({"X-Forwarded-For": "10.0.0.1", "Authorization": "Bearer é"}, 403),
        ({"X-Forwarded-For": "10.0.0.1", "Authorization": f"Basic {TOKEN}"}, 403),
    ],
)
async def test_only_this_machine_or_who_bears_the_token(
    running: tuple[House, Client], headers: dict[str, str], status: int
) -> None:
    answer = await running[1].get("/metrics", headers=headers)
    assert answer.status == status
    assert ("ownpace_" in await answer.text()) == (status == 200)


async def test_without_a_token_no_bearer_gets_in(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as (_, client):
        for given in ("Bearer ", "Bearer None", "Bearer"):
            spoof = {"X-Forwarded-For": "10.0.0.1", "Authorization": given}
            assert (await client.get("/metrics", headers=spoof)).status == 403


# --- What it counts ---


async def test_it_counts_what_comes_in_and_what_waits(running: tuple[House, Client]) -> None:
    _, client = running
    before = await read(client)
    assert [await text(client, "SM1"), await text(client, "SM1")] == [200, 200]
    assert (await client.post("/channels/sms", data="a=b")).status == 403
    assert (await client.post("/channels/sms", data=b"a=" + b"x" * 70_000)).status == 413
    assert (await client.post("/channels/telegram", data="{}")).status == 403
    broken = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    assert (await client.post("/channels/telegram", data="{", headers=broken)).status == 200
    after = await read(client)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more("ownpace_taken_total{sms,wrote,stored}") == 1
    assert more("ownpace_taken_total{sms,wrote,copy}") == 1
    assert more("ownpace_refused_total{sms,forbidden}") == 1
    assert more("ownpace_refused_total{sms,too_large}") == 1
    assert more("ownpace_refused_total{telegram,forbidden}") == 1
    assert more("ownpace_step_seconds_count{}") == 1
    assert more("ownpace_commit_seconds_count{}") == 2
    assert after["ownpace_queue{sms}"] == 1
    assert 0 <= after["ownpace_queue_oldest_seconds{sms}"] < 60
    assert (after["ownpace_queue{telegram}"], after["ownpace_handovers_unread{}"]) == (0, 0)
    assert after["ownpace_set_aside{unreadable}"] == 1
    assert after["ownpace_database_up{}"] == 1
    assert after["process_resident_memory_bytes{}"] > 1_000_000


async def test_it_counts_steps_that_fail(running: tuple[House, Client]) -> None:
    built, client = running

    def breaks(*args: object) -> None:
        raise ValueError(WORDS)

    built.inbox._step = metrics.timed(breaks)  # type: ignore[arg-type]
    before = await read(client)
    assert await text(client, "SM1") == 200
    after = await read(client)
    name = "ownpace_steps_failed_total{wrote}"
    assert after[name] - before.get(name, 0) == 1
    assert after["ownpace_set_aside{step}"] == 1


async def test_it_counts_what_goes_out(running: tuple[House, Client]) -> None:
    """Nobody listens where it sends to: each try is counted, the second as tried again."""
    built, client = running
    await text(client, "SM1")
    before = await read(client)
    sender = Sender(built.store, built.channels, built.inbox, built.clock)
    assert await sender.sweep() == 1
    after = await read(client)
    name = "ownpace_sends_total{sms,retry}"
    assert after[name] - before.get(name, 0) == 1
    assert after["ownpace_sms_parts_total{}"] == before["ownpace_sms_parts_total{}"]


async def test_a_flood_shows(running: tuple[House, Client]) -> None:
    """Every message that is left without an answer counts, and no other."""
    built, client = running
    before, said, unanswered = await read(client), 0, 0
    for number in range(15):
        await text(client, f"SM{number}", f"words {number}")
        queued = await built.store.read(lambda c: c.scalars(select(t.outgoing.c.message)).all())
        unanswered += len(queued) == said
        said = len(queued)
    after = await read(client)
    name = "ownpace_flooded_total{sms}"
    assert 0 < unanswered < 15
    assert after.get(name, 0) - before.get(name, 0) == unanswered


async def test_each_of_a_group_is_counted_by_what_became_of_it(small: Small) -> None:
    """One commit takes all of them; the figures are per channel, event and outcome."""
    chat = Envelope(Wrote("hello"), NOON, BOT.id, "7001", "u1")
    news = Envelope(Delivered("nobody's", "sent"), NOON)
    texts = [wrote("hello", id=f"SM{n}", number=f"+44770090010{n}") for n in range(3)]
    assert await became(small, *texts, texts[0], chat, texts[1], news) == {
        "ownpace_taken_total{sms,wrote,stored}": 3,
        "ownpace_taken_total{sms,wrote,copy}": 2,
        "ownpace_taken_total{telegram,wrote,stored}": 1,
        "ownpace_taken_total{inside,delivered,copy}": 1,
        "ownpace_commit_seconds_count{}": 1,
    }


async def test_what_cannot_be_stored_is_counted_as_failed_and_the_rest_as_stored(
    small: Small,
) -> None:
    await small.store.write(t.parked.drop)  # it can't even be set aside
    nobodys = replace(wrote("hello", id="SM0"), account="sms:another")
    found = await became(small, nobodys, wrote("hello", id="SM1"), wrote("again", id="SM2"))
    assert {name: n for name, n in found.items() if "taken" in name} == {
        "ownpace_taken_total{sms,wrote,failed}": 1,
        "ownpace_taken_total{sms,wrote,stored}": 2,
    }


async def test_while_the_database_is_away_each_is_counted_as_such(small: Small) -> None:
    async def away(work: object) -> None:
        raise Away

    small.store.write = away  # type: ignore[method-assign, assignment]
    found = await became(small, wrote("hello", id="SM0"), wrote("hello", id="SM1"))
    assert found["ownpace_taken_total{sms,wrote,away}"] == 2
    assert sum(n for name, n in found.items() if "taken" in name) == 2


async def test_a_database_that_is_away_shows(running: tuple[House, Client]) -> None:
    built, client = running
    built.store._reading.dispose()
    path = built.plan.settings.data / "ownpace.db"
    for name in ("ownpace.db-wal", "ownpace.db-shm", "ownpace.db"):
        path.with_name(name).unlink(missing_ok=True)
    path.mkdir()
    assert (await read(client))["ownpace_database_up{}"] == 0


# --- What it must not say ---


async def test_it_names_nobody(running: tuple[House, Client]) -> None:
    _, client = running
    await text(client, "SM1", WORDS)
    await client.get(f"/desk/{WORDS}/{NUMBER}")
    found = await (await client.get("/metrics")).text()
    found = re.sub(r" [0-9.e+-]+$", "", found, flags=re.MULTILINE)  # any digits may be in a figure
    for never in (WORDS, NUMBER, NUMBER[1:], "900001", "4711", SID, TOKEN, SECRET, PUBLIC, "SM1"):
        assert never not in found, never
    labels = set(re.findall(r'="([^"]*)"', found))
    assert [
        label for label in labels if not re.fullmatch(r"[a-z_-]+|[0-9.e+-]+|\+Inf", label)
    ] == []


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("sms:+447700900001", "sms"),
        ("telegram:4711", "telegram"),
        ("rehearsal-sms", "rehearsal-sms"),
        ("+447700900001", "other"),
        ("", "inside"),
    ],
)
def test_an_account_is_told_by_its_kind(account: str, told: str) -> None:
    assert metrics.kind(account) == told


def test_every_figure_says_what_it_is() -> None:
    for family in metrics.REGISTRY.collect():
        assert family.documentation, family.name
