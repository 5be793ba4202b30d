"""The ways to workers on duty: was each tested of late? And testing them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection

import desk.pages
from bot import upkeep
from bot.channels.sms import SmsChannel
from bot.channels.telegram import TelegramChannel
from bot.conversation.channel import Channel, SendError
from bot.doctor.finding import Finding, green, red, yellow
from bot.mailing import Mail
from bot.plans import sms_account, telegram_account, texts_to
from bot.reaching import Reaching, Words
from bot.upkeep import Failed
from config import services
from config.services import MAIN
from config.settings import Settings
from desk import telling
from store import duty
from store.duty import Route

T = TypeVar("T")
Write = Callable[[Callable[[Connection], T]], T]
TEST = 'Press "Test this route" at the desk, or run ownpace doctor --test-routes.'


def routes(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """One finding for each way, by its place on the list: names stay at the desk."""
    keys = upkeep.keys(settings)
    found, now = duty.all_routes(connection, keys), datetime.now(UTC)
    live = bool(settings.twilio or settings.telegram_token)
    if live and not any(route.good(now) for route in found):
        says = "No way to a worker was tested in the last 7 days: people are told no time."
        yield yellow(
            "on duty", says, TEST if found else "Name somebody at the desk, under On duty."
        )
    order = list(dict.fromkeys(route.worker for route in found))
    for route in found:
        yield _one(route, order.index(route.worker) + 1, now)


def _one(route: Route, place: int, now: datetime) -> Finding:
    about = f"Number {place} on duty, by {route.kind}"
    if route.failed:
        says = f"{about}: something could not be sent since it was last tested."
        return red("on duty", says, "Look at the address and the settings, then test it again.")
    if route.good(now) and route.tested_at:
        return green("on duty", f"{about}: tested {(now - route.tested_at).days} days ago.")
    return yellow("on duty", f"{about}: not tested in the last 7 days.", TEST)


# --- Testing them --------------------------------------------------------------------------------


def test_all(settings: Settings, write: Write[object]) -> Iterator[str]:
    """Send a test over each way, and say how it went. `write` does a small write, whether Ownpace
    runs or not. Raises `SettingsError`, `Down`, and `Failed` at the end where one could not be
    sent."""
    keys = upkeep.keys(settings)
    found: list[tuple[Route, str, str]] = []

    def begin(connection: Connection) -> None:
        for route in duty.all_routes(connection, keys):
            now = datetime.now(UTC)
            found.append((route, *duty.begin_test(connection, MAIN, route.worker, route.kind, now)))

    write(begin)
    codes = asyncio.run(_send(settings, found))
    for (route, id, _), code in zip(found, codes, strict=True):
        if code:
            write(lambda c, id=id, code=code: duty.test_failed(c, id, code))  # type: ignore[misc]
        yield f"{route.kind}: {f'could not be sent ({code})' if code else 'on its way'}"
    if not found:
        yield "Nobody is on duty: name somebody at the desk."
    if any(codes):
        raise Failed("Not every test could be sent.", 1)


async def _send(settings: Settings, found: list[tuple[Route, str, str]]) -> list[str]:
    """A code for each, empty where it went."""
    channels, pages = _channels(settings), desk.pages.environment()
    reaching = Reaching(Mail(*settings.mail) if settings.mail else None, channels)

    async def send(route: Route, id: str, token: str) -> str:
        words = Words(*telling.test(pages, settings.public_url or "", token))
        try:
            await reaching.send(id, route.kind, route.address, words)
        except SendError as error:
            return error.code or error.trouble
        return ""

    try:
        return list(await asyncio.gather(*(send(*one) for one in found)))
    finally:
        await asyncio.gather(*(channel.close() for channel in channels.values()))


def _channels(settings: Settings) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    if settings.telegram_token:
        token = settings.telegram_token.get_secret_value()
        account = telegram_account(token)
        found[account.id] = TelegramChannel(account.id, token, settings.telegram_api)
    if twilio := settings.twilio:
        account = sms_account(twilio)
        found[account.id] = SmsChannel(
            account=account,
            account_sid=twilio.account_sid,
            auth_tokens=(twilio.auth_token,),
            sender=twilio.sender,
            public_url=twilio.public_url,
            api_base=twilio.api_base,
            countries=texts_to(services.main(settings)),
        )
    return found
