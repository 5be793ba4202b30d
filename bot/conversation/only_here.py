"""What a message means only at the place where it is said: the number of an only choice, whether
somebody else knows of this, a language that is named; and who it is that asks."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from bot.conversation.asking import asking
from bot.conversation.folding import fold, ways
from bot.conversation.i18n import listed
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning

FIRST = "1"
UNMET = ("new", "erased", "declined")  # then the explanation says who we are


def only_here(step: Step, text: str) -> Meaning | None:
    """A meaning that the message has here and nowhere else, or None."""
    if step.over == "helping":
        return _they_know(step, fold(text))
    if step.conversation.standing not in UNMET and says_one_of(step, text, "who"):
        return Command("who")  # a word that is not taught: beside PERSON it would be one too many
    if asking(step).scope.startswith("notice.") and fold(text) == FIRST:
        return Command("carry_on")  # elsewhere a 1 is what stands first; it agrees to nothing
    return None


def says_one_of(step: Step, text: str, fragment: str) -> bool:
    """Is this one of the phrases of the fragment, as a whole?"""
    english = step.world.phrases.fragments[fragment]
    own = step.world.catalogues[step.conversation.language].text(english, "fragment")
    return fold(text) in _folded(f"{english}, {own}")


@lru_cache(maxsize=16)
def _folded(phrases: str) -> frozenset[str]:
    return frozenset(map(fold, listed(phrases)))


def _they_know(step: Step, said: str) -> Chose | None:
    """To whether the other person knows, and wants it: "she doesn't know", "yes he knows". Of
    both the no counts: nothing is asked about somebody who may not want it."""
    for code, fragment in (("no", "do_not_know"), ("yes", "do_know")):
        known = _ways(step, fragment, step.conversation.language)
        if any(f" {said}".endswith(f" {way}") for way in known):
            return Chose((code,))
    return None


def with_language(step: Step, heard: Meaning, text: str) -> Meaning:
    """LANGUAGE, with the one that was named where it is offered: then nothing needs asking."""
    if heard != Command("language"):
        return heard
    codes = step.world.service.languages
    around = {word for code in codes for word in _ways(step, "around_language", code)}
    rest = set(fold(text).split()) - around
    named = [code for code in codes if rest and rest <= _names(code, codes)]
    return Command("language", about=named[0]) if len(named) == 1 else heard


def _names(code: str, codes: tuple[str, ...]) -> set[str]:
    """What a language is called in each of these."""
    return {fold(Locale.parse(code).get_language_name(other) or "") for other in codes}


def _ways(step: Step, fragment: str, language: str) -> frozenset[str]:
    english = step.world.phrases.fragments[fragment]
    return ways(english) | ways(step.world.catalogues[language].text(english, "fragment"))
