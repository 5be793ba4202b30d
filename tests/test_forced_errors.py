"""An error at every point of the way, whose text is full of what must not be seen: it is told of by
its kind and place, in the log at DEBUG, in what commands print, in /metrics and on pages."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot import copying, doctor, housekeeping, upkeep
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.house import House
from bot.outbound import Sender
from desk import listing, queries
from desk.exporting import leaving
from store import backup, leaving_for_good, outbox, retention, rotation
from store import tables as t
from store.session import Store
from tests.databases import fresh
from tests.running import BOT_TOKEN, TWILIO_TOKEN, Client, house
from tests.test_copying import KEY, KEYS, furnish, someone
from tests.test_log import NEVER, SHAPES, WORDS, chat, everybody_talks, sign_in, text
from tests.test_log import log as log

TOTP = "JBSWY3DPEHPK3PXP"
SAYS = f"cannot take {WORDS[0]} of {' and '.join(SHAPES)} with {BOT_TOKEN} {TWILIO_TOKEN} {TOTP}"
ALL = (*NEVER, *SHAPES, TOTP)


def breaking(*args: object, **more: object) -> Any:
    raise ValueError(SAYS)


async def breaking_soon(*args: object, **more: object) -> Any:
    raise ValueError(SAYS)


# --- While it serves -----------------------------------------------------------------------------

# Of what serves: where it breaks, and what breaks there.
POINTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "the sending by text": (SmsChannel, "send", breaking_soon),
    "the sending on Telegram": (TelegramChannel, "send", breaking_soon),
    "the look-up of what was sent": (SmsChannel, "find", breaking_soon),
    "the queue": (outbox, "due", breaking),
    "the page of the list": (listing, "by_promise", breaking),
    "the finding of an intake": (queries, "find", breaking),
    "a timer": (retention, "due_timers", breaking),
    "an erasing by date": (retention, "expired", breaking),
}


@pytest.mark.parametrize("point", POINTS)
async def test_what_breaks_while_it_serves_says_nothing(
    log: io.StringIO,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    async with house(tmp_path / "data", OWNPACE_MERGE_SECONDS="0") as (built, client):
        everybody_talks()
        session = await sign_in(built, client)
        for number, words in enumerate(["hello", "ok", "ok", "ok", *WORDS]):
            await text(client, number, words)
            await chat(client, number, words)
        if "look-up" in point:
            await built.store.write(begun_and_cut_short)
        place, name, broken = POINTS[point]
        monkeypatch.setattr(place, name, broken)
        told = await goes_on(built, client, session)
    out, err = capfd.readouterr()
    found = log.getvalue() + out + err + told
    assert [never for never in (*ALL, session) if never in found] == []
    assert "ValueError" in log.getvalue(), "it did break, and it is told"
    assert all(json.loads(line) for line in log.getvalue().splitlines())


def begun_and_cut_short(connection: Connection) -> None:
    """What waits was begun an hour ago, by a process that ended then."""
    since = datetime.now(UTC) - timedelta(hours=1)
    connection.execute(update(t.outgoing).values(state="begun", begun_at=since, attempts=1))


async def goes_on(built: House, client: Client, session: str) -> str:
    """All that happens meanwhile; what pages and /metrics say."""
    sender = Sender(built.store, built.channels, built.inbox, built.clock)
    running = [sender._look, built.housekeeper.ring, built.housekeeper.sweep]
    for work in running:
        try:
            await work()
        except ValueError as error:  # as the job's own loop tells it
            log_as_the_loop_does(error)
    await sender._end()
    told = []
    for path in ("/desk/", "/desk/intake/KTR-48293", "/metrics"):
        cookie = {"Cookie": f"ownpace={session}; __Host-ownpace={session}"}
        answer = await client.get(path, headers=cookie)
        told.append(await answer.text())
    return " ".join(told)


def log_as_the_loop_does(error: Exception) -> None:
    housekeeping.log.error("housekeeping failed: %s", type(error).__name__)


# --- Commands ------------------------------------------------------------------------------------

COMMANDS: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "backup": (("backup", "there.db"), backup, "take"),
    "doctor": (("doctor",), doctor, "run"),
    "copy": (("copy", "KTR-48293"), copying, "build"),
    "erase": (("erase", "KTR-48293", "--yes"), leaving_for_good, "erase"),
    "export": (("export", "--format", "csv"), leaving, "opened_all"),
    "rotate": (("keys", "rotate"), rotation, "begin"),
    "upgrade": (("db", "upgrade"), upkeep, "upgrade"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_breaks_tells_the_place_and_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from tests.operators.commanding import run

    url = fresh("sqlite", tmp_path)
    store = Store.open(url, KEYS)
    store.write_sync(furnish)
    store.write_sync(someone)
    store.close_sync()
    words, place, name = COMMANDS[command]
    monkeypatch.setattr(place, name, breaking)
    monkeypatch.chdir(tmp_path)
    done = run(tmp_path / "data", *words, OWNPACE_SECRET_KEY=KEY)
    assert done.returncode == 1
    assert "ValueError: this is a fault of Ownpace" in done.stderr
    assert "in breaking" in done.stderr, "the place is told"
    found = done.stdout + done.stderr
    assert [never for never in ALL if never in found] == []
