"""How a command begins and ends: what an operator can mend is a plain sentence and a number."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Iterable, Iterator

import click

WRONG_SETTINGS, DOWN, BROKEN = 3, 4, 1
OURS = "this is a fault of Ownpace. What it said is left out, since it may hold somebody's words."


@contextlib.contextmanager
def plain_faults() -> Iterator[None]:
    """Every fault that an operator can mend ends in a plain sentence and a number."""
    from bot.conversation.channel import Away
    from bot.conversation.flow import FlowError
    from bot.running import Down
    from bot.upkeep import Failed
    from config.settings import SettingsError
    from store.session import Unusable

    try:
        yield
    except (SettingsError, FlowError, Unusable) as error:
        end(str(error), WRONG_SETTINGS)
    except (Down, Away) as error:
        end(str(error), DOWN)
    except Failed as error:
        end(str(error), error.code)
    except (KeyboardInterrupt, BrokenPipeError):
        # Nobody reads on; what is left must not complain while Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        _broken(error)


def _broken(error: Exception) -> None:
    """A fault of ours. Its place is told and its kind: its text may hold somebody's words."""
    places = "".join(traceback.format_tb(error.__traceback__))
    end(f"{places}{type(error).__name__}: {OURS}", BROKEN)


@contextlib.contextmanager
def no_garbage_yet() -> Iterator[None]:
    """What is made at the start stays: looking for garbage in it takes a quarter of a start.
    `running.run` begins to look once it is up."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def end(why: str, code: int) -> None:
    click.echo(why, err=True)
    sys.exit(code)
