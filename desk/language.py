"""The language check for what workers write: words that could hurt or mislead, why, and others.

It never blocks and never touches a quote. The words stand in `desk/wording/<language>.toml`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from bot.conversation.wording import SENTENCE_END
from desk import phrasing
from desk.phrasing import ANY, ENDS, STARTS, Lists
from desk.quotes import blank

WORDING = Path(__file__).parent / "wording"
HERE = "~"  # in `unless` and `only`: where the found words stand
POSSESSIVE = "(?:['\u2019]s?)?"
LONGEST_SENTENCE = 600  # characters on each side of the found words
# Words with a capital each, as a name has them; DNA and HIGH RISK are none.
CAPITALS = re.compile(r"(?:(?:an?|and|for|of|the|to|[A-Z][a-z]+)(?:[\s-]+|$))+")
REACH = 80  # characters before the found words in which these are looked for


@dataclass(frozen=True, slots=True)
class Finding:
    """Words from `start` to `end`, in characters of the text as given, and what may help."""

    start: int
    end: int
    found: str
    why: str
    instead: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """An expression that is compiled when it is first needed: a note meets few of them."""

    source: str

    @cached_property
    def ready(self) -> re.Pattern[str]:
        return re.compile(self.source, re.IGNORECASE)


Places = tuple[tuple[Pattern, Pattern], ...]  # what stands before, and what stands after


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Words with one reason. `unless` are pairs of what stands before and after where the same
    words are right, `only` where they are not; `near` has to stand in the same sentence."""

    id: str
    why: str
    instead: tuple[str, ...]
    unless: Places = ()
    only: Places = ()
    near: Pattern | None = None

    def applies(self, text: str, start: int, end: int) -> bool:
        """Is it meant, where it was found from `start` to `end`?"""
        if _stands(self.unless, text, start, end):
            return False
        if self.only and not _stands(self.only, text, start, end):
            return False
        return not self.near or bool(self.near.ready.search(_sentence(text, start, end)))


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """Entries, their phrases by the words that these may begin with, and how a name goes on."""

    entries: tuple[Entry, ...]
    phrases: Mapping[str, Sequence[tuple[Pattern, Entry]]]
    name: re.Pattern[str]

    def names(self, text: str, start: int, end: int) -> bool:
        """Is it part of a name there, as in "Complex Needs Team"?"""
        return bool(CAPITALS.fullmatch(text, start, end) and self.name.match(text, end))


def check(text: str, language: str = "en") -> list[Finding]:
    """What could be said in other words, in order, none over another: the longest counts."""
    spoken, covered = blank(text), bytearray(len(text))
    taken: list[tuple[int, int, Entry]] = []
    for start, end, entry in sorted(_hits(spoken, word_list(language)), key=_longest_first):
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            taken.append((start, end, entry))
    return [
        Finding(start, end, text[start:end], entry.why, entry.instead)
        for start, end, entry in sorted(taken, key=lambda hit: hit[0])
    ]


def lines(text: str) -> Iterator[str]:
    """The findings as `ownpace notes` prints them: one JSON object each."""
    return (json.dumps(asdict(finding), ensure_ascii=False) for finding in check(text))


@lru_cache(maxsize=4)
def word_list(language: str) -> WordList:
    """The list of a language, read once. Raises `FileNotFoundError` where there is none."""
    return parse((WORDING / f"{language}.toml").read_text("utf-8"))


def parse(source: str) -> WordList:
    """Read a list. Raises `ValueError` for what is no TOML or can't be looked up, `KeyError` for
    a field or a list of words that is missing."""
    data = tomllib.loads(source)
    words = phrasing.lists(data.get("words", {}))
    entries, phrases = [], dict[str, list[tuple[Pattern, Entry]]]()
    for one in data.get("entry", ()):
        entry = _entry(one, words)
        entries.append(entry)
        for text in one["say"]:
            said = phrasing.phrase(text, words)
            if ANY in said.first:
                raise ValueError(f"{entry.id}: {text!r} begins with just any word")
            pattern = Pattern(f"{STARTS}{said.source}{ENDS}")
            for first in said.first:
                phrases.setdefault(first, []).append((pattern, entry))
    return WordList(tuple(entries), phrases, _name(data.get("names", ())))


def _name(ends: Iterable[str]) -> re.Pattern[str]:
    """What follows in a name: up to three words with a capital, and then one that ends it."""
    between = rf"(?:\s+(?:and|for|of|the|&|[A-Z]{phrasing.WORD})){{0,3}}?"
    either = "|".join(map(re.escape, ends)) or "(?!)"
    return re.compile(rf"{POSSESSIVE}{between}\s+(?:{either}){ENDS}")


def _entry(one: Mapping[str, Any], words: Lists) -> Entry:
    near = phrasing.either(one["near"], words) if "near" in one else ""
    return Entry(
        one["id"],
        one["why"],
        tuple(one["instead"]),
        tuple(_places(one.get("unless", ()), words)),
        tuple(_places(one.get("only", ()), words)),
        Pattern(f"{STARTS}{near}{ENDS}") if near else None,
    )


def _places(contexts: Iterable[str], words: Lists) -> Iterator[tuple[Pattern, Pattern]]:
    """Contexts of one side are one test; a context of both sides is a test of its own."""
    sides = [_sides(context) for context in contexts]
    befores = [before for before, after in sides if not after]
    afters = [after for before, after in sides if not before]
    pairs = [([before], [after]) for before, after in sides if before and after]
    for left, right in [(befores, []), ([], afters), *pairs]:
        if left or right:
            before = rf"{STARTS}{phrasing.either(left, words)}\s+$" if left else ""
            after = rf"{POSSESSIVE}\s+{phrasing.either(right, words)}{ENDS}" if right else ""
            yield Pattern(before), Pattern(after)


def _sides(context: str) -> tuple[str, str]:
    before, here, after = context.partition(HERE)
    if not here:
        raise ValueError(f"{context!r} has no {HERE} for the place of the words")
    return before.strip(), after.strip()


def _stands(places: Places, text: str, start: int, end: int) -> bool:
    window = text[max(0, start - REACH) : start]
    return any(b.ready.search(window) and a.ready.match(text, end) for b, a in places)


def _hits(text: str, listed: WordList) -> Iterator[tuple[int, int, Entry]]:
    for word in phrasing.LETTERS.finditer(text):
        for pattern, entry in listed.phrases.get(word[0].lower(), ()):
            found = pattern.ready.match(text, word.start())
            if not found or listed.names(text, *found.span()):
                continue
            if entry.applies(text, *found.span()):
                yield *found.span(), entry


def _longest_first(hit: tuple[int, int, Entry]) -> tuple[int, int]:
    return hit[0] - hit[1], hit[0]


def _sentence(text: str, start: int, end: int) -> str:
    since = max(0, start - LONGEST_SENTENCE)
    begins = [mark.end() for mark in SENTENCE_END.finditer(text, since, start)]
    ends = SENTENCE_END.search(text, end, end + LONGEST_SENTENCE)
    return text[begins[-1] if begins else since : ends.start() if ends else end + LONGEST_SENTENCE]
