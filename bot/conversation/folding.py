"""Making two ways of typing the same words equal, and finding them in comma lists."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.conversation.i18n import listed

OMISSION = dict.fromkeys(map(ord, "'’‘`´ʼ＇"), "")  # noqa: RUF001 (can't becomes cant)
# Small Cyrillic and Greek letters that look like Latin ones, themselves or as capitals. Both
# sides of a comparison are folded, so words in those scripts still meet their own kind.
LOOKALIKES = str.maketrans(
    "авекмнорстухіѕјԁԛԝαβεζηικμνορτυχıłøđ",
    "abekmhopctyxisjdqwabezhikmnoptuxilod",
)
DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # stopppp
UNSURE = "~"  # stands before a way of saying a command that may as well be an answer


def fold(text: str) -> str:
    """The bare words: no case, accents, punctuation, look-alikes; one space between them."""
    kept = text.translate(_ASCII) if text.isascii() else _bare(text)
    tokens = DRAWN_OUT.sub(r"\1", kept).split()
    if len(tokens) > 2 and all(len(token) == 1 and token.isalpha() for token in tokens):
        return "".join(tokens)  # s t o p
    return " ".join(tokens)


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(OMISSION)).casefold()
    # Taken apart so that the accents can be left out; after the letters were made look alike.
    plain = unicodedata.normalize("NFKD", plain.translate(LOOKALIKES))
    return plain.translate(_KEPT)


def _kept(char: str) -> str:
    """What stays of one character."""
    kind = unicodedata.category(char)
    if kind[0] == "L":
        return char
    if kind[0] == "N":
        return str(unicodedata.digit(char, char))
    if kind == "So":
        return f" {char} "
    joined = kind[0] == "M" or kind in ("Cf", "Sk")  # accents, joiners, skin tones
    return "" if joined else " "


class _Kept(dict[int, str]):
    """`_kept` by the number of the character, each worked out once."""

    def __missing__(self, number: int) -> str:
        self[number] = kept = _kept(chr(number))
        return kept


_KEPT = _Kept()
# What `_bare` makes of each, for the many messages that have no other characters.
_ASCII = {number: _bare(chr(number)) or None for number in range(128)}


def key(text: str) -> str:
    """The folded text, or where nothing is left of it (`?`) the text itself."""
    return fold(text) or unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=8192)
def our_key(text: str) -> str:
    """`key` for words of our own, remembered: many phrases share their parts."""
    return key(text)


@lru_cache(maxsize=1024)
def ours(text: str) -> str:
    """`fold` for words of our own, remembered; what a person wrote is never kept here."""
    return fold(text)


@lru_cache(maxsize=1024)
def in_order(says: str) -> tuple[str, ...]:
    """The folded items of a comma list, as they stand."""
    return tuple(map(fold, listed(says)))


@lru_cache(maxsize=1024)
def ways(says: str) -> frozenset[str]:
    """The folded items of a comma list; an unsure one keeps its mark."""
    return frozenset(
        (UNSURE if item.startswith(UNSURE) else "") + key(item) for item in listed(says)
    )


def one_slip(a: str, b: str) -> bool:
    """Is one a letter more, less, other or swapped away from the other?"""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        places = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        swapped = len(places) == 2 and a[places[0]] + a[places[1]] == b[places[1]] + b[places[0]]
        return len(places) == 1 or (swapped and places[1] == places[0] + 1)
    short, long = sorted((a, b), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
