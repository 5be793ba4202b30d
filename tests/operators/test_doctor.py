"""`ownpace doctor`: every light, and what it never says."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, insert, text, update

from bot import doctor, rotating, upkeep, worlds
from bot.doctor import outside
from bot.doctor.finding import Finding
from store import accounts, duty, rotation
from store import tables as t
from store.sealing import Keys
from tests.emulators.telegram import Telegram
from tests.emulators.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.emulators.twilio_log import Fault
from tests.houses import KEY, House
from tests.operators.keeping import hear
from tests.running import NOWHERE

NOW = datetime.now(UTC)
PLACE = {
    "OWNPACE_SERVICE_NAME": "Quay House",
    "OWNPACE_SERVICE_PHONE": "07700 900 001",
    "OWNPACE_SERVICE_HOURS": "Mo-Su 00:00-23:59",
}


class Practice:
    """A healthy, live installation; a test makes one thing ill."""

    def __init__(self, folder: Path, house: House, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.house, self._patch = folder, house, patch
        self.data, self.key = folder / "data", folder / "elsewhere/key"
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.key.parent.mkdir(mode=0o700)
        self.key.write_bytes(KEY)
        self.key.chmod(0o600)
        self.set(DATABASE_URL=house.url, OWNPACE_DATA=str(self.data), **PLACE)
        self.set(OWNPACE_SECRET_KEY_FILE=str(self.key))
        last = {"at": NOW.isoformat()}
        self.write(upkeep.LAST_BACKUP, json.dumps(last))

    def set(self, **values: str) -> None:
        for name, value in values.items():
            self._patch.setenv(name, value)

    def write(self, name: str, text: str) -> Path:
        path = self.data / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    async def light(self, about: str) -> tuple[str, int]:
        """The worst light of one thing, and the number that the command ends with."""
        found, code = await self.all()
        lights = [f.light for f in found if f.about == about]
        return max(lights, key=["green", "yellow", "red"].index), code

    async def all(self) -> tuple[list[Finding], int]:
        return await asyncio.to_thread(doctor.examine)


@pytest.fixture
def practice(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    return Practice(tmp_path, house, monkeypatch)


@pytest_asyncio.fixture
async def live(practice: Practice) -> AsyncIterator[tuple[Practice, Twilio, Telegram]]:
    """Live on both channels; both providers and our own door answer."""

    async def ok(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    door = web.Application()
    door.router.add_get("/healthz", ok)
    async with Twilio() as twilio, Telegram() as telegram, TestServer(door) as server:
        public = str(server.make_url("")).rstrip("/")
        telegram.hook["url"] = f"{public}/channels/telegram"
        practice.set(TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_FROM=NUMBER)
        practice.set(TWILIO_API_BASE=twilio.base_url, TELEGRAM_API_BASE=telegram.base)
        practice.set(TELEGRAM_BOT_TOKEN=telegram.token, OWNPACE_PUBLIC_URL=public)
        change(practice.house, update(t.account).values(read_to=datetime.now(UTC)))
        yield practice, twilio, telegram


def change(house: House, statement: Any) -> None:
    house.store.write_sync(lambda c: c.execute(statement) and None)


Live = tuple[Practice, Twilio, Telegram]


def on_duty(house: House, days: int) -> str:
    """Somebody is, by a way that was tested so many days ago; their id."""
    then, keys = datetime.now(UTC) - timedelta(days=days), house.store.keys

    def work(connection: Connection) -> str:
        id = accounts.add_worker(connection, "Lee", "lead", then)
        duty.add(connection, "harbour", id)
        duty.set_addresses(connection, keys, id, "lee@example.org", "")
        _, token = duty.begin_test(connection, "harbour", id, "email", then)
        assert duty.answer(connection, token, then)
        return id

    return house.store.write_sync(work)


@pytest.mark.parametrize(
    ("days", "then", "light"),
    [(6, "", "green"), (8, "", "yellow"), (1, "failed", "red"), (1, "nobody", "yellow")],
)
async def test_whether_workers_are_reached(live: Live, days: int, then: str, light: str) -> None:
    house = live[0].house
    lee = on_duty(house, days)
    if then == "nobody":
        house.store.write_sync(lambda c: duty.remove(c, "harbour", lee))
    if then == "failed":
        now = datetime.now(UTC)
        id, _ = house.store.write_sync(lambda c: duty.begin_test(c, "harbour", lee, "email", now))
        house.store.write_sync(lambda c: duty.test_failed(c, id, "Connect"))
    found, _ = await live[0].all()
    about = [f for f in found if f.about == "on duty"]
    assert light in {f.light for f in about}
    assert not [f for f in about if "lee" in f.says.casefold().split()]


async def test_all_is_well(live: Live) -> None:
    """But for the certificate that a test has not, and holidays."""
    on_duty(live[0].house, days=1)
    found, code = await live[0].all()
    assert {f.about for f in found if f.light != "green"} == {"address", "hours"}
    assert code == 0
    assert {f.about for f in found} >= {"twilio", "telegram", "clock", "queue", "integrity"}


async def test_it_says_no_secret_no_number_and_no_word(live: Live) -> None:
    practice, twilio, telegram = live
    await hear(practice.house, "a canary of words")
    change(practice.house, update(t.outgoing).values(not_before=NOW - timedelta(days=1)))
    twilio.fail(Fault(500), 9, "GET")
    telegram.fault("getMe", status=500, description=f"canary {telegram.token}")
    lines: list[str] = []
    for as_json in (False, True):
        await asyncio.to_thread(doctor.run, lines.append, as_json)
    said = "\n".join(lines)
    secrets = (TOKEN, telegram.token, NUMBER, ACCOUNT, KEY.decode(), "canary", "7700900123")
    assert [secret for secret in secrets if secret in said] == []
    assert json.loads(lines[-1])["light"] == "red"


def credentials(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(TWILIO_AUTH_TOKEN="of-yesterday")


def suspended(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    twilio.rest.standing["status"] = "suspended"


def trial(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    twilio.rest.standing["type"] = "Trial"


def twilio_gone(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(TWILIO_API_BASE=NOWHERE)


def token(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(TELEGRAM_BOT_TOKEN="4711:of-yesterday")


def other_hook(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    telegram.hook["url"] = "https://another.example.org"


def hook_left(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(TELEGRAM_MODE="polling")


def many_wait(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    telegram.waiting += [("queue", {"update_id": number}) for number in range(101)]


def nobody_there(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(OWNPACE_PUBLIC_URL=NOWHERE)


def key_beside(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(OWNPACE_SECRET_KEY_FILE=str(practice.write("secret-key", KEY.decode())))


def key_loose(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.key.chmod(0o640)


def other_key(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.key.write_text("x" * 32)


def loose(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.write("note", "").chmod(0o644)


def no_backup(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    (practice.data / upkeep.LAST_BACKUP).unlink()


def old_backup(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.write(upkeep.LAST_BACKUP, json.dumps({"at": "2026-01-01T00:00:00+00:00"}))


def placeholders(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(OWNPACE_SERVICE_PHONE="CHANGE ME")


def untranslated(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    practice.set(OWNPACE_SERVICE_LANGUAGES="en,tlh")


def not_read_back(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    change(practice.house, update(t.account).values(read_to=None))


def parked(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    account = practice.house.rows(t.account)[0]["id"]
    content = practice.house.store.keys.master.seal("odd", "parked.content:p")
    row = {"id": "p", "account": account, "kind": "step", "content": content, "at": NOW}
    change(practice.house, insert(t.parked).values(row))


def newer(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    revision(practice, "9999")


def older(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    revision(practice, "0001")


def revision(practice: Practice, to: str) -> None:
    change(practice.house, text("UPDATE alembic_version SET version_num = :to").bindparams(to=to))


def unnoted(practice: Practice, twilio: Twilio, telegram: Telegram) -> None:
    service = practice.house.rows(t.service)[0]["id"]
    row = {"id": "x", "service": service, "created_at": NOW, "erased_at": NOW}
    change(practice.house, insert(t.person).values(row))


@pytest.mark.parametrize(
    ("ill", "about", "light", "code"),
    [
        (credentials, "twilio", "red", 1),
        (suspended, "twilio", "red", 1),
        (trial, "twilio", "yellow", 0),
        (twilio_gone, "twilio", "red", 1),
        (token, "telegram", "red", 1),
        (other_hook, "telegram", "red", 1),
        (hook_left, "telegram", "yellow", 0),
        (many_wait, "telegram", "yellow", 0),
        (nobody_there, "address", "red", 1),
        (key_loose, "master key", "red", 1),
        (other_key, "master key", "red", 1),
        (loose, "rights", "red", 1),
        (no_backup, "backup", "yellow", 0),
        (old_backup, "backup", "yellow", 0),
        (placeholders, "service", "red", 1),
        (untranslated, "languages", "red", 1),
        (not_read_back, "read-back", "yellow", 0),
        (parked, "set aside", "yellow", 0),
        (newer, "database", "red", 1),
        (older, "database", "yellow", 0),
        (unnoted, "erased", "yellow", 0),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_is_ill_is_seen(
    live: Live,
    ill: Callable[[Practice, Twilio, Telegram], None],
    about: str,
    light: str,
    code: int,
) -> None:
    ill(*live)
    assert await live[0].light(about) == (light, code)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_language_in_which_no_cues_are_looked_for_is_told(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await practice.light("cues") == ("green", 0)
    blind = replace(worlds.read(), cues={})
    monkeypatch.setattr("bot.doctor.inside.worlds.read", lambda: blind)
    assert await practice.light("cues") == ("yellow", 0)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_the_key_beside_the_database_is_red_only_where_real_people_are(
    practice: Practice,
) -> None:
    practice.set(OWNPACE_SECRET_KEY_FILE=str(practice.write("secret-key", KEY.decode())))
    assert await practice.light("master key") == ("yellow", 0)
    practice.set(TELEGRAM_BOT_TOKEN="4711:abc", TELEGRAM_API_BASE=NOWHERE)
    assert await practice.light("master key") == ("red", 1)
    practice.set(OWNPACE_SECRET_KEY_FILE=str(practice.key))
    assert (await practice.light("master key"))[0] == "green"


@pytest.mark.parametrize(("late", "light"), [(5, "green"), (20, "yellow"), (61, "red")])
async def test_words_that_do_not_go_out_are_seen(practice: Practice, late: int, light: str) -> None:
    await hear(practice.house, "hello")
    since = datetime.now(UTC) - timedelta(minutes=late)
    change(practice.house, update(t.outgoing).values(not_before=since))
    assert (await practice.light("queue"))[0] == light


async def test_a_promise_that_was_not_kept_is_red(practice: Practice) -> None:
    ana = await hear(practice.house, "hello")
    row: dict[str, Any] = {"id": "h", "conversation": ana, "service": "harbour", "at": NOW}
    change(practice.house, update(t.outgoing).values(state="sent"))
    row |= {"reference": "KTR-48293", "kind": "partial", "due_at": NOW - timedelta(minutes=1)}
    change(practice.house, insert(t.handover).values(row))
    assert await practice.light("promises") == ("red", 1)
    change(practice.house, update(t.handover).values(taken_at=NOW, taken_by="w"))
    assert await practice.light("promises") == ("green", 0)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_damaged_database_is_red(practice: Practice) -> None:
    ana = await hear(practice.house, "hello")
    practice.house.store.close_sync()
    path = practice.data / "ownpace.db"
    whole = path.read_bytes()
    at = whole.index(ana.encode())
    path.write_bytes(
        whole[: at // 4096 * 4096] + b"\xff" * 4096 + whole[at // 4096 * 4096 + 4096 :]
    )
    assert await practice.light("integrity") == ("red", 1)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_an_index_that_lies_is_red(practice: Practice) -> None:
    """Every query still answers: only a look at every page finds it."""
    await hear(practice.house, "hello")
    with closing(sqlite3.connect(practice.data / "ownpace.db")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'ix_answer_conversation') WHERE name = 'ix_message_conversation'"
        )
        connection.commit()
    assert await practice.light("integrity") == ("red", 1)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_rows_that_hang_in_the_air_are_red(practice: Practice) -> None:
    with closing(sqlite3.connect(practice.data / "ownpace.db")) as connection:
        connection.execute("INSERT INTO timer VALUES ('nobody', 'remind', '2026-01-01 00:00:00')")
        connection.commit()
    assert await practice.light("integrity") == ("red", 1)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_database_that_is_away_is_said_and_the_rest_is_looked_at(live: Live) -> None:
    practice = live[0]
    practice.set(DATABASE_URL="postgresql://u:hunter2@127.0.0.1:9/none")
    found, code = await practice.all()
    assert code == 4
    [says] = [f.says for f in found if f.about == "database"]
    assert "does not answer" in says
    assert "hunter2" not in repr(found)
    assert {f.about: f.light for f in found}["twilio"] == "green"


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_who_hangs_is_not_waited_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.5)
    done = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await done.wait()
        return web.Response()

    door = web.Application()
    door.router.add_get("/healthz", hang)
    live[2].fault("getMe", "hang")
    async with TestServer(door) as server:
        live[0].set(OWNPACE_PUBLIC_URL=str(server.make_url("")).rstrip("/"))
        found, _ = await live[0].all()
        done.set()
    lights = {f.about: f.light for f in found}
    assert (lights["address"], lights["telegram"]) == ("red", "red")


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(("away", "light"), [(10, "green"), (60, "yellow"), (600, "red")])
async def test_a_clock_that_is_wrong_is_seen(live: Live, away: int, light: str) -> None:
    real = live[0]

    async def wrong(request: web.Request) -> web.Response:
        at = datetime.now(UTC) - timedelta(seconds=away)
        date = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return web.Response(headers={"Date": date})

    other = web.Application()
    other.router.add_route("*", "/{all:.*}", wrong)
    async with TestServer(other) as server:
        real.set(TELEGRAM_API_BASE=str(server.make_url("")).rstrip("/"))
        assert (await real.light("clock"))[0] == light


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_wrong_settings_are_all_it_says(practice: Practice) -> None:
    practice.set(OWNPACE_PORT="x", TWILIO_FROM="nobody")
    found, code = await practice.all()
    assert code == 3
    assert [f.light for f in found] == ["red", "red"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_nothing_is_made_by_looking(
    tmp_path: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("OWNPACE_SECRET_KEY_FILE")
    practice.set(OWNPACE_DATA=str(tmp_path / "nothing"))
    assert (await practice.all())[1] == 0
    assert not (tmp_path / "nothing").exists()


# --- Keys, what is sealed, what is to be deleted -------------------------------------------------


async def says(practice: Practice, about: str) -> str:
    return " ".join(f.says for f in (await practice.all())[0] if f.about == about)


async def test_a_rotation_that_was_cut_short_is_told(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between begin and end the old key is needed; then it may go; then all is green."""
    new = b"a-new-master-key-32-or-more-of-it"
    given = [Keys(new, KEY)]
    monkeypatch.setattr(upkeep, "keys", lambda *_, **__: given[-1])
    await hear(practice.house, "the blue door")
    write = practice.house.store.write_sync
    assert "a newer one was given" in await says(practice, "keys")
    write(lambda c: rotation.begin(c, Keys(new, KEY)))
    assert "1 rows need one of before: keep it" in await says(practice, "keys")
    list(rotating.rotate(Keys(new, KEY), write, heard=0))
    assert "nothing needs one of before" in await says(practice, "keys")
    given.append(Keys(new))
    assert (await practice.light("keys"))[0] == "green"


async def test_what_does_not_open_is_red_and_named_by_id(practice: Practice) -> None:
    await hear(practice.house, "the blue door")
    assert (await practice.light("sealed"))[0] == "green"
    [message] = [r for r in practice.house.rows(t.message) if r["direction"] == "in"]
    spoilt = update(t.message).where(t.message.c.id == message["id"]).values(text=b"\x01odd")
    practice.house.store.write_sync(lambda c: c.execute(spoilt) and None)
    assert (await practice.light("sealed"))[0] == "red"
    assert f"message.text:{message['id']}" in await says(practice, "sealed")


async def test_a_key_of_a_person_that_does_not_open_is_red(practice: Practice) -> None:
    await hear(practice.house, "the blue door")
    spoilt = update(t.person).values(wrapped_key=b"\x07" + b"x" * 60)
    practice.house.store.write_sync(lambda c: c.execute(spoilt) and None)
    assert (await practice.light("sealed"))[0] == "red"
