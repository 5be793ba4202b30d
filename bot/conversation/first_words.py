"""The first words of somebody: put aside unread until we have said who we are."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import discreet, leaving
from bot.conversation.asking import ask_over
from bot.conversation.commands import TELLING
from bot.conversation.filing import file
from bot.conversation.hearing import says_only
from bot.conversation.model import Conversation, Wrote
from bot.conversation.step import Step
from bot.conversation.understand import Command, Meaning


def are_these(before: Conversation, heard: Meaning) -> bool:
    """Does the explanation begin with this message?"""
    return before.standing in ("new", "erased") or (before.standing == "declined" and _fresh(heard))


def hear(step: Step, event: Wrote, heard: Meaning) -> None:
    """Before anything was explained: the words are put aside and the explanation begins."""
    if isinstance(heard, Command):
        file(step, "command")
        if heard.name == "stop":
            leaving.stop(step, heard.carrier)
            return
        if heard.about:
            step.change(language=heard.about)
        if heard.name in discreet.WORDS:
            discreet.turn(step, heard.name == "plain", event.message)
        if heard.name in TELLING and heard.name != "why" and not heard.carrier:
            TELLING[heard.name](step)  # whoever asks for a person first gets that first
    elif step.conversation.standing == "declined" and says_only(step, event.text, "polite"):
        file(step, "command")
        step.say("not_now")
        return
    else:
        file(step, "command" if says_only(step, event.text, "greetings") else "aside")
    leaving.begin(step)
    if heard in (Command("delete"), Command("language")):
        step.says[-1] = replace(step.says[-1], own_message=True)
        step.push(heard.name)
        ask_over(step)


def _fresh(heard: Meaning) -> bool:
    """After a NO: words, or a yes, begin anew; commands are answered as they are."""
    return not isinstance(heard, Command) or heard.name in ("yes", "carry_on")
