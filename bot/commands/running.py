"""Serving people, and the people who work at the desk."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from bot.commands.ending import no_garbage_yet, plain_faults, tell

if TYPE_CHECKING:
    from bot.sharing import Only


@click.command()
@click.option("--only", type=click.Choice(["web", "sender"]), help="A part; on PostgreSQL.")
def serve(only: Only | None) -> None:
    """Run everything in one process, on the channels that the settings name."""
    with no_garbage_yet(), plain_faults():
        from bot import serving

        serving.run(only=only or "")


@click.command()
def demo() -> None:
    """Try it: a rehearsal phone and a desk on this machine, with people who do not exist."""
    with no_garbage_yet(), plain_faults():
        from bot import serving

        serving.run(demo=True)


@click.group()
def user() -> None:
    """The desk's accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(["caseworker", "lead", "admin"]))
@click.option("--password-stdin", is_flag=True, help="The first line of the input is it.")
def user_add(name: str, role: str, password_stdin: bool) -> None:
    """Make an account at the desk. Without a password, a one-time link is printed that lets its
    owner in. It works while Ownpace runs, too."""
    with plain_faults():
        from bot import accounts, serving

        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        desk = partial(serving.desk_address, partial(click.echo, err=True))
        tell(accounts.add(name, role, password, serving.write_beside, desk))


@click.command("desk-link")
@click.argument("name", required=False)
def desk_link(name: str | None) -> None:
    """Print a one-time link into the desk for the caseworker NAME, who is made if need be.

    Without a NAME it is for the first worker. It works while Ownpace runs, too.
    """
    with plain_faults():
        from bot import serving

        warn = partial(click.echo, err=True)
        click.echo(serving.desk_link((name or "").strip(), warn))
        click.echo("It works once, within 30 minutes.", err=True)


COMMANDS = (serve, demo, user, desk_link)
