"""Where a message may be a command or an answer: what it counts as by the question asked."""

from __future__ import annotations

from bot.conversation.flow import Question
from bot.conversation.folding import fold
from bot.conversation.i18n import Catalogue
from bot.conversation.phrases import Phrases
from bot.conversation.understand import Chose, Command, Guess, Meaning, Unclear, Words

NAMES = ("name", "code")  # kinds of question whose answers may be any words
SCOPED = ("yes", "no", "carry_on")
SHORT = (
    "pause",
    "language",
    "safe",
    "more",
    "person",
    "data",
)  # have ways that are names, or times


def guessed(
    guess: Guess | None, question: Question | None, text: str, heard: Meaning, asked: bool
) -> Meaning:
    """Where no list knows the words: what they are likely to mean, by what was learnt. What may be
    a name or a code word is not guessed at. `asked`: is anything asked that they could answer?"""
    named = question is not None and question.kind in NAMES
    if not guess or not isinstance(heard, Words) or named:
        return heard
    return guess(text, asked) or heard


def weighed(
    heard: Meaning, text: str, question: Question | None, words: Phrases, catalogue: Catalogue
) -> Meaning:
    """What was heard, as it counts at this question. At none there is nothing that it could
    answer. A name or a code word is not guessed at; and where the flow says so, a phrase that
    could be the answer ("call me", to what we should not do) is asked about first. Where a
    choice says so, what is said about the phone ("he reads my messages") is that choice."""
    if not question:
        alone = isinstance(heard, Unclear) and heard.alone
        return Command(heard.guess) if isinstance(heard, Unclear) and alone else heard
    if isinstance(heard, Unclear) and (code := _heard_as(heard.guess, question)):
        return Chose((code,))
    if question.kind in NAMES and isinstance(heard, Unclear):
        return Words(text)
    if question.kind != "text" and _may_be_short(heard, text, words, catalogue):
        return Unclear(getattr(heard, "name", ""))
    if not question.own_words_first or not isinstance(heard, Command):
        return heard
    plain = heard.carrier or heard.name in SCOPED
    if plain or _says_taught_word(text, heard.name, words, catalogue):
        return heard
    return Unclear(heard.name)


def _heard_as(name: str, question: Question) -> str:
    """The code of the choice that is said with what may be this command."""
    return next((choice.code for choice in question.choices if choice.heard == name), "")


def _may_be_short(heard: Meaning, text: str, words: Phrases, catalogue: Catalogue) -> bool:
    """Is it one word that may as well be a name (Segura, Rest) or a time ("tomorrow")? A word
    that we show is none, and nobody is kept from leaving for the sake of an answer."""
    if not isinstance(heard, Command) or heard.carrier or heard.name not in SHORT:
        return False
    alone = " " not in fold(text)
    return alone and not _says_taught_word(text, heard.name, words, catalogue)


def _says_taught_word(text: str, name: str, words: Phrases, catalogue: Catalogue) -> bool:
    word = words.words[name]
    english = {text for text in (word.teach, word.teach_sms) if text}
    taught = english | {catalogue.text(text, "teach") for text in english}
    said = f" {fold(text)} "
    return any(f" {fold(way)} " in said for way in taught)
