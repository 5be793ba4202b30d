"""The database of a plan: opened, and what the plan says written into it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import plans, upkeep
from bot.conversation.channel import Away
from bot.plans import Plan, sms_account
from bot.running import Down
from store import beside, erased, installation, locks, marks, why
from store.sealing import Keys
from store.session import Store


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
