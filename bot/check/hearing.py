"""The words of a language made ready to understand with: once for equal lists, as that is slow."""

from __future__ import annotations

from functools import lru_cache

from bot.check.finding import Subject
from bot.conversation.i18n import BUTTON, FRAGMENT, SAYS, TEACH, Catalogue
from bot.conversation.phrases import Phrases, Word

HEARD = (SAYS, TEACH, BUTTON, FRAGMENT)  # contexts of what is listened for

Entries = tuple[tuple[tuple[str, str], str], ...]


def hears(subject: Subject, language: str) -> tuple[Phrases, Catalogue]:
    """What `understand` takes for this language: without the messages, which it never looks at.
    Labels of choices stand in the flow's own contexts, and are kept."""
    phrases, catalogue = subject.phrases, subject.catalogues[language]
    ids = {question.id for question in subject.flow.questions}
    entries = tuple(
        (key, text) for key, text in catalogue.entries.items() if key[0] in HEARD or key[0] in ids
    )
    return (
        _phrases(tuple(phrases.words.values()), tuple(phrases.fragments.items())),
        _catalogue(language, entries),
    )


@lru_cache(maxsize=8)
def _phrases(words: tuple[Word, ...], fragments: tuple[tuple[str, str], ...]) -> Phrases:
    return Phrases({}, {word.name: word for word in words}, dict(fragments))


@lru_cache(maxsize=8)
def _catalogue(language: str, entries: Entries) -> Catalogue:
    return Catalogue(language, dict(entries))
