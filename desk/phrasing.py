"""The small language in which the desk's word lists name phrases, made regular expressions.

    (is|was) not      either, then a word        resist (to)? help  words that may be missing
    [refuse] to go    any item of a list         doors?             a letter that may be missing
    non-compliant     in one, apart, hyphened    eligib*            any ending
    his _ words       any one word               said .. so         up to three words between
    # years           a figure

Spaces may be any, or one hyphen, case does not matter, an apostrophe may be curly or missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.wording import way

WORD = r"[^\W_](?:[\w'\u2019\u2011-]*\w)?"
FIGURE = r"[\xa3$\u20ac]?\d(?:[\w.,:]*\w)?"
HYPHEN = r"\s*[-\u2010\u2011]?\s*"
GAP = rf"(?:\s+{WORD}){{0,3}}?"
SPACE = r"(?:\s+|[-\u2010\u2011])"
SIGNS = {"_": WORD, "#": FIGURE}
STARTS = r"(?<![\w&])(?<!\w[-\u2010\u2011])"
ENDS = r"(?!\w|[-\u2010\u2011]\w)"
LETTERS = re.compile(r"[^\W_]+")
PLAIN = re.compile(r"[^\s()\[\]|]+")
ANY = ""  # among the first words: just any word


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as an expression, and the words in lower case that it may begin with."""

    source: str
    first: frozenset[str] = frozenset()


Lists = Mapping[str, Phrase]


def lists(texts: Mapping[str, Sequence[str]]) -> Lists:
    """Read the lists of words; each may name those before it. Raises as `phrase` does."""
    read: dict[str, Phrase] = {}
    for name, items in texts.items():
        read[name] = _either([phrase(item, read) for item in items])
    return read


def phrase(text: str, words: Lists) -> Phrase:
    """Read a phrase. Raises `KeyError` for a list that is not there, `ValueError` for brackets
    that do not match."""
    reader = _Reader(text, words)
    read = reader.either()
    if reader.at < len(text):
        raise ValueError(f"{text!r} can't be read after {text[: reader.at]!r}")
    return read


def either(phrases: Iterable[str], words: Lists) -> str:
    """One expression for any of these phrases."""
    return _either([phrase(text, words) for text in phrases]).source


@dataclass
class _Reader:
    text: str
    words: Lists
    at: int = 0

    def either(self) -> Phrase:
        """`one|another`, up to a bracket that ends it."""
        ways = [self._sequence()]
        while self._skip("|"):
            ways.append(self._sequence())
        return _either(ways)

    def _sequence(self) -> Phrase:
        source, first, begun = "", frozenset[str](), False
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            if self._skip(" "):
                continue
            if self._skip(".. "):
                source += GAP
                continue
            one, optional = self._element()
            first |= frozenset() if begun else one.first
            part = f"{SPACE}{one.source}" if begun else one.source + r"\s+" * optional
            source += f"(?:{part})?" if optional else part
            begun = begun or not optional
        return Phrase(source, first)

    def _element(self) -> tuple[Phrase, bool]:
        """Pieces without a space between: a word, `[list]'s`, `(hard|easy)-to-reach`."""
        pieces, optional = [self._piece()], self._skip("?")
        while not optional and self.at < len(self.text) and self.text[self.at] not in " |)":
            pieces.append(self._piece())
            optional = self._skip("?")
        return Phrase("".join(piece.source for piece in pieces), pieces[0].first), optional

    def _piece(self) -> Phrase:
        if self._skip("("):
            inner = self.either()
            return self._closed(inner, ")")
        if self._skip("["):
            return self._closed(self.words[self._plain()], "]")
        return _word(self._plain())

    def _plain(self) -> str:
        found = PLAIN.match(self.text, self.at)
        if not found:
            raise ValueError(f"{self.text!r} can't be read after {self.text[: self.at]!r}")
        self.at = found.end()
        return found[0]

    def _closed(self, inner: Phrase, bracket: str) -> Phrase:
        if not self._skip(bracket):
            raise ValueError(f"{self.text!r} has no {bracket!r} at its place")
        return inner

    def _skip(self, sign: str) -> bool:
        there = self.text.startswith(sign, self.at)
        self.at += len(sign) * there
        return there


def _either(ways: Sequence[Phrase]) -> Phrase:
    sources = sorted({way.source for way in ways}, key=lambda source: (-len(source), source))
    return Phrase(f"(?:{'|'.join(sources)})", frozenset().union(*(way.first for way in ways)))


def _word(text: str) -> Phrase:
    if text in SIGNS:
        return Phrase(SIGNS[text], frozenset([ANY]))
    source = way(text).replace(r"\-", HYPHEN).replace("['\u2019]", "['\u2019]?").replace(r"\?", "?")
    return Phrase(source, _begins(text))


def _begins(word: str) -> frozenset[str]:
    """How a text may begin that has this word: "non-compliant" may be one word or two."""
    if "?" in word:
        shorter, longer = re.sub(r".\?", "", word), word.replace("?", "")
        return _begins(shorter) | _begins(longer)
    parts = LETTERS.findall(word)
    joined = ["".join(parts[:n]).lower() for n in range(1, len(parts) + 1)]
    return frozenset([ANY] if "*" in word else joined)
