"""The `ownpace` command. Heavy modules are imported in the commands: `--help` is to be quick."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.sharing import Only

WRONG_SETTINGS, DOWN = 3, 4
VERSION = "0.1.0"
CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
@click.version_option(VERSION)
def cli() -> None:
    """Ownpace: an intake that people answer at their own pace, by text or chat."""
    os.umask(0o077)


@cli.command()
@click.option("--only", type=click.Choice(["web", "sender"]), help="A part; on PostgreSQL.")
def serve(only: Only | None) -> None:
    """Run everything in one process, on the channels that the settings name."""
    with _no_garbage_yet(), _plain_faults():
        from bot import serving

        serving.run(only=only or "")


@cli.command()
def demo() -> None:
    """Try it: a rehearsal phone and a desk on this machine, with people who do not exist."""
    with _no_garbage_yet(), _plain_faults():
        from bot import serving

        serving.run(demo=True)


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


@cli.command()
@click.option("--lang", required=True, help="The language, such as es.")
@click.option("--asking", default="", metavar="QUESTION", help="The question that is asked.")
@click.option("--channel", type=click.Choice(["sms", "telegram"]), default="sms", show_default=True)
def understand(lang: str, asking: str, channel: str) -> None:
    """Say what messages mean: each line of the input is one, each line out a JSON object."""
    with _plain_faults():
        from bot import understanding, worlds

        try:
            using = understanding.prepare(worlds.read(), lang, channel, asking)
        except understanding.Unknown as error:
            _end(str(error), 2)
        out = sys.stdout.buffer
        for line in understanding.told(sys.stdin.buffer, using):
            out.write(f"{line}\n".encode("utf-8", "replace"))
        out.flush()


@cli.command()
@click.option("--lang", required=True, help="The language, such as es.")
def cues(lang: str) -> None:
    """Say what messages may be a sign of: each line of the input is one, each line out JSON."""
    from bot.cues import shipped, telling

    finders = shipped.finders()
    if lang not in finders:
        _end(f"No cues are looked for in {lang!r}; they are in: {', '.join(finders)}", 2)
    out = sys.stdout.buffer
    for line in telling.told(sys.stdin.buffer, finders[lang]):
        out.write(f"{line}\n".encode())
    out.flush()


@cli.command()
def notes() -> None:
    """Read a caseworker's note: each line out is a JSON object with other words for some of it."""
    with _plain_faults():
        from desk import language

        out = sys.stdout.buffer
        for line in language.lines(sys.stdin.buffer.read().decode("utf-8", "replace")):
            out.write(f"{line}\n".encode())
        out.flush()


@cli.command("desk-link")
@click.argument("name", required=False)
def desk_link(name: str | None) -> None:
    """Print a one-time link into the desk for the caseworker NAME, who is made if need be.

    Without a NAME it is for the first worker. It works while Ownpace runs, too.
    """
    with _plain_faults():
        from bot import serving

        warn = partial(click.echo, err=True)
        click.echo(serving.desk_link((name or "").strip(), warn))
        click.echo("It works once, within 30 minutes.", err=True)


@cli.command()
@click.option("--format", "form", required=True, type=click.Choice(["csv", "json", "fhir"]))
@click.option("--since", default="", metavar="DATE", help="Shared on that day or later.")
@click.option("--until", default="", metavar="DATE", help="Shared on that day or earlier.")
@click.option("--reason", default="", help="What it is for; kept in the audit.")
def export(form: str, since: str, until: str, reason: str) -> None:
    """Print the intakes that were shared with the team, 500 at most. It works while Ownpace runs.

    It is noted at each of them, and in the audit.
    """
    with _plain_faults():
        from bot import serving, taking_out
        from config import settings

        if not reason and sys.stdin.isatty():
            reason = click.prompt("What is it for?", err=True)
        known = settings.load()
        file, many = taking_out.export(known, form, since, until, reason, serving.write_beside)
        sys.stdout.buffer.write(file)
        sys.stdout.buffer.flush()
        if not many:
            click.echo("No intake in it: none was shared, or all are of the rehearsal.", err=True)


