"""How carriers count a text: GSM-7 or UCS-2, and the parts (segments) that it is sent in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Encoding = Literal["GSM-7", "UCS-2"]

# 3GPP TS 23.038: the basic alphabet, and the characters that cost an escape and so two septets.
GSM_BASIC: Final = frozenset(
    "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    "¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ"
)
GSM_EXTENDED: Final = frozenset("\f[\\]^{|}~€")

# 3GPP TS 23.040: 140 octets a part, of which 6 go to the joining header where there are several.
ALONE: Final[dict[Encoding, int]] = {"GSM-7": 160, "UCS-2": 70}
GSM: Final = GSM_BASIC | GSM_EXTENDED
JOINED: Final[dict[Encoding, int]] = {"GSM-7": 153, "UCS-2": 67}

# The most parts that one message of ours may take: at most about two screens of an old phone.
MOST_PARTS: Final[dict[Encoding, int]] = {"GSM-7": 2, "UCS-2": 4}

# 4 parts of 33 characters that take two units each: nothing of this length takes more.
SURELY: Final = 132


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: Encoding
    parts: int
    units: int


def count(text: str) -> Segments:
    """Count the parts of a text; one character outside GSM-7 turns the whole text to UCS-2."""
    characters = set(text)
    encoding: Encoding = "GSM-7" if characters <= GSM else "UCS-2"
    if encoding == "GSM-7":
        wide = characters & GSM_EXTENDED
    else:
        wide = {char for char in characters if ord(char) > 0xFFFF}
    units = len(text) + sum(map(text.count, wide))
    if units <= ALONE[encoding]:
        return Segments(encoding, 1, units)
    room = JOINED[encoding]
    parts = _parts((1 + (char in wide) for char in text), room) if wide else -(-units // room)
    return Segments(encoding, parts, units)


def fits(text: str) -> bool:
    """Is this short enough to be one message of ours (2 parts in GSM-7, 4 in UCS-2)?"""
    if len(text) <= SURELY:
        return True
    found = count(text)
    return found.parts <= MOST_PARTS[found.encoding]


def _parts(widths: Iterable[int], room: int) -> int:
    """Fill parts in order: a character of two units is never cut, so a part may end one short."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
