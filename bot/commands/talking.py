"""Trying words out: the conversation, what is understood, what a note could hurt with."""

from __future__ import annotations

import sys

import click

from bot.commands.ending import end, plain_faults


@click.command()
@click.option("--flow", default="self_referral", help="Which intake.", show_default=True)
@click.option("--lang", help="The language to begin in, such as es.")
@click.option("--channel", type=click.Choice(["sms", "telegram"]), default="sms", show_default=True)
def chat(flow: str, lang: str | None, channel: str) -> None:
    """Have the conversation here. Nothing of it is kept. Each line of a pipe is one message."""
    with plain_faults():
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


@click.command()
@click.option("--lang", required=True, help="The language, such as es.")
@click.option("--asking", default="", metavar="QUESTION", help="The question that is asked.")
@click.option("--channel", type=click.Choice(["sms", "telegram"]), default="sms", show_default=True)
def understand(lang: str, asking: str, channel: str) -> None:
    """Say what messages mean: each line of the input is one, each line out a JSON object."""
    with plain_faults():
        from bot import understanding, worlds

        try:
            using = understanding.prepare(worlds.read(), lang, channel, asking)
        except understanding.Unknown as error:
            end(str(error), 2)
        out = sys.stdout.buffer
        for line in understanding.told(sys.stdin.buffer, using):
            out.write(f"{line}\n".encode("utf-8", "replace"))
        out.flush()


@click.command()
@click.option("--lang", required=True, help="The language, such as es.")
def cues(lang: str) -> None:
    """Say what messages may be a sign of: each line of the input is one, each line out JSON."""
    from bot.cues import shipped, telling

    finders = shipped.finders()
    if lang not in finders:
        end(f"No cues are looked for in {lang!r}; they are in: {', '.join(finders)}", 2)
    out = sys.stdout.buffer
    for line in telling.told(sys.stdin.buffer, finders[lang]):
        out.write(f"{line}\n".encode())
    out.flush()


@click.command()
def notes() -> None:
    """Read a caseworker's note: each line out is a JSON object with other words for some of it."""
    with plain_faults():
        from desk import language

        out = sys.stdout.buffer
        for line in language.lines(sys.stdin.buffer.read().decode("utf-8", "replace")):
            out.write(f"{line}\n".encode())
        out.flush()


COMMANDS = (chat, understand, cues, notes)
