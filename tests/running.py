"""The whole product in this process, on a folder of its own, with nobody outside to talk to."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot import app, plans
from bot.house import House
from config import secrets, settings

PUBLIC = "https://quay.example.org"
SID, TWILIO_TOKEN = "AC" + "5" * 32, "twilio-token-of-the-tests"
BOT_TOKEN, SECRET = "4711:bot-token-of-the-tests-0123456789", "secret-of-the-tests"
NOWHERE = "http://127.0.0.1:9"  # the port "discard": nobody listens
ENVIRONMENT = {
    "OWNPACE_SERVICE_NAME": "Quay House",
    "OWNPACE_SERVICE_PHONE": "07700 900 001",
    "OWNPACE_SERVICE_HOURS": "Mo-Fr 09:00-17:00",
    "OWNPACE_PUBLIC_URL": PUBLIC,
    "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
    "TELEGRAM_WEBHOOK_SECRET": SECRET,
    "TELEGRAM_API_BASE": NOWHERE,
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
    "TWILIO_FROM": "+447700900001",
    "TWILIO_API_BASE": NOWHERE,
}
Client = TestClient[Request, Application]


@asynccontextmanager
async def house(data: Path, **more: str) -> AsyncIterator[tuple[House, Client]]:
    """Everything built, live on both channels and in rehearsal. Of its jobs only the one runs for
    which new texts wait."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (ENVIRONMENT | {"OWNPACE_DATA": str(data)} | more).items():
            patch.setenv(name, value)
        plan = plans.plan(settings.load(), rehearse=True)
    secrets.private_folder(data)
    built = await app.build(plan, PUBLIC)
    catching_up = asyncio.ensure_future(built.jobs["sms log"]())
    try:
        async with TestClient(TestServer(built.web)) as client:
            yield built, client
    finally:
        catching_up.cancel()
        await asyncio.gather(catching_up, return_exceptions=True)
        await built.close()


def signed(path: str, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A form as Twilio posts it to `path`: the body and its headers."""
    told = PUBLIC + path + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(TWILIO_TOKEN.encode(), told.encode(), hashlib.sha1).digest()
    headers = {
        "X-Twilio-Signature": base64.b64encode(mac).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return urlencode(fields), headers
