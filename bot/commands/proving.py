"""What is promised and how fast it is, shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.ending import plain_faults, tell


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--list", "listing", is_flag=True, help="Print the promises, and check nothing.")
@click.option("--rules-only", is_flag=True, help="Read only: no walk through every state.")
@click.option("--cost", is_flag=True, help="What a check costs, twice and four times as long.")
@click.option("--events", type=click.IntRange(1), default=None, help="End each walk after so many.")
def check(
    paths: tuple[Path, ...],
    as_json: bool,
    listing: bool,
    rules_only: bool,
    cost: bool,
    events: int | None,
) -> None:
    """Show that flows, sentences and languages keep what people are promised.

    PATHS are flow files, a common.toml, catalogues (.po) or folders with these; without any, all
    that ships is checked.
    """
    with plain_faults():
        from bot.check import reporting

        if listing:
            tell(reporting.listing())
            return
        if cost:
            sys.exit(reporting.cost(paths, click.echo))
        sys.exit(reporting.run(paths, as_json, not rules_only, click.echo, events or 0))


@click.command()
@click.option("--seconds", type=click.FloatRange(1, 600), default=30, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def bench(seconds: float, as_json: bool) -> None:
    """Measure how fast messages are taken, as ratios. Nothing real is touched."""
    with plain_faults():
        from bot import worlds
        from bot.bench import run
        from config import logging, services

        logging.setup("WARNING")
        world = worlds.world(worlds.read(), services.practice())
        sys.exit(run.run(world, seconds, as_json, click.echo))


COMMANDS = (check, bench)
