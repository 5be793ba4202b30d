"""Requests that claim to be from Twilio or Telegram: the right ones get in, nothing else does."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from multidict import CIMultiDict
from sqlalchemy import Table, func, select

from bot.house import House
from store import tables as t
from store.columns import metadata
from tests.running import PUBLIC, SECRET, SID, TWILIO_TOKEN, Client, house

PATH = "/channels/sms"
FIELDS = {"AccountSid": SID, "MessageSid": "SM1", "From": "+447700900123", "Body": "hello"}
HEADER, FORM = "X-Twilio-Signature", "application/x-www-form-urlencoded"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
TODAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def signature(url: str, fields: Mapping[str, str], token: str = TWILIO_TOKEN) -> str:
    told = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), told.encode(), hashlib.sha1)).decode()


RIGHT = signature(PUBLIC + PATH, FIELDS)
STRANGER = FIELDS | {"AccountSid": f"AC{'6' * 32}"}


@dataclass(frozen=True)
class Post:
    """A post as it is sent: what it says, and how it is signed."""

    signatures: tuple[str, ...] = (RIGHT,)
    body: str = urlencode(FIELDS)
    path: str = PATH
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, client: Client) -> int:
        headers = CIMultiDict({"Content-Type": FORM, **self.headers})
        for given in self.signatures:
            headers.add(HEADER, given)
        return (await client.post(self.path, data=self.body, headers=headers)).status


def signed_as(url: str, **headers: str) -> Post:
    return Post((signature(url, FIELDS),), headers=headers)


FORGED = {
    "no signature": Post(()),
    "an empty one": Post(("",)),
    "garbage": Post(("AAAA",)),
    "letters that are none": Post(("é",)),
    "one cut short": Post((RIGHT[:-2],)),
    "another token's": Post((signature(PUBLIC + PATH, FIELDS, "another"),)),
    "an empty token's": Post((signature(PUBLIC + PATH, FIELDS, ""),)),
    "another address's": signed_as(f"{PUBLIC}/channels/sms/status"),
    "with a slash more": signed_as(f"{PUBLIC}{PATH}/"),
    "with a query that is not there": signed_as(f"{PUBLIC}{PATH}?m=1"),
    "with a query that was not signed": Post(path=f"{PATH}?m=1"),
    "http for https": signed_as(f"http://quay.example.org{PATH}"),
    "a host of theirs": signed_as(f"https://evil.example{PATH}", Host="evil.example"),
    "a host of theirs, forwarded": signed_as(
        f"https://evil.example{PATH}", **{"X-Forwarded-Host": "evil.example"}
    ),
    "a scheme of theirs, forwarded": signed_as(
        f"http://quay.example.org{PATH}", **{"X-Forwarded-Proto": "http"}
    ),
    "a port of theirs, forwarded": signed_as(
        f"{PUBLIC}:8443{PATH}", **{"X-Forwarded-Port": "8443", "Host": "quay.example.org:8443"}
    ),
    "a field twice": Post(body=f"{urlencode(FIELDS)}&Body=other"),
    "a field more": Post(body=f"{urlencode(FIELDS)}&New="),
    "a field less": Post(body=urlencode({k: v for k, v in FIELDS.items() if k != "Body"})),
    "other words": Post(body=urlencode(FIELDS | {"Body": "other"})),
    "two headers, the right one first": Post((RIGHT, "AAAA")),
    "two headers, the right one last": Post(("AAAA", RIGHT)),
    "the right one twice": Post((RIGHT, RIGHT)),
    "of a form that was fetched": Post((signature(f"{PUBLIC}{PATH}?{urlencode(FIELDS)}", {}),)),
    "of no form": Post((signature(PUBLIC + PATH, {}),)),
    "another account, well signed": Post(
        (signature(PUBLIC + PATH, STRANGER),), urlencode(STRANGER)
    ),
    "no account, well signed": Post((signature(PUBLIC + PATH, {"Body": "x"}),), "Body=x"),
}
# A proxy that ends TLS changes the host, the scheme and the port; what was signed stands.
BEHIND_A_PROXY: list[Mapping[str, str]] = [
    {},
    {"Host": "127.0.0.1:8080", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"},
    {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
    {"Forwarded": "for=203.0.113.9;host=evil.example;proto=http"},
]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[House, Client]]:
    async with house(tmp_path / "data") as parts:
        yield parts


async def rows(built: House) -> dict[str, int]:
    """How many rows each table has, but for those that grow by themselves."""

    def count(table: Table) -> int:
        query = select(func.count()).select_from(table)
        return built.store.read_sync(lambda c: c.scalar(query)) or 0

    return {table.name: count(table) for table in metadata.sorted_tables}


async def test_what_twilio_did_not_sign_is_refused(running: tuple[House, Client]) -> None:
    built, client = running
    before = await rows(built)
    got = {name: await post.send(client) for name, post in FORGED.items()}
    assert {name: status for name, status in got.items() if status != 403} == {}
    assert await rows(built) == before
    assert len(got) >= 12


async def test_no_status_news_either(running: tuple[House, Client]) -> None:
    built, client = running
    before = await rows(built)
    fields = {"AccountSid": SID, "MessageSid": "SM1", "MessageStatus": "delivered"}
    for given in ((), ("AAAA",), (signature(PUBLIC + PATH, fields),), (RIGHT,)):
        post = Post(given, urlencode(fields), f"{PATH}/status?m=1")
        assert await post.send(client) == 403
    assert await rows(built) == before


@pytest.mark.parametrize("headers", BEHIND_A_PROXY)
async def test_the_right_one_passes_behind_a_proxy(
    running: tuple[House, Client], headers: Mapping[str, str]
) -> None:
    built, client = running
    assert await Post(headers=headers).send(client) == 200
    assert (await rows(built))["seen"] == 1


async def telegram(client: Client, *secrets: str) -> int:
    headers = CIMultiDict({"Content-Type": "application/json"})
    for secret in secrets:
        headers.add(SECRET_HEADER, secret)
    person = {"id": 700900456, "is_bot": False, "first_name": "Rosa"}
    chat = {"id": 700900456, "type": "private"}
    message = {"message_id": 1, "date": 1790000000, "chat": chat, "from": person, "text": "hello"}
    update = {"update_id": 1, "message": message}
    return (await client.post("/channels/telegram", json=update, headers=headers)).status


async def test_what_telegram_did_not_send_is_refused(running: tuple[House, Client]) -> None:
    built, client = running
    before = await rows(built)
    wrong = [(), ("",), ("wrong",), ("é",), (SECRET[:-1],), (f"{SECRET}x",), (SECRET.upper(),)]
    twice = [(SECRET, SECRET), (SECRET, "wrong"), ("wrong", SECRET), (f"{SECRET}, {SECRET}",)]
    for secrets in (*wrong, *twice):
        assert (secrets, await telegram(client, *secrets)) == (secrets, 403)
    assert await rows(built) == before
    assert await telegram(client, SECRET) == 200
    assert (await rows(built))["seen"] == 1


async def test_secrets_are_compared_in_constant_time(
    running: tuple[House, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the one function that is made for it: what `==` tells first is where they differ."""
    _, client = running
    compared: list[tuple[object, object]] = []
    compare = hmac.compare_digest

    def noting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noting)
    await telegram(client, "wrong")
    assert compared.pop() == (b"wrong", SECRET.encode())
    await Post(("AAAA",)).send(client)
    assert b"AAAA" in compared[0]


