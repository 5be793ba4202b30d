"""Where a message may be a command or an answer: what it counts as by the question asked."""

from __future__ import annotations

from bot.conversation.flow import Question
from bot.conversation.folding import fold
from bot.conversation.i18n import Catalogue
from bot.conversation.phrases import Phrases
from bot.conversation.understand import Command, Meaning, Unclear, Words

SCOPED = ("yes", "no", "carry_on")


def weighed(
    heard: Meaning, text: str, question: Question | None, words: Phrases, catalogue: Catalogue
) -> Meaning:
    """What was heard, as it counts at this question. At none there is nothing that it could
    answer. A name or a code word is not guessed at; and where the flow says so, a phrase that
    could be the answer ("call me", to what we should not do) is asked about first."""
    if not question:
        alone = isinstance(heard, Unclear) and heard.alone
        return Command(heard.guess) if isinstance(heard, Unclear) and alone else heard
    if question.kind in ("name", "code") and isinstance(heard, Unclear):
        return Words(text)
    if not question.own_words_first or not isinstance(heard, Command):
        return heard
    plain = heard.carrier or heard.name in SCOPED
    if plain or _says_taught_word(text, heard.name, words, catalogue):
        return heard
    return Unclear(heard.name)


def _says_taught_word(text: str, name: str, words: Phrases, catalogue: Catalogue) -> bool:
    word = words.words[name]
    english = {text for text in (word.teach, word.teach_sms) if text}
    taught = english | {catalogue.text(text, "teach") for text in english}
    said = f" {fold(text)} "
    return any(f" {fold(way)} " in said for way in taught)
