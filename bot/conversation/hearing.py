"""What did the person mean: words or a button, held against what is being asked."""

from __future__ import annotations

import re

from bot.conversation.asking import SCOPED, asking, current
from bot.conversation.flow import Question
from bot.conversation.folding import fold
from bot.conversation.i18n import Catalogue
from bot.conversation.model import Wrote
from bot.conversation.only_here import only_here, with_language
from bot.conversation.own_words import guessed, weighed
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Unclear, Words, understand

OFFERED = ("pause", "person")  # after an answer that ends with one of these, we ask


def hear(step: Step, event: Wrote) -> Meaning:
    """Understand one message. A button counts only for what is asked now."""
    if event.choice:
        return _pressed(step, event.choice)
    if step.conversation.standing == "new":
        _greeted(step, event.text)
    if here := only_here(step, event.text):
        return here
    heard = _understand(step, event.text, step.conversation.language)
    if isinstance(heard, Words) and not step.conversation.agreed:
        heard = _in_another_language(step, event.text) or heard
        return with_language(step, heard, event.text)
    question = None if step.over else current(step)
    heard = _guessed(step, question, event.text, heard)
    heard = weighed(heard, event.text, question, step.world.phrases, _catalogue(step))
    heard = with_language(step, heard, event.text)
    return _at_question(step, question, event.text, heard) if question else heard


def _guessed(step: Step, question: Question | None, text: str, heard: Meaning) -> Meaning:
    """What no list knows is guessed at; not over an interjection: what decides there, such as that
    all is erased, is said in so many words."""
    guess = step.world.guesses.get(step.conversation.language)
    asked = bool(asking(step).options) or question is not None
    return heard if step.over else guessed(guess, question, text, heard, asked)


def _at_question(step: Step, question: Question, text: str, heard: Meaning) -> Meaning:
    asking = step.conversation.standing == "asking"
    new_name = question.kind == "name" and question.id not in step.conversation.answers
    if asking and new_name and heard in (Command("yes"), Command("carry_on")):
        return Words(text)  # some are called Ye; nobody is called no
    if question.kind in ("text", "times"):
        if isinstance(heard, Words):
            return Words(text, _last_sentence(step, text))
        if isinstance(heard, Unclear) and heard.alone and heard.guess == "person":
            return Words(text, "person")  # "no bed tonight": an answer, and a person at once
    if isinstance(heard, Chose) and _lets_it_stay(step, question, text):
        return Command("yes")
    return heard


def _last_sentence(step: Step, text: str) -> str:
    """What an answer ends with ("... can't do this now"): a wish to pause, or for a person."""
    sentences = [part for part in re.split(r"[.!?;\n…]+", text) if part.strip()]
    if len(sentences) < 2:
        return ""
    heard = _understand(step, sentences[-1], step.conversation.language)
    name = getattr(heard, "name", getattr(heard, "guess", ""))
    return name if name in OFFERED else ""


def _lets_it_stay(step: Step, question: Question, text: str) -> bool:
    """OK to a question that has its answer lets the answer stay; a yes is one of its choices."""
    ok = fold(step.world.phrases.words["yes"].teach)
    return question.id in step.conversation.answers and fold(text) == ok


def _catalogue(step: Step) -> Catalogue:
    return step.world.catalogues[step.conversation.language]


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
    if kind == "c" and rest in step.world.phrases.words and rest not in SCOPED:
        return Command(rest)
    scope, _, choice = rest.rpartition(".")
    asked = asking(step)
    if kind != "o" or scope != asked.scope:
        return Chose(())
    if choice in {option.code for option in asked.options}:
        return Chose((choice,))
    return Command(choice) if choice in SCOPED and asked.yes_no else Chose(())


def _greeted(step: Step, text: str) -> None:
    """Begin in the language of the greeting, where the service offers it and the person's app
    or an option has not already said another than its first."""
    if step.conversation.language != step.world.service.languages[0]:
        return
    said = set(re.findall(r"\w+", text.casefold()))
    greetings = step.world.phrases.fragments["greetings"]
    for language in step.world.service.languages:
        words = step.world.catalogues[language].text(greetings, "fragment").casefold().split(", ")
        if said & set(words):
            step.change(language=language)
            return


def is_bare(step: Step, text: str) -> bool:
    """Is this a number, a yes or a no, and nothing more? It answers only what has been read."""
    heard = understand(text, step.world.phrases, _catalogue(step), step.traits, yes_no=True)
    return fold(text).isdecimal() or (isinstance(heard, Command) and heard.name in SCOPED)


def says_only(step: Step, text: str, fragment: str) -> bool:
    """Is this a greeting (`greetings`) or a thank you (`polite`) and nothing more? Then there is
    nothing to keep for anybody."""
    english = step.world.phrases.fragments[fragment]
    own = _catalogue(step).text(english, "fragment")
    said = fold(text).split()
    return bool(said) and set(said) <= set(fold(f"{english}, {own}").split())


def _in_another_language(step: Step, text: str) -> Meaning | None:
    """Before the agreement a command of another language of the service also changes to it."""
    for language in step.world.service.languages:
        heard = _understand(step, text, language)
        if isinstance(heard, Command):
            step.change(language=language)
            return heard
    return None
