"""The channels of a house, wired: each with its way in, and with the jobs that go on beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from bot import menu, way_in, worlds
from bot.catching_up import CatchingUp
from bot.channels import sms_hooks, telegram_arrivals
from bot.channels.sms import SmsChannel
from bot.channels.sms_log import SmsLog
from bot.channels.telegram import TelegramChannel
from bot.clearing import Clearing
from bot.conversation.model import Delivered, Failed
from bot.forgetting import Forgetting
from bot.house import House, one_time_link
from bot.in_order import InOrder
from bot.plans import sms_account, telegram_account
from bot.rehearsing import Rehearsal
from config import secrets
from config.services import PRACTICE
from config.settings import Twilio
from store import erased

TELEGRAM_PATH = "/channels/telegram"


def add(house: House) -> None:
    settings = house.plan.settings
    if settings.telegram_token:
        _add_telegram(house, settings.telegram_token.get_secret_value())
    if settings.twilio:
        _add_sms(house, settings.twilio)
    if house.plan.rehearsed:
        _add_rehearsal(house)


def _add_telegram(house: House, token: str) -> None:
    settings, account = house.plan.settings, telegram_account(token)
    channel = TelegramChannel(account.id, token, settings.telegram_api)
    house.channels[account.id] = channel
    clearing = Clearing(house.store, account, channel, house.clock)
    house.jobs["telegram clearing"] = clearing.run
    commands = menu.menu(house.plan.worlds[account.service])
    house.jobs["telegram menu"] = partial(menu.show, channel, commands)
    receive, park = InOrder(house.inbox, partial(_recorded, house)).receive, house.inbox.park
    if settings.polls:
        house.jobs["telegram polling"] = partial(telegram_arrivals.poll, channel, receive, park)
        return
    given = settings.telegram_secret
    secret = given.get_secret_value() if given else secrets.kept(settings.data, "telegram-secret")
    take = telegram_arrivals.webhook(channel, secret, receive, park)
    house.web.router.add_post(TELEGRAM_PATH, take)
    url = f"{settings.public_url}{TELEGRAM_PATH}"
    house.jobs["telegram webhook"] = partial(telegram_arrivals.announce, channel, url, secret)


def _add_sms(house: House, twilio: Twilio) -> None:
    account = sms_account(twilio)
    channel = SmsChannel(
        account=account,
        account_sid=twilio.account_sid,
        auth_tokens=(twilio.auth_token,),
        sender=twilio.sender,
        public_url=twilio.public_url,
        api_base=twilio.api_base,
        countries=house.plan.countries,
    )
    world = house.plan.worlds[account.service]
    house.channels[account.id] = channel
    gone = partial(_erased_addresses, house)
    inbox = InOrder(house.inbox, partial(_recorded, house))
    sms_log = SmsLog(channel)
    parts = (house.store, sms_log, inbox, house.clock)
    catching_up = CatchingUp(*parts, keep=worlds.kept_at_most(world), gone=gone)
    house.jobs["sms forgetting"] = Forgetting(house.store, sms_log, house.clock).run
    clearing = Clearing(house.store, account, channel, house.clock)
    house.jobs["sms clearing"] = clearing.run
    house.jobs["sms log"] = catching_up.run
    away, again = worlds.away_text(world), partial(_once_more, house)
    receive, now = catching_up.receive, house.clock.now
    house.web.add_routes(sms_hooks.routes(channel, receive, now, away, once_more=again))


async def _recorded(house: House, account: str, address: str) -> None:
    await house.sender.recorded(account, address)


async def _once_more(
    house: House, event: Delivered | Failed, ref: str, seconds: float | None
) -> bool:
    return await house.sender.again(event, ref, seconds)


def _erased_addresses(house: House) -> Mapping[str, datetime]:
    return erased.read(house.plan.settings.data / erased.FILE).addresses


def _add_rehearsal(house: House) -> None:
    service, accounts = house.plan.worlds[PRACTICE].service, house.plan.rehearsed
    parts = (house.store, house.inbox, house.clock, house.housekeeper)
    rehearsal = Rehearsal(service, accounts, *parts)
    house.channels |= rehearsal.channels
    house.jobs |= {id: channel.run for id, channel in rehearsal.channels.items()}
    for account in (account for account in accounts if account.traits.clears):
        clearing = Clearing(house.store, account, rehearsal.channels[account.id], house.clock)
        house.jobs[f"{account.id} clearing"] = clearing.run
    house.web.add_subapp("/rehearse/", rehearsal.page(partial(_open_desk, house)))


async def _open_desk(house: House) -> str:
    # Beside real people's words, being on this machine is not enough to read them.
    if house.plan.live:
        return f"{house.base_url}/desk/"
    return await one_time_link(house, way_in.practice_link)
