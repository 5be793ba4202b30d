"""Operators' commands, in this process: one of their own takes two seconds to start."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from alembic import command
from click.testing import CliRunner
from sqlalchemy import create_engine

# Commands import what they need when they run; where `closed` is, that may be too late.
from bot import doctor, serving, upkeep  # noqa: F401
from bot.__main__ import cli
from store import engines, migrations


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


def run(data: Path, *args: str, **more: str) -> Done:
    """A command with nothing but these settings."""
    names = ("OWNPACE_", "TW", "TEL", "DATABASE_")
    bare = {name: None for name in os.environ if name.startswith(names)}
    env: dict[str, str | None] = {**bare, "OWNPACE_DATA": str(data), **more}
    result = CliRunner().invoke(cli, args, env=env)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def downgraded(url: str, to: str = "0001") -> None:
    """As an older version left it."""
    engine = create_engine(engines.address(url))
    with engine.begin() as connection:
        command.downgrade(migrations.config(connection), to)
    engine.dispose()
