"""Whom we need out there: the providers, through their own libraries, and our public address."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot.channels.twilio_api import Http
from bot.conversation.channel import SendError
from bot.doctor.finding import Finding, green, red, yellow
from config.settings import Settings, Twilio

SECONDS = 8.0  # for each of them
SKEW, FAR = timedelta(seconds=30), timedelta(minutes=5)
MANY = 100  # updates waiting at Telegram
RECENT = timedelta(hours=1)
TWILIO_API = "https://api.twilio.com"
Check = Coroutine[Any, Any, Finding]


async def all_checks(settings: Settings) -> list[Finding]:
    """Everybody at once; none is waited for longer than `SECONDS`."""
    checks: list[tuple[str, Check]] = []
    if settings.twilio:
        checks.append(("twilio", twilio(settings.twilio)))
    if settings.telegram_token:
        checks.append(("telegram", telegram(settings.telegram_token.get_secret_value(), settings)))
    if settings.public_url:
        checks.append(("address", address(settings.public_url)))
    if settings.twilio or settings.telegram_token:
        checks.append(("clock", clock(settings)))
    return list(await asyncio.gather(*(_in_time(name, check) for name, check in checks)))


async def _in_time(about: str, check: Check) -> Finding:
    try:
        async with asyncio.timeout(SECONDS):
            return await check
    except TimeoutError:
        return red(about, f"No answer within {SECONDS:.0f} s.", "Look at the network.")


async def twilio(given: Twilio) -> Finding:
    """Do the credentials open the account, and may it send?"""
    http = Http()
    try:
        status, kind = await _account(given, http)
    except TwilioRestException as error:
        return _twilio_refuses(error.status)
    except (SendError, aiohttp.ClientError, OSError) as error:
        says = f"Twilio can't be reached ({type(error).__name__})."
        return red("twilio", says, "Look at the network, and at TWILIO_API_BASE.")
    finally:
        await http.close()
    if status != "active":
        return red("twilio", f"The account is {status}.", "Look into Twilio's console.")
    if kind == "Trial":
        says = "The account is a trial: it writes to verified numbers only."
        return yellow("twilio", says, "Upgrade it before real people text.")
    return green("twilio", "The credentials open the account, and it is active.")


async def _account(given: Twilio, http: Http) -> tuple[str, str]:
    client = Client(given.account_sid, given.auth_token, http_client=http)
    if given.api_base:
        client.api.base_url = given.api_base.rstrip("/")
    found = await client.api.v2010.accounts(given.account_sid).fetch_async()
    return str(found.status), str(found.type)


def _twilio_refuses(status: int) -> Finding:
    if status in (401, 403, 404):
        do = "Copy TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN anew from Twilio's console."
        return red("twilio", "Twilio does not take these credentials.", do)
    return red("twilio", f"Twilio answers with an error ({status}).", "Try again in a while.")


async def telegram(token: str, settings: Settings) -> Finding:
    """Does the token open the bot, and do updates get here?"""
    request = HTTPXRequest(connect_timeout=SECONDS, read_timeout=SECONDS)
    bot = Bot(token, base_url=f"{settings.telegram_api.rstrip('/')}/bot", request=request)
    try:
        await bot.get_me()
        return _webhook(await bot.get_webhook_info(), settings)
    except InvalidToken:
        do = "Copy TELEGRAM_BOT_TOKEN anew from @BotFather."
        return red("telegram", "Telegram does not take this token.", do)
    except (TelegramError, OSError) as error:
        says = f"Telegram can't be asked ({type(error).__name__})."
        return red("telegram", says, "Look at the network, and at TELEGRAM_API_BASE.")
    finally:
        await request.shutdown()


def _webhook(info: WebhookInfo, settings: Settings) -> Finding:
    restart = "Start ownpace serve again: it tells Telegram how it is reached."
    ours = f"{settings.public_url}/channels/telegram"
    if settings.polls and info.url:
        return yellow("telegram", "Updates go to a webhook, and the settings say polling.", restart)
    if not settings.polls and info.url != ours:
        return red("telegram", "Updates do not go to OWNPACE_PUBLIC_URL.", restart)
    failed = info.last_error_date
    if info.pending_update_count and failed and datetime.now(UTC) - failed < RECENT:
        says = f"Telegram can't deliver here; {info.pending_update_count} updates wait there."
        return red("telegram", says, "Look at the proxy and its certificate; Telegram tries on.")
    if info.pending_update_count > MANY:
        says = f"{info.pending_update_count} updates wait at Telegram, for a day at most."
        return yellow("telegram", says, "Is ownpace serve running?")
    return green("telegram", f"The token opens the bot; {info.pending_update_count} updates wait.")


async def address(url: str) -> Finding:
    """Is our own door reached through the public address, as the providers will?"""
    try:
        status, body = await _get(f"{url}/healthz")
    except aiohttp.ClientConnectorCertificateError:
        do = "Renew the certificate: providers refuse it as well."
        return red("address", "The certificate of OWNPACE_PUBLIC_URL is not accepted.", do)
    except (aiohttp.ClientError, OSError) as error:
        says = f"Nobody answers at OWNPACE_PUBLIC_URL ({type(error).__name__})."
        return red("address", says, "Start ownpace serve, and look at the proxy in front of it.")
    if status != 200 or body.strip() != "ok":
        says = f"At OWNPACE_PUBLIC_URL something else answers ({status})."
        return red("address", says, "Start ownpace serve, and look where the proxy passes it on.")
    if not url.startswith("https:"):
        return yellow("address", "It is reached, without TLS.", "Give an https address.")
    return green("address", "It is reached from here, with a certificate in order.")


async def _get(url: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        return answer.status, (await answer.content.read(1000)).decode("utf-8", "replace")


async def clock(settings: Settings) -> Finding:
    """Is our time that of the provider? Signatures, promises and the log's order hang on it."""
    url = settings.telegram_api if settings.telegram_token else settings.twilio_api or TWILIO_API
    try:
        async with aiohttp.ClientSession() as session, session.head(url) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, OSError, LookupError, ValueError):
        do = "Run this again when the provider can be reached."
        return yellow("clock", "Nobody told us the time.", do)
    skew = abs(datetime.now(UTC) - theirs)
    if skew <= SKEW:
        return green("clock", "Ours agrees with the provider's.")
    says = f"Ours is {int(skew.total_seconds())} s away from the provider's."
    return (red if skew > FAR else yellow)("clock", says, "Switch time synchronisation on (NTP).")