@cli.command()
@click.argument("reference")
@click.option("--lang", default="", help="The language, such as es; otherwise the person's.")
@click.option("--html", is_flag=True, help="A page to print, with large letters.")
@click.option("--reason", default="", help="What it is for; the person sees it, too.")
def copy(reference: str, lang: str, html: bool, reason: str) -> None:
    """Print the readable copy that the person of REFERENCE gets of their record. It works while
    Ownpace runs.

    It is noted where the person sees it, and in the audit.
    """
    with _plain_faults():
        from bot import copying, serving
        from config import settings

        if not reason and sys.stdin.isatty():
            reason = click.prompt("What is it for?", err=True)
        known = settings.load()
        made = copying.copy(known, reference, lang, html, reason, serving.write_beside)
        sys.stdout.buffer.write(made.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
        for line in copying.BEFORE_IT_GOES:
            click.echo(line, err=True)


@cli.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--reason", default="", help="Kept in the audit for good: name nobody in it.")
def erase(reference: str, yes: bool, reason: str) -> None:
    """Erase everything of the person of REFERENCE for good. It works while Ownpace runs.

    A legal hold forbids it. It is noted in the audit.
    """
    with _plain_faults():
        from bot import erasing, serving
        from config import settings

        person = erasing.prepare(settings.load(), reference, reason, serving.write_beside)
        question = person.question()
        if not yes and not sys.stdin.isatty():
            _end("Nothing was erased. Without a terminal to ask at, say --yes.", 2)
        if not yes and not click.confirm(question, err=True):
            _end("Nothing was erased.", 1)
        _tell(person.run())


@cli.group()
def user() -> None:
    """The desk's accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(["caseworker", "lead", "admin"]))
@click.option("--password-stdin", is_flag=True, help="The first line of the input is it.")
def user_add(name: str, role: str, password_stdin: bool) -> None:
    """Make an account at the desk. Without a password, a one-time link is printed that lets its
    owner in. It works while Ownpace runs, too."""
    with _plain_faults():
        from bot import accounts, serving

        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        desk = partial(serving.desk_address, partial(click.echo, err=True))
        _tell(accounts.add(name, role, password, serving.write_beside, desk))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--test-routes", is_flag=True, help="Send a test to everybody on duty.")
def doctor(as_json: bool, test_routes: bool) -> None:
    """Look whether all is well, while Ownpace runs or not, and say what to do."""
    with _plain_faults():
        from bot import doctor as practice

        if test_routes:
            from bot import serving
            from bot.doctor import routes
            from config import settings

            _tell(routes.test_all(settings.load(), serving.write_beside))
            return
        sys.exit(practice.run(click.echo, as_json))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
def backup(path: Path) -> None:
    """Write a backup to the new file PATH, while Ownpace runs or not. The master key stays out."""
    with _plain_faults():
        from bot import upkeep
        from config import settings

        _tell(upkeep.take(settings.load(), path))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Put what is there out of the way.")
@click.option("--moved", is_flag=True, help="Nothing ran since the backup: send what waits.")
def restore(path: Path, overwrite: bool, moved: bool) -> None:
    """Make the backup PATH the database. What was erased since stays erased."""
    with _plain_faults():
        from bot import upkeep
        from config import settings

        _tell(upkeep.put_back(settings.load(), path, moved=moved, over=overwrite))


@cli.command()
@click.option("--seconds", type=click.FloatRange(1, 600), default=30, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def bench(seconds: float, as_json: bool) -> None:
    """Measure how fast messages are taken, as ratios. Nothing real is touched."""
    with _plain_faults():
        from bot import worlds
        from bot.bench import run
        from config import logging, services

        logging.setup("WARNING")
        world = worlds.world(worlds.read(), services.practice())
        sys.exit(run.run(world, seconds, as_json, click.echo))


@cli.command()
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
    with _plain_faults():
        from bot.check import reporting

        if listing:
            _tell(reporting.listing())
            return
        if cost:
            sys.exit(reporting.cost(paths, click.echo))
        sys.exit(reporting.run(paths, as_json, not rules_only, click.echo, events or 0))


@cli.group()
def keys() -> None:
    """The master key."""


@keys.command()
def rotate() -> None:
    """Seal everything under the new OWNPACE_SECRET_KEY, while Ownpace runs or not; the one of
    before is OWNPACE_SECRET_KEY_OLD. Cut short, it goes on when it is run again."""
    with _plain_faults():
        from bot import rotating, serving, upkeep
        from config import settings

        given = settings.load()
        upkeep.close_to_others(given)
        with serving.writing() as write:
            _tell(rotating.rotate(upkeep.keys(given), write))


@cli.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version; a copy of before is made first, in the data folder."""
    with _plain_faults():
        from bot import upkeep
        from config import settings

        _tell(upkeep.upgrade(settings.load()))


def main() -> None:
    cli(prog_name="ownpace")


@contextlib.contextmanager
def _plain_faults() -> Iterator[None]:
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
        _end(str(error), WRONG_SETTINGS)
    except (Down, Away) as error:
        _end(str(error), DOWN)
    except Failed as error:
        _end(str(error), error.code)
    except (KeyboardInterrupt, BrokenPipeError):
        # Nobody reads on; what is left must not complain while Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _no_garbage_yet() -> Iterator[None]:
    """What is made at the start stays: looking for garbage in it takes a quarter of a start.
    `running.run` begins to look once it is up."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _end(why: str, code: int) -> None:
    click.echo(why, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
