"""The rehearsal phone: its own small world of carriers, and a page for this machine only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.rehearsal import MAX_PHONES, RehearsalChannel
from bot.channels.rehearsal_page import build
from bot.channels.rehearsal_phone import MAX_ENTRIES
from bot.conversation.channel import (
    SMS,
    TELEGRAM,
    Away,
    Button,
    Envelope,
    Outgoing,
    Receipt,
    SendError,
)
from bot.conversation.model import Delivered, Event, Failed, Wrote

OURS = {"Sec-Fetch-Site": "same-origin"}
THURSDAY = datetime(2026, 11, 19, 10, 2, tzinfo=UTC)


@dataclass
class House:
    """What the rehearsal phone is wired to: an inbox that remembers, and a clock."""

    clock: datetime = THURSDAY
    heard: list[Envelope] = field(default_factory=list)
    away: bool = False
    taken: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    sms: RehearsalChannel = field(init=False)
    chat: RehearsalChannel = field(init=False)
    client: TestClient[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        def parts(text: str) -> int:
            return 1 + len(text) // 160

        self.sms = RehearsalChannel(SMS, self.receive, self.now, parts, self.is_taken)
        self.chat = RehearsalChannel(TELEGRAM, self.receive, self.now)

    def now(self) -> datetime:
        return self.clock

    async def is_taken(self, address: str) -> bool:
        return address in self.taken

    async def receive(self, envelope: Envelope) -> Receipt:
        if self.away:
            raise Away
        self.heard.append(envelope)
        self.news.set()
        return Receipt(stored=True)

    async def put_forward(self, span: timedelta) -> None:
        self.clock += span

    async def desk_link(self) -> str:
        return "http://127.0.0.1:8080/desk/enter/once"

    def page(self) -> web.Application:
        app = web.Application()
        rehearse = build(
            [self.sms, self.chat],
            put_forward=self.put_forward,
            desk_link=self.desk_link,
            languages=[("en", "English"), ("es", "Español")],
            service="Harbour Support",
            zone="Europe/London",
        )
        app.add_subapp("/rehearse", rehearse)
        return app

    def events(self) -> list[Event]:
        return [envelope.event for envelope in self.heard]

    async def post(self, path: str, **body: object) -> int:
        answer = await self.client.post(f"/rehearse/{path}", json=body, headers=OURS)
        return answer.status

    async def new_phone(self, kind: str = "sms", language: str = "en") -> tuple[str, str]:
        body = {"kind": kind, "language": language}
        answer = await self.client.post("/rehearse/phones", json=body, headers=OURS)
        assert answer.status == 200
        said = await answer.json()
        return said["phone"], said["number"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    carriers = [asyncio.ensure_future(c.run()) for c in (house.sms, house.chat)]
    async with TestClient(TestServer(house.page())) as client:
        house.client = client
        yield house
    for carrier in carriers:
        carrier.cancel()


async def until(house: House, true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            house.news.clear()
            await house.news.wait()


def say(house: House, address: str, text: str = "Hello.", message: str = "m1") -> Awaitable[str]:
    return house.sms.send(Outgoing(message, house.sms.account, address, text))


async def on_screen(house: House, *phones: str) -> list[dict[str, Any]]:
    """What the event stream replays for these phones, up to the last entry they hold."""
    query = "&".join(f"phone={phone}" for phone in phones)
    channels = (house.sms, house.chat)
    held = [c.phone(phone) for phone in phones for c in channels]
    left = sum(len(phone.entries) + 1 for phone in held if phone)
    shown = []
    async with asyncio.timeout(5), house.client.get(f"/rehearse/events?{query}") as stream:
        assert stream.content_type == "text/event-stream"
        while left:
            line = await stream.content.readline()
            if line.startswith(b"data: "):
                shown.append(json.loads(line[6:]))
                left -= 1
    return shown


async def entries(house: House, phone: str) -> list[dict[str, Any]]:
    return [item["entry"] for item in await on_screen(house, phone) if "entry" in item]


async def test_what_the_person_types_reaches_the_inbox(house: House) -> None:
    phone, number = await house.new_phone(language="es")
    assert await house.post(f"phones/{phone}/words", text="hola, me dieron este número") == 200
    (envelope,) = house.heard
    assert envelope.event == Wrote("hola, me dieron este número")
    assert (envelope.account, envelope.address) == ("rehearsal-sms", number)
    assert (envelope.hint, envelope.at) == ("es", THURSDAY)
    assert envelope.provider_id


async def test_each_phone_is_a_new_person_with_a_number_that_rings_nobody(house: House) -> None:
    house.taken = {f"+447700900{n:03}" for n in range(1000) if n not in (7, 8)}
    numbers = {(await house.new_phone())[1] for _ in range(2)}
    assert numbers == {"+447700900007", "+447700900008"}


async def test_our_words_are_shown_with_their_parts_and_news_comes_back(house: House) -> None:
    phone, number = await house.new_phone()
    ref = await say(house, number, "x" * 200)
    await until(house, lambda: house.events() == [Delivered("m1", "delivered", ref)])
    (entry,) = await entries(house, phone)
    assert (entry["kind"], entry["parts"], entry["state"]) == ("service", 2, "delivered")
    assert await house.sms.find(Outgoing("m1", house.sms.account, number, "")) == ref
    assert await house.sms.find(Outgoing("m2", house.sms.account, number, "")) is None


async def test_delivery_is_known_before_the_answer_to_it(house: House) -> None:
    phone, number = await house.new_phone()
    await say(house, number)
    await house.post(f"phones/{phone}/words", text="ok")
    assert [type(event) for event in house.events()] == [Delivered, Wrote]


async def test_the_stream_replays_and_then_follows(house: House) -> None:
    phone, number = await house.new_phone()
    await say(house, number, "before")
    async with asyncio.timeout(5), house.client.get(f"/rehearse/events?phone={phone}") as stream:
        seen = ""
        while "before" not in seen:
            seen += (await stream.content.readline()).decode()
        await say(house, number, "while open", "m2")
        while "while open" not in seen:
            seen += (await stream.content.readline()).decode()
    shown = await entries(house, phone)  # a reload loses nothing
    assert [entry["text"] for entry in shown] == ["before", "while open"]


async def test_one_stream_carries_both_phones(house: House) -> None:
    sms, _ = await house.new_phone("sms")
    chat, _ = await house.new_phone("telegram")
    assert {item["phone"] for item in await on_screen(house, sms, chat)} == {sms, chat}


async def test_a_button_press_is_a_choice(house: House) -> None:
    phone, number = await house.new_phone("telegram")
    buttons = (Button("skip", "Skip"), Button("why", "Why?"))
    await house.chat.send(Outgoing("m1", house.chat.account, number, "Who helps?", buttons))
    assert await house.post(f"phones/{phone}/press", message="m1", choice="nonsense") == 400
    assert await house.post(f"phones/{phone}/press", message="m1", choice="why") == 200
    assert house.events()[-1] == Wrote(choice="why")
    assert (await entries(house, phone))[0]["chosen"] == "why"


async def test_without_signal_nothing_is_sent_and_ours_waits_in_order(house: House) -> None:
    phone, number = await house.new_phone()
    await house.post(f"phones/{phone}/signal", on=False)
    assert await house.post(f"phones/{phone}/words", text="hello?") == 409
    assert await house.post(f"phones/{phone}/hand", stranger=True) == 409
    await say(house, number, "first", "m1")
    await say(house, number, "second", "m2")
    assert [entry["state"] for entry in await entries(house, phone)] == ["waiting", "waiting"]
    assert house.heard == []
    await house.post(f"phones/{phone}/signal", on=True)
    await until(house, lambda: len(house.heard) == 2)
    delivered = [e.message for e in house.events() if isinstance(e, Delivered)]
    assert delivered == ["m1", "m2"]


async def test_after_three_days_without_signal_the_carrier_gives_up(house: House) -> None:
    phone, number = await house.new_phone()
    await house.post(f"phones/{phone}/signal", on=False)
    await say(house, number)
    assert await house.post("later") == 200
    await until(house, lambda: house.events() == [Failed("m1", "unreachable", "30003")])
    await house.post(f"phones/{phone}/signal", on=True)
    shown = await entries(house, phone)
    assert [(entry["kind"], entry["state"]) for entry in shown] == [
        ("service", "failed"),
        ("days_later", ""),
    ]
    assert shown[1]["at"] == (THURSDAY + timedelta(days=3)).isoformat()


async def test_three_days_pass_on_both_phones(house: House) -> None:
    sms, _ = await house.new_phone("sms")
    chat, _ = await house.new_phone("telegram")
    await house.post("later")
    for phone in (sms, chat):
        assert [entry["kind"] for entry in await entries(house, phone)] == ["days_later"]


async def test_the_carriers_stop_blocks_us_until_start(house: House) -> None:
    phone, number = await house.new_phone()
    assert await house.post(f"phones/{phone}/stop") == 200
    assert house.events() == [Wrote("STOP")]
    assert [entry["kind"] for entry in await entries(house, phone)] == ["person", "carrier"]
    with pytest.raises(SendError) as refused:
        await say(house, number)
    assert (refused.value.trouble, refused.value.code) == ("stopped", "21610")
    await house.post(f"phones/{phone}/words", text=" start ")
    assert await say(house, number)


@pytest.mark.parametrize("text", ["stop please", "YES", "start", "the end"])
async def test_other_words_are_none_of_the_carriers_business(house: House, text: str) -> None:
    phone, number = await house.new_phone()
    await house.post(f"phones/{phone}/words", text=text)
    assert [entry["kind"] for entry in await entries(house, phone)] == ["person"]
    assert await say(house, number)


async def test_a_messenger_has_no_carrier(house: House) -> None:
    phone, _ = await house.new_phone("telegram")
    assert await house.post(f"phones/{phone}/stop") == 400
    await house.post(f"phones/{phone}/words", text="STOP")
    assert [entry["kind"] for entry in await entries(house, phone)] == ["person"]


async def test_what_is_removed_from_a_chat_is_gone_from_the_phone(house: House) -> None:
    phone, number = await house.new_phone("telegram")
    await house.post(f"phones/{phone}/words", text="the blue door")
    theirs = house.events()[-1]
    assert isinstance(theirs, Wrote)
    ours = await house.chat.send(Outgoing("m1", house.chat.account, number, "Who helps?"))
    await house.chat.send(Outgoing("m2", house.chat.account, number, "Still here"))
    await house.chat.clear(number, [theirs.ref, ours])
    shown = await entries(house, phone)
    assert [(e["text"], e["gone"]) for e in shown] == [
        ("", True),
        ("", True),
        ("Still here", False),
    ]


async def test_someone_else_picks_up_the_phone_and_gives_it_back(house: House) -> None:
    phone, _ = await house.new_phone(language="es")
    assert await house.post(f"phones/{phone}/hand", stranger=True) == 200
    (envelope,) = house.heard
    assert isinstance(envelope.event, Wrote)
    assert "número" in envelope.event.text
    assert envelope.at == THURSDAY + timedelta(minutes=90)
    assert await house.post(f"phones/{phone}/hand", stranger=False) == 200
    kinds = [entry["kind"] for entry in await entries(house, phone)]
    assert kinds == ["minutes_later", "handed", "person", "returned"]


async def test_the_language_of_the_phone_goes_with_its_messages(house: House) -> None:
    phone, _ = await house.new_phone()
    assert await house.post(f"phones/{phone}/language", language="xx") == 400
    assert await house.post(f"phones/{phone}/language", language="es") == 200
    await house.post(f"phones/{phone}/words", text="hola")
    assert house.heard[0].hint == "es"


async def test_words_that_could_not_be_stored_are_shown_as_such(house: House) -> None:
    phone, _ = await house.new_phone()
    house.away = True
    assert await house.post(f"phones/{phone}/words", text="hello") == 503
    assert [entry["state"] for entry in await entries(house, phone)] == ["failed"]


async def test_no_more_phones_and_words_than_memory_should_hold(house: House) -> None:
    first, number = await house.new_phone()
    for _ in range(MAX_PHONES):
        phone, _ = await house.new_phone()
    assert await house.post(f"phones/{first}/words", text="hello") == 404
    with pytest.raises(SendError) as refused:
        await say(house, number)
    assert refused.value.trouble == "give_up"
    last = house.sms.phone(phone)
    assert last is not None
    for n in range(MAX_ENTRIES + 5):
        await say(house, last.address, message=f"m{n}")
    assert len(last.entries) == MAX_ENTRIES


async def test_the_desk_opens_by_a_link_made_for_this_request(house: House) -> None:
    answer = await house.client.post("/rehearse/desk", json={}, headers=OURS)
    assert await answer.json() == {"url": "http://127.0.0.1:8080/desk/enter/once"}


@pytest.mark.parametrize("path", ["", "rehearse.js", "thread.js", "rehearse.css", "icons.svg"])
async def test_the_page_runs_nothing_but_its_own_files(house: House, path: str) -> None:
    answer = await house.client.get(f"/rehearse/{path}")
    body = await answer.text()
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "style=" not in body
    assert "<style" not in body
    assert "<script>" not in body
    assert "//cdn" not in body


async def test_the_settings_that_the_page_needs(house: House) -> None:
    settings = await (await house.client.get("/rehearse/settings")).json()
    assert settings["languages"] == [["en", "English"], ["es", "Español"]]
    assert settings["pence_per_part"] == 4.0
    assert settings["limits"] == {"sms": 1600, "telegram": 4096}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "10.0.0.1"},
        {"Host": "[::1"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
async def test_only_this_machine_sees_it(house: House, headers: dict[str, str]) -> None:
    for path in ("", "events?phone=x", "settings", "nothing"):
        answer = await house.client.get(f"/rehearse/{path}", headers=headers)
        assert answer.status == 403
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost:8080", "Host": "localhost:8080"}, 200),
    ],
)
async def test_posts_come_from_the_page(house: House, headers: dict[str, str], status: int) -> None:
    answer = await house.client.post("/rehearse/later", json={}, headers=headers)
    assert answer.status == status
    assert house.clock == (THURSDAY + timedelta(days=3) if status == 200 else THURSDAY)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b"[" * 10_000, 400),
        (b'{"text": 5}', 400),
        (b'{"text": "  "}', 400),
        (b'{"text": "\\u0000"}', 400),
        (b'{"text": "\\ud800 hi"}', 400),
        (b'{"text": "' + b"x" * 1601 + b'"}', 400),
        (b'{"text": "' + b"x" * 17_000 + b'"}', 413),
        (b"\xff\xfe\x00", 400),
    ],
)
async def test_odd_input_is_refused_and_never_an_error_of_ours(
    house: House, body: bytes, status: int
) -> None:
    phone, _ = await house.new_phone()
    path = f"/rehearse/phones/{phone}/words"
    answer = await house.client.post(path, data=body, headers=OURS)
    assert answer.status == status
    assert house.heard == []


async def test_unknown_phones_get_404(house: House) -> None:
    for act in ("words", "press", "language", "signal", "stop", "hand"):
        assert await house.post(f"phones/nobody/{act}", text="x") == 404
    assert (await house.client.get("/rehearse/events?phone=nobody")).status == 404
    assert (await house.client.get("/rehearse/events")).status == 400
    assert await house.post("phones", kind="fax", language="en") == 400


async def test_an_open_stream_does_not_keep_the_program_running(house: House) -> None:
    phone, _ = await house.new_phone()
    async with ClientSession() as session:
        url = house.client.make_url(f"/rehearse/events?phone={phone}")
        async with session.get(url) as stream:
            await stream.content.readline()
            async with asyncio.timeout(5):
                await house.client.server.close()


async def test_nobodys_words_or_number_stand_in_a_repr(house: House) -> None:
    phone, number = await house.new_phone()
    await say(house, number, "quiet words")
    held = house.sms.phone(phone)
    assert held is not None
    assert number not in repr(held)
    assert "quiet words" not in repr([held, *held.entries])
