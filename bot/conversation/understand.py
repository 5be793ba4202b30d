"""What a message means: a command, a choice, words of the person's own, or perhaps a command.

A command word inside a longer answer is an answer: only the whole message counts, once folded
(case, accents, punctuation, full width, look-alike letters) and with polite words taken off its
ends. English words work in every language. The words themselves are data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.conversation.channel import Traits
from bot.conversation.choosing import Choices, choosing
from bot.conversation.folding import fold, key
from bot.conversation.i18n import Catalogue
from bot.conversation.model import Option
from bot.conversation.phrases import Phrases
from bot.conversation.sayings import Said, Sayings, sayings

LONGEST = 160  # a longer message is never a command: the longest way of saying one has 60
YES_NO = frozenset({"yes", "no"})
SENTENCES = re.compile(r"[.!?;,\n…—–]+")  # noqa: RUF001 (a dash between two sentences)
MOST_SENTENCES = 5
PLAIN = frozenset({"skip", "pause", "back", "stop", "delete"})  # a word of these is no answer
TOLD = PLAIN | {"person", "help"}  # what people give a reason for


@dataclass(frozen=True, slots=True)
class Command:
    """The person used a command. With `carrier` the mobile carrier has acted on it by itself.
    `about` is the code of the language that they named, where it is offered. `guessed`: no list
    has these words (`bot/guessing`), so they may say something else, too."""

    name: str
    carrier: bool = False
    about: str = ""
    guessed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Chose:
    """The person chose among the options, in the order in which they stand."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The person's own words. `ends` is a command that their last sentence alone would be."""

    text: str = field(default="", repr=False)
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words that may have been meant as the command `guess`: keep them, and ask. With `slip`
    they are no words that we know, but one slip away from it. `alone` they could answer no more
    than a question: where none is asked, they are the command."""

    guess: str
    slip: bool = field(default=False, compare=False)
    alone: bool = field(default=False, compare=False)


Meaning = Command | Chose | Words | Unclear
# Of a message that no list knows, and whether a question is asked.
Guess = Callable[[str, bool], Command | Unclear | None]


def understand(
    text: str,
    words: Phrases,
    catalogue: Catalogue,
    traits: Traits,
    options: Sequence[Option] = (),
    many: bool = False,
    yes_no: bool = False,
) -> Meaning:
    """Say what a message means where `options` are asked (`many`: several may be chosen).

    A bare yes or no counts only where `yes_no` is set or an option has that code.
    """
    if len(text) > LONGEST:
        return Words(text)
    owned = traits.owned.get(text.strip().upper())
    if owned and text.strip().upper() != "YES":
        return Command({"start": "carry_on"}.get(owned, owned), carrier=True)
    said = key(text)
    asked = _Asked(words, catalogue, options, yes_no)
    choices = choosing(tuple(options), words, catalogue) if options else None
    candidates = choices.candidates(said) if choices else []
    for candidate in candidates:
        if choices and (code := choices.option(candidate)):
            return Chose((code,))
    if found := asked.command(text, said):
        return found
    if choices and (codes := _chosen(choices, candidates, text, many)):
        return Chose(codes)
    return Words(text)


def _chosen(choices: Choices, candidates: Sequence[str], text: str, many: bool) -> tuple[str, ...]:
    """What is chosen in other words than the number or the label of one."""
    if many and (codes := choices.several(text)):
        return codes
    nearly = (code for candidate in candidates if (code := choices.nearly(candidate)))
    return tuple(islice(nearly, 1))


def _one(meant: set[Command | Chose | Unclear | None]) -> Command | Chose | Unclear | None:
    """What all sentences mean. Said surely by one of them, it is sure."""
    sure = {one for one in meant if not isinstance(one, Unclear)}
    names = {one.guess if isinstance(one, Unclear) else getattr(one, "name", "") for one in meant}
    return (sure or meant).pop() if len(names) == 1 and len(sure) < 2 else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked now, and in which words."""

    words: Phrases
    catalogue: Catalogue
    options: Sequence[Option]
    yes_no: bool

    def command(self, text: str, said: str) -> Command | Chose | Unclear | None:
        """A command, or a choice said in the words of one. Of several short sentences each has
        to say the same; a yes or no may stand beside (`no. skip.`)."""
        lists = sayings(self.words, self.catalogue)
        if found := self._meant(lists.find(said)):
            return found
        parts = [part for part in SENTENCES.split(text) if part.strip()]
        if len(parts) < 2:
            return None
        sentences = [part for part in map(fold, parts) if part]
        if not 1 < len(sentences) < MOST_SENTENCES:
            return None
        heard = [lists.find(part) for part in sentences if not lists.only_polite(part)]
        if heard and all(heard):
            meant = {self._meant(one, also=YES_NO) for one in heard}
            real = {one for one in meant if getattr(one, "name", "") not in YES_NO}
            return _one(real or meant)
        return self._with_a_reason(lists, sentences)

    def _with_a_reason(self, lists: Sayings, sentences: Sequence[str]) -> Command | None:
        """`not now, the baby is crying`: a command, and beside it a few words that tell why."""
        if len(sentences) != 2:
            return None
        for said, rest in (sentences, sentences[::-1]):
            one = self._meant(lists.find(said))
            if not isinstance(one, Command) or one.name not in (PLAIN if " " not in said else TOLD):
                continue
            if lists.tells_why(rest):
                return one
        return None

    def _meant(
        self, said: Said | None, also: frozenset[str] = frozenset()
    ) -> Command | Chose | Unclear | None:
        codes = {option.code for option in self.options}
        for way in said.ways if said else ():
            if way.name in codes and not way.unsure and not (said and said.slip):
                return Chose((way.name,))
        for way in said.ways if said else ():
            if way.name in YES_NO and not self.yes_no and way.name not in also:
                continue
            if way.unsure or (said and said.slip):
                slip = not way.unsure
                return None if way.name in YES_NO else Unclear(way.name, slip, way.alone)
            return Command(way.name)
        return None
