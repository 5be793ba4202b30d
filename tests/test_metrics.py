"""What an operator watches: who may see it, that it counts what happens, that it names nobody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.app import House
from bot.outbound import Sender
from tests.running import PUBLIC, SECRET, SID, Client, house, signed

TOKEN = "token-of-the-tests-0123456789"
NUMBER, WORDS = "+447700900123", "zebrafinch"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[House, Client]]:
    async with house(tmp_path / "data", OWNPACE_METRICS_TOKEN=TOKEN) as parts:
        yield parts


async def read(client: Client) -> dict[str, float]:
    """Every figure by its name and labels, as `name{a,b}`."""
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for family in text_string_to_metric_families(await answer.text())
        for sample in family.samples
    }


async def text(client: Client, sid: str, words: str = "hello") -> int:
    fields = {"AccountSid": SID, "MessageSid": sid, "From": NUMBER, "Body": words}
    body, headers = signed("/channels/sms", fields)
    return (await client.post("/channels/sms", data=body, headers=headers)).status


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
    _, client = running
    before = await read(client)
    for number in range(15):
        await text(client, f"SM{number}", f"words {number}")
    after = await read(client)
    name = "ownpace_flooded_total{sms}"
    assert after[name] - before.get(name, 0) >= 1


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
