"""The `ownpace` command. Heavy modules are imported in the commands: `--help` is to be quick."""

from __future__ import annotations

import os

import click

from bot.commands import proving, records, running, talking, upkeep

VERSION = "0.1.0"
CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
@click.version_option(VERSION)
def cli() -> None:
    """Ownpace: an intake that people answer at their own pace, by text or chat."""
    os.umask(0o077)


for room in (running, talking, records, upkeep, proving):
    for command in room.COMMANDS:
        cli.add_command(command)


def main() -> None:
    cli(prog_name="ownpace")


if __name__ == "__main__":
    main()
