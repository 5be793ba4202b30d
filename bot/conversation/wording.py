"""How easy a text is to read, and words that are better said in another way.

Pure functions over texts. The word lists are data that the caller reads from files; the check
uses them on what we say. What a worker writes is read by `desk/language.py`, which needs more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[.?!:\u2026]+(?=\s|$)|\n")  # not inside 9.30 or a.m.
LIX_LONG = 6  # letters; a longer word is long (Björnsson, 1968)


def words(text: str) -> list[str]:
    """The words of a text, without numbers and marks."""
    return WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text that have a word in them."""
    return [part.strip() for part in SENTENCE_END.split(text) if WORD.search(part)]


# --- Syllables of English -------------------------------------------------------------------------

_GROUPS = re.compile(r"[aeiouy]+")
# A silent e inside: safe-ly, care-ful, move-ment.
_INNER = re.compile(r"(?<=[^aeiouyl])e(?=(?:ful|fully|less|ly|ments?|ness)$)")
# Final letters that add no sound of their own: the e of "home", the ed of "asked" but not of
# "wanted", the es of "homes" but not of "wishes".
_SILENT = re.compile(
    r"(?:[^laeiouy]e|[aeiouy]le|[aeiouy]gue|[^aeiouydt]ed|(?:[^aeiouyscxzgh]|th|[aeiouy]l)es)$"
)
# Two sounds where vowels stand together: idea, previous, easier, quiet, doing, video, player.
_APART = re.compile(
    r"(?<![cstgx])i[ao]|(?<![^aeiou][cstgx])io(?=l|d)|[^aeiou]ier|iet|[aeouy]ing|eo(?!p)"
    r"|(?<=[^q])ua[lt]|[aeo]y[eo]|uel|[^aeiou]sm$|thm$|eum$|eate|eati"
)
# Words that letters alone get wrong, of those that people are asked and told often.
_EXACT: Mapping[str, int] = {
    word: count
    for count, group in enumerate(
        (
            "once one ones real tired hour hours our ours fire lives clothes people's friend"
            " friends eyes says whole tongue",
            "sometimes something someone somewhere every safety business evening different interest"
            " quiet people being moment homeless helpline lifeline diet science create trauma maybe"
            " voicemail statement ruin fluid cruel poem poet react naked onion lion million union"
            " household timeline notebook wednesday ourselves themselves yourselves couldn't didn't"
            " doesn't hadn't hasn't haven't isn't shouldn't wasn't wouldn't",
            "everything everyone everywhere somebody anyone idea area created whenever wherever"
            " therefore anyway sometimes's reaction theatre museum opinion theory period",
            "everybody society variety anxiety interpreter reality actually",
        ),
        start=1,
    )
    for word in group.split()
}


@lru_cache(maxsize=4096)
def syllables(word: str) -> int:
    """About how many syllables an English word has, at least 1. Parts joined by a hyphen add up.

    By the letters, with a list of common words that letters get wrong: tests hold it against a
    list of words counted by ear.
    """
    plain = word.lower().replace("\u2019", "'")
    if "-" in plain:
        return sum(syllables(part) for part in plain.split("-") if part)
    bare = plain.split("'")[0]
    known = _EXACT.get(plain) or _EXACT.get(bare)
    if known:
        return known
    bare = _INNER.sub("", bare)
    groups = len(_GROUPS.findall(bare)) + len(_APART.findall(bare))
    return max(1, groups - bool(_SILENT.search(bare)))


