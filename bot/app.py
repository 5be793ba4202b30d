"""Builds everything once, and wires it: the only place that knows all the parts.

`plans.plan` looked at the settings and opened nothing; `build` opens the database and makes the
parts; `serve` runs them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

import desk.app
import desk.pages
from bot import front, menu, plans, rotating, running, upkeep, watching, way_in, worlds
from bot.catching_up import CatchingUp
from bot.channels import sms_hooks, telegram_arrivals
from bot.channels.sms import SmsChannel
from bot.channels.sms_log import SmsLog
from bot.channels.telegram import TelegramChannel
from bot.clearing import Clearing
from bot.clock import Clock
from bot.conversation import timing
from bot.conversation.channel import Away, Channel
from bot.conversation.model import Conversation, Delivered, Failed, World
from bot.conversation.sayings import sayings
from bot.copy_pages import CopyPages
from bot.forgetting import Forgetting
from bot.giving_copies import Copies
from bot.housekeeping import Housekeeper
from bot.in_order import InOrder
from bot.inbound import Inbox
from bot.mailing import Mail
from bot.nudged import Nudged
from bot.nudging import Nudging
from bot.outbound import Sender
from bot.plans import Plan, sms_account, telegram_account
from bot.reaching import Reaching, Words
from bot.rehearsing import Rehearsal
from bot.route_tests import Tests
from bot.running import Down, Job
from bot.sharing import shared_out
from bot.telling_outside import Hook, TellingOutside
from config import secrets
from config.services import PRACTICE
from config.settings import Twilio
from desk import telling
from desk.exporting.leaving import for_hook
from desk.safeguarding import PlainWords
from desk.writing import Way
from store import beside, erased, installation, locks, marks, why
from store.sealing import Keys
from store.session import Store

TELEGRAM_PATH = "/channels/telegram"
SEEN_LONGER = timedelta(hours=48)  # than words are kept: no copy of them comes in again


@dataclass(slots=True)
class House:
    """All the parts. `jobs` go on while the process lives; `web` is the table of routes."""

    plan: Plan
    base_url: str
    store: Store
    clock: Clock
    inbox: Inbox
    housekeeper: Housekeeper
    web: web.Application
    channels: dict[str, Channel] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    sender: Sender = field(init=False)

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()
        await self.store.close()


# --- Making the parts ----------------------------------------------------------------------------


async def build(plan: Plan, base_url: str) -> House:
    """Open the database and make all the parts, in a running loop. `base_url` is our address.

    Raises `SettingsError`, `store.session.Unusable`, `Down`.
    """
    store = open_store(plan)
    _learn_the_words(plan)
    clock = Clock(await store.read(installation.ahead))
    known = {account.id: account for account in (*plan.live, *plan.rehearsed)}
    told = Nudged(plan.worlds, store, clock)
    await told.refresh()
    copies = Copies(plan, store.keys, base_url)
    inbox = Inbox(store, told, known, clock, copies=copies)
    seen_for = max(map(_kept, plan.worlds.values())) + SEEN_LONGER
    hard = _hardest(plan)
    clears = {id: world.service.clear_plain for id, world in plan.worlds.items()}
    parts = (store, inbox, clock, plan.worlds)
    housekeeper = Housekeeper(*parts, seen_for=seen_for, hardest=hard, clears=clears)
    house = House(plan, base_url, store, clock, inbox, housekeeper, _front(plan, store, clock))
    _add_channels(house)
    house.sender = Sender(store, house.channels, inbox, clock, waking=partial(_waking, plan))
    house.jobs |= {"housekeeping": housekeeper.run, "sender": house.sender.run}
    reaching, pages = _reaching(house), desk.pages.environment()
    _add_nudging(house, reaching, pages)
    _add_desk(house, _tests(house, reaching, pages))
    house.web.add_routes(CopyPages(store, clock, copies, pages).routes())
    _add_hook(house)
    house.jobs = shared_out(house.jobs, store, inbox.queued.set, plan.only)
    house.jobs["what may be promised"] = told.run
    house.jobs["what was learnt"] = partial(_read_what_was_learnt, plan)
    house.jobs["keys"] = partial(rotating.keep_up, store)
    house.jobs["old copies"] = partial(upkeep.keep_forgetting, plan.settings.data)
    if plan.only == "sender":
        house.web = _front(plan, store, clock)
    return house


def _learn_the_words(plan: Plan) -> None:
    """What people may say is made ready now, not while the first of them waits."""
    for world in plan.worlds.values():
        for language in world.service.languages:
            sayings(world.phrases, world.catalogues[language])


async def _read_what_was_learnt(plan: Plan) -> None:
    """What looks for cues and what guesses at commands is read beside the first work, not before
    it; then there is no more to do."""
    for world in plan.worlds.values():
        for language in world.service.languages:
            if find := world.cues.get(language):
                await asyncio.to_thread(find, "")
            if guess := world.guesses.get(language):
                await asyncio.to_thread(guess, "", False)
    await asyncio.Event().wait()


def _front(plan: Plan, store: Store, clock: Clock) -> web.Application:
    """What every process answers: is it well, and what does it count?"""
    public = urlsplit(plan.settings.public_url or "").hostname or ""
    app = web.Application(middlewares=front.before_all(public), client_max_size=front.MOST_BODY)
    app.add_routes(front.health(store) + front.doors(bool(plan.rehearsed)))
    app.router.add_get("/metrics", watching.page(store, clock, plan.settings.metrics_token))
    return app


def open_store(plan: Plan) -> Store:
    settings = plan.settings
    # A new key for an old database would open nothing, and hide that the right one is missing.
    there = any(path.stat().st_size for path in beside.files(settings.database_url))
    try:
        store = upkeep.open_store(settings, upkeep.keys(settings, make=not there))
        store.note_erased_in(settings.data / erased.FILE)
        store.hold_deletions(dict.fromkeys(plan.worlds, plan.delete_hold))
        if settings.twilio:
            store.forget_at_providers([sms_account(settings.twilio).id])
        store.clear_at_providers(plans.clears(plan))
        if settings.hook_url:
            store.tell_outside()
        store.write_sync(partial(_furnish, plan=plan, keys=store.keys))
    except (Away, OSError, SQLAlchemyError) as error:
        raise Down(f"DATABASE_URL: {why.of(error, settings.database_url)}") from None
    return store


def _furnish(connection: Connection, plan: Plan, keys: Keys) -> None:
    locks.one_at_a_time(connection, "furnishing", patiently=True)
    made = [(world.service.id, world.service.practice) for world in plan.worlds.values()]
    installation.furnish(connection, made, (*plan.live, *plan.rehearsed))
    marks.hide(connection, keys)
    for id, flow in plan.library.flows.items():
        text = plan.library.texts[id]
        installation.keep_flow(connection, id, flow.fingerprint, text, datetime.now(UTC))


def _add_channels(house: House) -> None:
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
    catching_up = CatchingUp(*parts, keep=_kept(world), gone=gone)
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


def _waking(plan: Plan, service: str, conversation: Conversation, at: datetime) -> datetime:
    return timing.may_speak_from(plan.worlds[service].service, conversation, at)


def _hardest(plan: Plan) -> frozenset[str]:
    """The questions of sensitivity 2, of every intake."""
    flows = plan.library.flows.values()
    return frozenset(q.id for flow in flows for q in flow.questions if q.sensitivity == 2)


def _kept(world: World) -> timedelta:
    """How long words are kept at most."""
    return timedelta(days=max(world.service.keep_days, world.service.keep_partial_days))


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
    return await desk_link(house, way_in.practice_link)


def _reaching(house: House) -> Reaching:
    """The real ways to workers; the rehearsal phone is none."""
    given, live = house.plan.settings.mail, {account.id for account in house.plan.live}
    channels = {id: channel for id, channel in house.channels.items() if id in live}
    return Reaching(Mail(*given) if given else None, channels)


def _add_nudging(house: House, reaching: Reaching, pages: Environment) -> None:
    services = {id: world.service for id, world in house.plan.worlds.items()}

    def words(reference: str) -> Words:
        return Words(*telling.nudge(pages, house.base_url, reference))

    job = Nudging(house.store, reaching, house.clock, services, words)
    house.jobs["nudging"] = job.run


def _tests(house: House, reaching: Reaching, pages: Environment) -> Tests:
    def words(token: str) -> Words:
        return Words(*telling.test(pages, house.base_url, token))

    return Tests(house.store, reaching, house.clock.now, words)


def _add_desk(house: House, tests: Tests) -> None:
    flows = house.plan.library.flows
    made = {id: world.service for id, world in house.plan.worlds.items()}
    https = house.base_url.startswith("https:")
    way = Way(house.inbox.receive, partial(_waking, house.plan))
    where = (house.clock, house.base_url, https)
    library = house.plan.library
    words = (library.phrases.copy, PlainWords(library.phrases.messages, library.catalogues))
    app = desk.app.build(house.store, flows, made, *where, tests, way, *words)
    house.web.add_subapp("/desk", app)


def _add_hook(house: House) -> None:
    """Another case system is told, where the settings name one."""
    settings = house.plan.settings
    if not (settings.hook_url and settings.hook_secret):
        return
    services = {id: world.service for id, world in house.plan.worlds.items()}
    parts = (house.store.keys, house.plan.library.flows, services, house.clock)
    content = partial(for_hook, *parts) if settings.hook_content else None
    hook = Hook(settings.hook_url, settings.hook_secret.get_secret_value(), house.base_url)
    house.jobs["web hook"] = TellingOutside(house.store, house.clock, hook, content).run


async def desk_link(house: House, made: Callable[..., str]) -> str:
    """An address that signs a worker in, once, within half an hour; `made` makes its token."""
    token = await house.store.write(partial(made, at=house.clock.now()))
    return way_in.address(house.base_url, token)


# --- Running -------------------------------------------------------------------------------------


Up = Callable[[House, str], Awaitable[None]]


async def serve(plan: Plan, sock: socket.socket, up: Up) -> None:
    """Serve on `sock` until told to stop. `up` is called once, with our local address."""
    local = running.local_url(*sock.getsockname()[:2])
    house = await build(plan, plan.settings.public_url or local)
    try:
        await running.run(house.web, sock, house.jobs, lambda: up(house, local))
    finally:
        await house.close()
