"""The `ownpace` command. Heavy modules are imported in the commands: `--help` is to be quick."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.app import House
    from config.settings import Settings

WRONG_SETTINGS, DOWN = 3, 4
VERSION = "0.1.0"
CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
@click.version_option(VERSION)
def cli() -> None:
    """Ownpace: an intake that people answer at their own pace, by text or chat."""
    os.umask(0o077)


@cli.command()
def serve() -> None:
    """Run everything in one process, on the channels that the settings name."""
    with _plain_faults():
        _run(demo=False)


@cli.command()
def demo() -> None:
    """Try it: a rehearsal phone and a desk on this machine, with people who do not exist."""
    with _plain_faults():
        _run(demo=True)


@cli.command()
@click.option("--flow", default="self_referral", help="Which intake.", show_default=True)
@click.option("--lang", help="The language to begin in, such as es.")
@click.option("--channel", type=click.Choice(["sms", "telegram"]), default="sms", show_default=True)
def chat(flow: str, lang: str | None, channel: str) -> None:
    """Have the conversation here. Nothing of it is kept. Each line of a pipe is one message."""
    with _plain_faults():
        from dataclasses import replace

        from bot import chat as terminal
        from bot import worlds
        from config import logging, services

        library, service = worlds.read(), services.practice()
        if flow not in library.flows:
            raise click.BadParameter(f"there are: {', '.join(library.flows)}", param_hint="--flow")
        there_are = tuple(library.catalogues)  # also one that no service offers yet
        if lang is not None and lang not in there_are:
            raise click.BadParameter(f"there are: {', '.join(there_are)}", param_hint="--lang")
        logging.setup("WARNING")
        first = lang or service.languages[0]
        spoken = replace(service, languages=tuple(dict.fromkeys((*service.languages, first))))
        terminal.run(worlds.world(library, spoken, flow), channel, first)


@cli.command("desk-link")
@click.argument("name", required=False)
def desk_link(name: str | None) -> None:
    """Print a one-time link into the desk for the caseworker NAME, who is made if need be.

    Without a NAME it is for the first worker. It works while Ownpace runs, too.
    """
    with _plain_faults():
        from bot import running, way_in
        from config import logging, secrets, settings

        known = settings.load()
        secrets.private_folder(known.data)
        logging.setup("WARNING")
        base_url = known.public_url or running.local_url(known.host, known.port)
        click.echo(way_in.address(base_url, _new_token(known, (name or "").strip())))
        click.echo("It works once, within 30 minutes.", err=True)


def main() -> None:
    cli(prog_name="ownpace")


def _run(demo: bool) -> None:
    import asyncio

    from bot import app, running
    from config import logging, secrets, settings

    known = settings.load()
    plan = app.plan(known, rehearse=demo)
    secrets.private_folder(known.data)
    logging.setup()
    with running.alone(known.data):
        sock = running.listen(known.host, known.port)
        asyncio.run(app.serve(plan, sock, _tell_demo if demo else _tell_serve))


def _new_token(known: Settings, name: str) -> str:
    """A token for this worker or the first one, whether Ownpace runs on the folder or not."""
    from datetime import UTC, datetime

    from bot import app, running, way_in

    now = datetime.now(UTC)

    def made(connection: Connection) -> str:
        return way_in.link(connection, name, now) if name else way_in.first_link(connection, now)

    try:
        with running.alone(known.data):
            store = app.open_store(app.plan(known))
            try:
                return store.write_sync(made)
            finally:
                store.close_sync()
    except running.Taken:
        return way_in.beside(known.database_url, made)


async def _tell_demo(house: House, local: str) -> None:
    from bot import way_in
    from bot.app import desk_link

    link = await desk_link(house, way_in.practice_link)
    phone = f"{local}/rehearse/" if house.plan.rehearsed else "only on OWNPACE_HOST 127.0.0.1"
    live = ", ".join(account.traits.name for account in house.plan.live)
    click.echo(
        f"\n  Rehearsal phone  {phone}\n  Desk             {link}\n\n"
        f"  The desk's address works once, within 30 minutes. Ctrl-C ends it all.\n"
        + (f"  Real people can reach it by: {live}.\n" if live else "")
    )


async def _tell_serve(house: House, local: str) -> None:
    from bot import way_in
    from bot.app import desk_link

    live = ", ".join(account.traits.name for account in house.plan.live)
    click.echo(f"Live: {live or 'no real channel'}")
    if not live:
        click.echo(f"  To go live: {house.plan.missing}")
    if house.plan.rehearsed:
        click.echo(f"Rehearsal phone: {local}/rehearse/")
    link = await desk_link(house, way_in.first_link)
    click.echo(f"Desk (works once, within 30 minutes): {link}")


@contextlib.contextmanager
def _plain_faults() -> Iterator[None]:
    """Every fault that an operator can mend ends in a plain sentence and a number."""
    from bot.conversation.channel import Away
    from bot.conversation.flow import FlowError
    from bot.running import Down
    from config.settings import SettingsError
    from store.session import Unusable

    try:
        yield
    except (SettingsError, FlowError, Unusable) as error:
        _end(str(error), WRONG_SETTINGS)
    except (Down, Away) as error:
        _end(str(error), DOWN)
    except (KeyboardInterrupt, BrokenPipeError):
        # Nobody reads on; what is left must not complain while Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(why: str, code: int) -> None:
    click.echo(why, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
