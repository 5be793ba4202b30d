"""Another case system is told by its web hook: a real server on this machine is it."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.conversation.channel import Envelope
from bot.conversation.effects import Effect, Forget, HandOver, TakeBack
from bot.conversation.model import Wrote
from bot.telling_outside import SIGNATURE, Hook, TellingOutside
from store import retention
from store import tables as t
from tests.houses import LINE, NUMBER, House, saying
from tests.running import house as whole_house

SECRET = "a secret that both of the systems know"
WORDS = "my sister. and the dog honestly"
DUE = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)


@dataclass
class CaseSystem:
    """What it was sent; `answers` are its next answers, 204 afterwards."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Callable[[], web.StreamResponse]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        told = dict(part.split("=", 1) for part in request.headers[SIGNATURE].split(","))
        signed = told["t"].encode() + b"." + body
        assert told["v1"] == hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
        assert request.content_type == "application/json"
        self.got.append(json.loads(body) | {"t": int(told["t"]), "path": request.path})
        return self.answers.pop(0)() if self.answers else web.Response(status=204)

    @property
    def kinds(self) -> list[str]:
        return [told["kind"] for told in self.got]


@pytest.fixture
async def system() -> AsyncIterator[CaseSystem]:
    made, app = CaseSystem(), web.Application()
    app.router.add_post("/{any:.*}", made.take)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = str(server.make_url("/hook"))
        yield made


@pytest.fixture
async def telling(house: House, system: CaseSystem) -> Callable[[], Any]:
    """One look of the job."""
    house.store.tell_outside()
    hook = Hook(system.url, SECRET, "https://intake.example.org")
    job = TellingOutside(house.store, house.clock, hook)

    async def look() -> None:
        async with aiohttp.ClientSession() as session:
            await job.look(session)

    return look


async def does(house: House, *effects: Effect, number: str = NUMBER) -> str:
    """Somebody writes, and this follows; the conversation."""
    inbox = house.inbox(saying(*effects))
    receipt = await inbox.receive(Envelope(Wrote(WORDS), house.clock.now(), LINE.id, number))
    return receipt.conversation


def rows(house: House) -> list[dict[str, Any]]:
    return house.rows(t.told_outside)


