"""What `serve`, `demo` and `desk-link` do: start it all, and say where it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from bot import app, furnishing, plans, running, upkeep, way_in
from bot.house import House, one_time_link
from bot.sharing import Only
from config import logging, secrets, settings
from store import engines

T = TypeVar("T")


def desk_link(name: str, warn: Callable[[str], object]) -> str:
    """A one-time address for this worker, or the first one; `warn` where it may not be ours."""

    def made(connection: Connection) -> str:
        now = datetime.now(UTC)
        return way_in.link(connection, name, now) if name else way_in.first_link(connection, now)

    token = write_beside(made)
    return way_in.address(desk_address(warn), token)


def desk_address(warn: Callable[[str], object]) -> str:
    """Where the desk of this folder is, as far as its files say; `warn` where it is a guess."""
    known = settings.load()
    base_url = known.public_url or running.noted_address(known.data)
    if not base_url:
        base_url = running.local_url(known.host, known.port)
        warn(f"No Ownpace that runs on this folder says where it is: this is right at {base_url}.")
        warn("If it listens elsewhere, name that in OWNPACE_PORT or OWNPACE_PUBLIC_URL.")
    return base_url


def run(demo: bool = False, only: Only = "") -> None:
    """Serve until told to stop."""
    known = settings.load()
    plan = plans.plan(known, rehearse=demo, only=only)
    secrets.private_folder(known.data)
    upkeep.close_to_others(known)
    logging.setup(known.log_level, form=known.log_format)
    with running.alone(known.data, engines.is_shared(engines.address(known.database_url))):
        sock = running.listen(known.host, known.port)
        if only != "sender":  # it has no desk
            running.note_address(known.data, running.local_url(*sock.getsockname()[:2]))
        asyncio.run(app.serve(plan, sock, tell_demo if demo else tell_serve))


def write_beside(work: Callable[[Connection], T]) -> T:
    """Do a small write, whether Ownpace runs on the folder or not; what `work` returns."""
    known = settings.load()
    secrets.private_folder(known.data)
    logging.setup("WARNING")
    try:
        with running.alone(known.data, engines.is_shared(engines.address(known.database_url))):
            store = furnishing.open_store(plans.plan(known))
            try:
                return store.write_sync(work)
            finally:
                store.close_sync()
    except running.Taken:
        return way_in.beside(known.database_url, work)


@contextlib.contextmanager
def writing() -> Iterator[Callable[[Callable[[Connection], Any]], Any]]:
    """As `write_beside`, for many writes, a transaction each."""
    known = settings.load()
    secrets.private_folder(known.data)
    logging.setup("WARNING")
    shared = engines.is_shared(engines.address(known.database_url))
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(running.alone(known.data, shared))
        except running.Taken:
            yield partial(way_in.beside, known.database_url)
            return
        store = furnishing.open_store(plans.plan(known))
        held.callback(store.close_sync)
        yield store.write_sync


async def tell_demo(house: House, local: str) -> None:
    link = await one_time_link(house, way_in.practice_link)
    phone = f"{local}/rehearse/" if house.plan.rehearsed else "only on OWNPACE_HOST 127.0.0.1"
    live = ", ".join(account.traits.name for account in house.plan.live)
    click.echo(
        f"\n  Rehearsal phone  {phone}\n  Desk             {link}\n\n"
        f"  The desk's address works once, within 30 minutes. Ctrl-C ends it all.\n"
        + (f"  Real people can reach it by: {live}.\n" if live else "")
    )


async def tell_serve(house: House, local: str) -> None:
    live = ", ".join(account.traits.name for account in house.plan.live)
    click.echo(f"Live: {live or 'no real channel'}")
    if not live:
        click.echo(f"  To go live: {house.plan.missing}")
    if house.plan.rehearsed:
        click.echo(f"Rehearsal phone: {local}/rehearse/")
    if house.plan.only == "sender":
        return
    link = await one_time_link(house, way_in.first_link)
    click.echo(f"Desk (works once, within 30 minutes): {link}")