# --- Measures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """How much there is to read, to be pooled over texts by adding."""

    sentences: int = 0
    words: int = 0
    syllables: int = 0
    long: int = 0

    def __add__(self, other: Reading) -> Reading:
        return Reading(
            self.sentences + other.sentences,
            self.words + other.words,
            self.syllables + other.syllables,
            self.long + other.long,
        )

    @property
    def grade(self) -> float:
        """The Flesch-Kincaid grade, for English; add 5 for a reading age (Kincaid, 1975)."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def lix(self) -> float:
        """LIX, for any language that has spaces: words a sentence, and long words in 100."""
        if not self.words:
            return 0.0
        return self.words / self.sentences + 100 * self.long / self.words


@lru_cache(maxsize=8192)
def measure(text: str) -> Reading:
    """What there is to read in a text. Text without an end mark is one sentence."""
    found = words(text)
    return Reading(
        len(sentences(text)),
        len(found),
        sum(map(syllables, found)),
        sum(len(word) > LIX_LONG for word in found),
    )


# --- Words better said in another way -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """Ways of saying something, what to write instead, and why. `group` says what it is about."""

    group: str
    say: tuple[str, ...]
    instead: str
    why: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An entry found in a text, from `start` to `end` in characters."""

    start: int
    end: int
    found: str
    entry: Entry


@dataclass(frozen=True, slots=True, eq=False)  # hashed as itself: a key of caches
class WordList:
    """The words of one language: `entries` to avoid; `cues`, ways of telling a fact by its name;
    `marks`, small words that show that a text is in this language; `often`, small words that a
    text in it is not without."""

    language: str
    entries: tuple[Entry, ...] = ()
    cues: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    often: frozenset[str] = frozenset()

    def find(self, text: str, groups: Iterable[str] | None = None) -> Iterator[Found]:
        """What in a text is better said in another way, in the order of the list."""
        yield from _found(self, text, None if groups is None else frozenset(groups))

    def tells(self, text: str, fact: str) -> bool:
        """Does a text tell this fact, in one of the ways that the list knows?"""
        return bool(_pattern(self.cues.get(fact, ())).search(text))


def parse(text: str, language: str) -> WordList:
    """Read a word list's TOML. Raises `ValueError` for what is no TOML, `KeyError` for a field
    that is missing."""
    data = tomllib.loads(text)
    entries = tuple(
        Entry(e["group"], tuple(e["say"]), e["instead"], e["why"], tuple(e.get("unless", ())))
        for e in data.get("entry", ())
    )
    cues = {name: tuple(ways) for name, ways in data.get("cue", {}).items()}
    marks, often = (frozenset(data.get(name, "").split()) for name in ("marks", "often"))
    return WordList(language, entries, cues, marks, often)


@lru_cache(maxsize=65536)
def _found(listed: WordList, text: str, groups: frozenset[str] | None) -> tuple[Found, ...]:
    found = []
    for entry in listed.entries:
        if groups is None or entry.group in groups:
            spared = [m.span() for m in _pattern(entry.unless).finditer(text)]
            for match in _pattern(entry.say).finditer(text):
                if not any(a <= match.start() and match.end() <= b for a, b in spared):
                    found.append(Found(match.start(), match.end(), match[0], entry))
    return tuple(found)


# What stands for more than itself in a phrase of a word list.
_PIECES = re.compile(r"( \.\. |\([^()]*\|[^()]*\)\??|\([^()]*\)\?|[ '*#])")
_WRITTEN = {
    " .. ": r"(?:\s+[^\s.?!:]+){0,3}?\s+",
    " ": r"\s+",
    "'": "['\u2019]",
    "*": r"\w*",
    "#": r"\d+",
}


@lru_cache(maxsize=2048)
def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, in any case. `*` is any letters, `#` a number, `(a|b)`
    one of these, `(a )?` that or nothing, and ` .. ` up to three words of the same sentence; a
    placeholder such as {phone} stands for itself; spaces may be any."""
    if not phrases:
        return re.compile(r"(?!)")
    ways = "|".join(way(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)", re.IGNORECASE)


def way(phrase: str) -> str:
    """The expression for one phrase of a word list, without its edges."""
    return "".join(_piece(piece) for piece in _PIECES.split(phrase))


def _piece(piece: str) -> str:
    if known := _WRITTEN.get(piece):
        return known
    if piece.startswith("(") and ("|" in piece or piece.endswith("?")):
        inside, _, after = piece[1:].rpartition(")")
        return f"(?:{'|'.join(map(way, inside.split('|')))}){after}"
    return re.escape(piece)