async def test_a_hand_over_is_told_without_a_word_of_it(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    await does(house, HandOver("partial", DUE))
    [row] = rows(house)
    await telling()
    [told] = system.got
    assert told == {
        "id": row["id"],
        "event": "intake.shared",
        "reference": row["reference"],
        "kind": "partial",
        "at": "2026-11-19T12:00:00Z",
        "due_at": "2026-11-19T16:00:00Z",
        "url": f"https://intake.example.org/desk/intake/{row['reference']}",
        "t": int(house.clock.at.timestamp()),
        "path": "/hook",
    }
    await telling()
    assert len(system.got) == 1


async def test_a_part_that_becomes_whole_and_what_ends_are_told(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    await does(house, HandOver("partial", DUE))
    await telling()
    await does(house, HandOver("complete", DUE))
    await telling()
    await does(house, Forget("all"))
    await telling()
    assert system.kinds == ["partial", "complete", "erased"]
    assert [told["event"] for told in system.got][-1] == "intake.erased"
    assert len({told["reference"] for told in system.got}) == 1
    assert len({told["id"] for told in system.got}) == 3


async def test_a_later_no_is_told(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    await does(house, HandOver("partial", DUE))
    await telling()
    await does(house, TakeBack())
    await telling()
    assert [told["event"] for told in system.got] == ["intake.shared", "intake.taken_back"]
    assert system.got[0]["reference"] == system.got[1]["reference"]


async def test_a_time_that_is_over_is_told(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    conversation = await does(house, HandOver("partial", DUE))
    await telling()
    house.clock.at += timedelta(days=400)
    expire = partial(retention.expire, keys=house.store.keys, conversation=conversation)
    house.store.write_sync(lambda c: expire(c, now=house.clock.at))
    await telling()
    assert system.kinds == ["partial", "expired"]


@pytest.mark.parametrize("end", [TakeBack(), Forget("all")])
async def test_what_ends_before_it_was_told_is_never_told(
    house: House, system: CaseSystem, telling: Callable[[], Any], end: Effect
) -> None:
    await does(house, HandOver("partial", DUE))
    await does(house, end)
    await telling()
    assert system.got == []
    assert rows(house) == []


async def test_what_may_have_arrived_is_told_to_be_gone(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    system.answers = [lambda: web.Response(status=500)]
    await does(house, HandOver("partial", DUE))
    await telling()
    await does(house, Forget("all"))
    house.clock.at += timedelta(hours=1)
    await telling()
    assert system.kinds == ["partial", "erased"]


async def test_who_was_not_handed_over_is_not_told_of(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    await does(house)
    await does(house, Forget("all"))
    await telling()
    assert system.got == []


async def test_practice_is_never_told(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    house.store.write_sync(lambda c: c.execute(t.service.update().values(practice=True)))
    await does(house, HandOver("complete", DUE))
    assert rows(house) == []


async def test_without_a_web_hook_nothing_waits(house: House) -> None:
    await does(house, HandOver("complete", DUE))
    assert rows(house) == []


def redirected() -> web.Response:
    return web.Response(status=302, headers={"Location": "/elsewhere"})


def cut() -> web.Response:
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda: web.Response(status=500), "http 500"),
        (lambda: web.Response(status=404), "http 404"),
        (redirected, "http 302"),
        (cut, "ServerDisconnectedError"),
    ],
)
async def test_it_is_tried_again_with_the_same_id(
    house: House,
    system: CaseSystem,
    telling: Callable[[], Any],
    answer: Callable[[], web.StreamResponse],
    code: str,
) -> None:
    system.answers = [answer]
    await does(house, HandOver("partial", DUE))
    await telling()
    [row] = rows(house)
    assert (row["failed_code"], row["attempts"], row["sent_at"]) == (code, 1, None)
    assert timedelta(seconds=5) <= row["next_at"] - house.clock.at <= timedelta(seconds=7)
    await telling()
    assert len(system.got) == 1
    house.clock.at += timedelta(seconds=7)
    await telling()
    [row] = rows(house)
    assert (row["failed_code"], row["attempts"], row["sent_at"]) == ("", 2, house.clock.at)
    first, second = system.got
    assert first["id"] == second["id"]
    assert first["t"] < second["t"]
    assert {told["path"] for told in system.got} == {"/hook"}


async def test_after_a_day_it_is_given_up(
    house: House,
    system: CaseSystem,
    telling: Callable[[], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    await does(house, HandOver("partial", DUE))
    waited = []
    system.answers = [lambda: web.Response(status=503)] * 9
    for _ in range(8):
        await telling()
        [row] = rows(house)
        waited.append((row["next_at"] - house.clock.at).total_seconds())
        house.clock.at = row["next_at"]
    assert waited[:6] == sorted(waited[:6])
    assert waited[0] < 7
    assert 240 <= waited[-1] <= 300
    house.clock.at = row["made_at"] + timedelta(days=1)
    await telling()
    [row] = rows(house)
    assert (row["next_at"], row["attempts"], row["failed_code"]) == (None, 9, "http 503")
    house.clock.at += timedelta(days=1)
    await telling()
    assert len(system.got) == 9
    assert len({told["id"] for told in system.got}) == 1
    for secret in (WORDS, NUMBER, SECRET, system.url, "sister"):
        assert secret not in caplog.text


async def test_the_order_of_one_intake_stays(
    house: House, system: CaseSystem, telling: Callable[[], Any]
) -> None:
    system.answers = [lambda: web.Response(status=500)]
    await does(house, HandOver("partial", DUE))
    await does(house, HandOver("complete", DUE))
    await does(house, HandOver("partial", DUE), number="+447700900124")
    await telling()
    assert len(system.got) == 2, "another person's does not wait"
    house.clock.at += timedelta(minutes=1)
    await telling()
    await telling()
    first = system.got[0]["reference"]
    assert [told["kind"] for told in system.got if told["reference"] == first] == [
        "partial",
        "partial",
        "complete",
    ]


async def test_a_try_that_a_crash_cut_short_is_made_again(
    house: House, system: CaseSystem, telling: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> str:
        raise asyncio.CancelledError

    await does(house, HandOver("partial", DUE))
    with monkeypatch.context() as patch:
        patch.setattr(TellingOutside, "_post", crash)
        with pytest.raises(asyncio.CancelledError):
            await telling()
    await telling()
    assert system.got == []
    house.clock.at += timedelta(seconds=60)
    await telling()
    assert system.kinds == ["partial"]


async def test_what_cannot_be_put_together_holds_nobody_up(
    house: House, system: CaseSystem
) -> None:
    house.store.tell_outside()
    spoilt = await does(house, HandOver("partial", DUE))
    await does(house, HandOver("partial", DUE), number="+447700900124")

    def content(connection: object, news: Any) -> dict[str, str]:
        if news.conversation == spoilt:
            raise ValueError(WORDS)
        return {"words": WORDS}

    hook = Hook(system.url, SECRET, "")
    async with aiohttp.ClientSession() as session:
        await TellingOutside(house.store, house.clock, hook, content).look(session)
    assert [told["intake"] for told in system.got] == [{"words": WORDS}]
    assert {row["failed_code"] for row in rows(house)} == {"ValueError", ""}


def test_what_it_signs_with_is_not_shown() -> None:
    assert "secret" not in repr(Hook("https://x.example/token", SECRET, ""))


async def test_the_settings_make_the_job(tmp_path: Path) -> None:
    async with whole_house(tmp_path / "none") as (built, _):
        assert "web hook" not in built.jobs
    hook = {"OWNPACE_WEBHOOK_URL": "http://127.0.0.1:9/", "OWNPACE_WEBHOOK_SECRET": SECRET}
    async with whole_house(tmp_path / "data", **hook, OWNPACE_WEBHOOK_CONTENT="1") as (built, _):
        assert "web hook" in built.jobs
        waits = asyncio.ensure_future(built.jobs["web hook"]())
        await asyncio.sleep(0)
        assert not waits.done()
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
