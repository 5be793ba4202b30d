"""Where a note quotes somebody: words that the language check never touches.

A quote stands in marks of any kind, or on lines that begin with `>`. An apostrophe is no mark.
A quote that nobody closed goes to the end of its line: so it is while somebody types it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What may close each mark. Workers mix straight and curly ones.
CLOSES = {
    '"': '"\u201d',
    "\u201c": '\u201d"',
    "\u201d": "\u201d",
    "\u201e": '\u201c\u201d"',
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab",
    "\u2039": "\u203a",
    "\u203a": "\u2039",
    "'": "'\u2019",
    "\u2018": "\u2019'",
    "\u201a": "\u2018\u2019'",
}
MARK = re.compile("[" + "".join(sorted({*CLOSES, "\u2019"})) + "]")
SURE = frozenset("\u201c\u201e\u00ab\u2039\u201a")  # these open wherever they stand
APOSTROPHES = frozenset("'\u2018\u2019")
BLOCK = re.compile(r"^[^\S\n]*>.*$", re.MULTILINE)
BEFORE_IT = re.compile(r"[\s(\[{:;,/=\u2013\u2014-]|^$")
# Words that begin with an apostrophe: 'em, 'cause, '90s.
ELISION = re.compile(r".(?:em|cause|til|till|tis|twas|bout|n|cos|coz|fraid|\d0s)\b", re.IGNORECASE)
# More of the same quote, as in 'my parents' house': there is another mark that may close it.
GOES_ON = re.compile(r" [a-z](?:[^'\u2018\u2019\n]|(?<=\w)['\u2019](?=\w))*(?<=\S)['\u2019](?!\w)")
GONE = "\0"  # neither a letter nor a space, so that no phrase reaches over it


def blank(text: str) -> str:
    """The text with everything that is quoted taken out; what is left stands where it stood."""
    text = BLOCK.sub(lambda block: GONE * len(block[0]), text)
    pieces, at = [], 0
    for start, end in _marked(text):
        pieces += [text[at:start], GONE * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _marked(text: str) -> Iterator[tuple[int, int]]:
    """From each mark that opens to the one that closes it. Marks in between are part of it."""
    at = 0
    while opened := next((m for m in MARK.finditer(text, at) if _opens(text, m.start())), None):
        start = opened.start()
        at = _end(text, start) or _end_of_line(text, start)
        yield start, at


def _opens(text: str, at: int) -> bool:
    mark, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if mark in SURE:
        return True
    at_a_start = bool(BEFORE_IT.match(before))
    if mark == '"':  # after a figure it stands for inches
        return at_a_start or (after.isalnum() and not before.isdigit())
    elided = mark in APOSTROPHES and ELISION.match(text, at)
    return mark != "\u2019" and at_a_start and not after.isspace() and not elided


def _end(text: str, start: int) -> int | None:
    """Where the quote that starts here ends, or None where nothing closes it."""
    mark = text[start]
    limit = _end_of_line(text, start) if mark in APOSTROPHES else len(text)
    for found in MARK.finditer(text, start + 1, limit):
        at = found.start()
        if text[at] in CLOSES[mark] and _closes(text, at):
            return at + 1
        if text[at] == mark and mark not in APOSTROPHES:
            return None  # another one begins
    return None


def _closes(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at + 1 : at + 2]
    if text[at] in APOSTROPHES:
        goes_on = before in "sS" and GOES_ON.match(text, at + 1)
        return not after.isalnum() and not before.isspace() and not goes_on
    return text[at] != '"' or not (BEFORE_IT.match(before) and after.isalnum())


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found
