"""What did the person mean: words or a button, held against what is being asked."""

from __future__ import annotations

import re

from bot.conversation.asking import asking
from bot.conversation.model import Wrote
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Words, understand


def hear(step: Step, event: Wrote) -> Meaning:
    """Understand one message. A button counts only for what is asked now."""
    if event.choice:
        return _pressed(step, event.choice)
    if step.conversation.standing == "new":
        _greeted(step, event.text)
    heard = _understand(step, event.text, step.conversation.language)
    if isinstance(heard, Words) and not step.conversation.agreed:
        return _in_another_language(step, event.text) or heard
    return heard


def _understand(step: Step, text: str, language: str) -> Meaning:
    asked = asking(step)
    return understand(
        text,
        words=step.world.phrases,
        catalogue=step.world.catalogues[language],
        traits=step.traits,
        options=asked.options,
        many=asked.many,
        yes_no=asked.yes_no,
    )


def _pressed(step: Step, code: str) -> Meaning:
    """A press on an old message, or a forged one, chooses nothing."""
    kind, _, rest = code.partition(":")
    if kind == "c" and rest in step.world.phrases.words:
        return Command(rest)
    scope, _, choice = rest.rpartition(".")
    asked = asking(step)
    known = scope == asked.scope and choice in {option.code for option in asked.options}
    return Chose((choice,) if kind == "o" and known else ())


def _greeted(step: Step, text: str) -> None:
    """Begin in the language of the greeting, where the service offers it."""
    said = set(re.findall(r"\w+", text.casefold()))
    greetings = step.world.phrases.fragments["greetings"]
    for language in step.world.service.languages:
        words = step.world.catalogues[language].text(greetings, "fragment").casefold().split(", ")
        if said & set(words):
            step.change(language=language)
            return


def only_greets(step: Step, text: str) -> bool:
    """Is this a greeting and nothing more? Then there is nothing to keep for anybody."""
    greetings = step.world.phrases.fragments["greetings"].split(", ")
    own = step.world.catalogues[step.conversation.language].text(", ".join(greetings), "fragment")
    said = re.sub(r"[^\w ]", "", text.casefold()).strip()
    return said in greetings or said in own.casefold().split(", ")


def _in_another_language(step: Step, text: str) -> Meaning | None:
    """Before the agreement a command of another language of the service also changes to it."""
    for language in step.world.service.languages:
        heard = _understand(step, text, language)
        if isinstance(heard, Command):
            step.change(language=language)
            return heard
    return None
