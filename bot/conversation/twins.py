"""The same, where others may read it: in discreet mode a phrase gives way to its twin.

A twin stands beside its phrase in common.toml (`discreet`); a phrase without one tells nobody
anything as it is, and `ownpace check` reads for that (R-C2). It happens where words are made of
what is said, so that nothing can be said past it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.conversation.model import Say
from bot.conversation.phrases import Phrases


def plain(phrases: Phrases, says: Sequence[Say]) -> list[Say]:
    """What is said, in plain words, without the words that tell what this is about."""
    twins = _twins(phrases)
    return [
        replace(
            say,
            text=twins.get(say.text, say.text),
            offers=tuple(offer for offer in say.offers if not phrases.words[offer[0]].tells),
        )
        for say in says
    ]


@lru_cache(maxsize=8)
def _twins(phrases: Phrases) -> Mapping[str, str]:
    return {found.text: found.discreet for found in phrases.messages.values() if found.discreet}
