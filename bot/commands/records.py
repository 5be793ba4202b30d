"""What is kept: one person's record or many, out, as a copy, gone; and what was learnt."""

from __future__ import annotations

import sys

import click

from bot.commands.ending import end, plain_faults, tell


@click.command()
@click.option("--format", "form", required=True, type=click.Choice(["csv", "json", "fhir"]))
@click.option("--since", default="", metavar="DATE", help="Shared on that day or later.")
@click.option("--until", default="", metavar="DATE", help="Shared on that day or earlier.")
@click.option("--reason", default="", help="What it is for; kept in the audit.")
def export(form: str, since: str, until: str, reason: str) -> None:
    """Print the intakes that were shared with the team, 500 at most. It works while Ownpace runs.

    It is noted at each of them, and in the audit.
    """
    with plain_faults():
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


@click.command()
@click.argument("reference")
@click.option("--lang", default="", help="The language, such as es; otherwise the person's.")
@click.option("--html", is_flag=True, help="A page to print, with large letters.")
@click.option("--reason", default="", help="What it is for; the person sees it, too.")
def copy(reference: str, lang: str, html: bool, reason: str) -> None:
    """Print the readable copy that the person of REFERENCE gets of their record. It works while
    Ownpace runs.

    It is noted where the person sees it, and in the audit.
    """
    with plain_faults():
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


@click.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--reason", default="", help="Kept in the audit for good: name nobody in it.")
def erase(reference: str, yes: bool, reason: str) -> None:
    """Erase everything of the person of REFERENCE for good. It works while Ownpace runs.

    A legal hold forbids it. It is noted in the audit.
    """
    with plain_faults():
        from bot import erasing, serving
        from config import settings

        person = erasing.prepare(settings.load(), reference, reason, serving.write_beside)
        question = person.question()
        if not yes and not sys.stdin.isatty():
            end("Nothing was erased. Without a terminal to ask at, say --yes.", 2)
        if not yes and not click.confirm(question, err=True):
            end("Nothing was erased.", 1)
        tell(person.run())


@click.command()
@click.option("--since", default="", metavar="DATE", help="From that day; otherwise a year.")
@click.option("--reason", default="", help="What it is for; kept in the audit.")
def evidence(since: str, reason: str) -> None:
    """Print a page on what was learnt from what went wrong: the changes, and whether they worked.

    For those who commission or inspect. No word of a person is in it.
    """
    with plain_faults():
        from bot import evidence as learnt
        from bot import serving
        from config import settings

        made = learnt.pack(settings.load(), since, reason, serving.write_beside)
        sys.stdout.buffer.write(made.encode())
        sys.stdout.buffer.flush()


COMMANDS = (export, copy, erase, evidence)
