"""Looking after what is kept, and after the whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.commands.ending import plain_faults, tell


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--test-routes", is_flag=True, help="Send a test to everybody on duty.")
def doctor(as_json: bool, test_routes: bool) -> None:
    """Look whether all is well, while Ownpace runs or not, and say what to do."""
    with plain_faults():
        from bot import doctor as practice

        if test_routes:
            from bot import serving
            from bot.doctor import routes
            from config import settings

            tell(routes.test_all(settings.load(), serving.write_beside))
            return
        sys.exit(practice.run(click.echo, as_json))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def backup(path: Path) -> None:
    """Write a backup to the new file PATH, while Ownpace runs or not. The master key stays out."""
    with plain_faults():
        from bot import upkeep
        from config import settings

        tell(upkeep.take(settings.load(), path))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Put what is there out of the way.")
@click.option("--moved", is_flag=True, help="Nothing ran since the backup: send what waits.")
def restore(path: Path, overwrite: bool, moved: bool) -> None:
    """Make the backup PATH the database. What was erased since stays erased."""
    with plain_faults():
        from bot import upkeep
        from config import settings

        tell(upkeep.put_back(settings.load(), path, moved=moved, over=overwrite))


@click.group()
def keys() -> None:
    """The master key."""


@keys.command()
def rotate() -> None:
    """Seal everything under the new OWNPACE_SECRET_KEY, while Ownpace runs or not; the one of
    before is OWNPACE_SECRET_KEY_OLD. Cut short, it goes on when it is run again."""
    with plain_faults():
        from bot import rotating, serving, upkeep
        from config import settings

        given = settings.load()
        upkeep.close_to_others(given)
        with serving.writing() as write:
            tell(rotating.rotate(upkeep.keys(given), write))


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version; a copy of before is made first, in the data folder."""
    with plain_faults():
        from bot import upkeep
        from config import settings

        tell(upkeep.upgrade(settings.load()))


COMMANDS = (doctor, backup, restore, keys, db)