# --- The same request again ---


async def sms_again(client: Client) -> int:
    return await Post().send(client)


async def telegram_again(client: Client) -> int:
    return await telegram(client, SECRET)


@pytest.mark.parametrize("send", [sms_again, telegram_again])
async def test_a_replay_has_no_effect(tmp_path: Path, send: Callable[[Client], object]) -> None:
    """A second later, a day, and when all that the person wrote has been erased."""
    with time_machine.travel(TODAY, tick=True) as clock:
        async with house(tmp_path / "data") as (built, client):
            assert await send(client) == 200  # type: ignore[misc]
            first = await effects(built)
            assert first["message"] == 2
            kept = built.plan.worlds["main"].service.keep_days
            for later in (timedelta(seconds=1), timedelta(days=1), timedelta(days=kept + 1)):
                clock.move_to(TODAY + later)
                await built.housekeeper.sweep()
                before = await effects(built)
                assert await send(client) == 200  # type: ignore[misc]
                assert await effects(built) == before, later
            assert not await open_conversations(built), "nothing was erased: this shows little"


async def effects(built: House) -> dict[str, int]:
    """Rows that somebody would notice; an id may be noted again."""
    return {name: n for name, n in (await rows(built)).items() if name not in ("seen", "about")}


async def open_conversations(built: House) -> int:
    query = select(func.count()).select_from(t.conversation)
    still = query.where(t.conversation.c.closed_at.is_(None))
    return await built.store.read(lambda c: c.scalar(still)) or 0
