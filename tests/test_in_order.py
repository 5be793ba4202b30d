"""Somebody quick answers before we have noted that our words went out: they count as sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot import in_order
from bot.conversation.channel import Envelope, Receipt
from bot.conversation.model import Delivered, Event, Wrote
from bot.in_order import InOrder

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


class Recording:
    """A way in that notes the order of things."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.noted = asyncio.Event()

    async def receive(self, envelope: Envelope) -> Receipt:
        self.done.append(type(envelope.event).__name__)
        return Receipt(stored=True)

    async def recorded(self, account: str, address: str) -> None:
        await self.noted.wait()
        self.done.append(f"noted {account}")


def envelope(event: Event) -> Envelope:
    return Envelope(event, NOW, "sms", "+447700900001", "SM1")


async def test_an_answer_comes_after_what_it_answers() -> None:
    house = Recording()
    answer = asyncio.create_task(InOrder(house, house.recorded).receive(envelope(Wrote("ok"))))
    await asyncio.sleep(0)
    assert house.done == []
    house.noted.set()
    await answer
    assert house.done == ["noted sms", "Wrote"]


async def test_nobody_waits_long_for_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_order, "BRIEF", 0.01)
    house = Recording()
    await InOrder(house, house.recorded).receive(envelope(Wrote("ok")))
    assert house.done == ["Wrote"]


async def test_delivery_news_never_waits() -> None:
    house = Recording()
    await InOrder(house, house.recorded).receive(envelope(Delivered("m1")))
    assert house.done == ["Delivered"]
