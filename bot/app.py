"""Builds everything once, and wires it: the only place that knows all the parts.

`plans.plan` looked at the settings and opened nothing; `build` opens the database and makes the
parts; `serve` runs them.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment

import desk.app
import desk.pages
from bot import front, furnishing, rotating, running, upkeep, watching, wiring_channels, worlds
from bot.clock import Clock
from bot.conversation import timing
from bot.conversation.model import Conversation
from bot.conversation.sayings import sayings
from bot.copy_pages import CopyPages
from bot.giving_copies import Copies
from bot.house import House
from bot.housekeeping import Housekeeper
from bot.inbound import Inbox
from bot.mailing import Mail
from bot.nudged import Nudged
from bot.nudging import Nudging
from bot.outbound import Sender
from bot.plans import Plan
from bot.reaching import Reaching, Words
from bot.route_tests import Tests
from bot.sharing import shared_out
from bot.telling_outside import Hook, TellingOutside
from desk import telling
from desk.exporting.leaving import for_hook
from desk.safeguarding import PlainWords
from desk.writing import Way
from store import installation
from store.session import Store

SEEN_LONGER = timedelta(hours=48)  # than words are kept: no copy of them comes in again


# --- Making the parts ----------------------------------------------------------------------------


async def build(plan: Plan, base_url: str) -> House:
    """Open the database and make all the parts, in a running loop. `base_url` is our address.

    Raises `SettingsError`, `store.session.Unusable`, `Down`.
    """
    store = furnishing.open_store(plan)
    _learn_the_words(plan)
    clock = Clock(await store.read(installation.ahead))
    known = {account.id: account for account in (*plan.live, *plan.rehearsed)}
    told = Nudged(plan.worlds, store, clock)
    await told.refresh()
    copies = Copies(plan, store.keys, base_url)
    inbox = Inbox(store, told, known, clock, copies=copies)
    seen_for = max(map(worlds.kept_at_most, plan.worlds.values())) + SEEN_LONGER
    hard = _hardest(plan)
    clears = {id: world.service.clear_plain for id, world in plan.worlds.items()}
    parts = (store, inbox, clock, plan.worlds)
    housekeeper = Housekeeper(*parts, seen_for=seen_for, hardest=hard, clears=clears)
    house = House(plan, base_url, store, clock, inbox, housekeeper, _front(plan, store, clock))
    wiring_channels.add(house)
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


def _waking(plan: Plan, service: str, conversation: Conversation, at: datetime) -> datetime:
    return timing.may_speak_from(plan.worlds[service].service, conversation, at)


def _hardest(plan: Plan) -> frozenset[str]:
    """The questions of sensitivity 2, of every intake."""
    flows = plan.library.flows.values()
    return frozenset(q.id for flow in flows for q in flow.questions if q.sensitivity == 2)


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
