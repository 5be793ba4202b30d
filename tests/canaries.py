"""Words that must not be found, in any spelling in which a file may hold them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # of what zlib packed


def found(canaries: Iterable[str], blobs: Iterable[bytes]) -> set[str]:
    """Which of these stand somewhere in there, plain or in another spelling, packed or not."""
    spelt = [(word, way) for word in canaries for way in spellings(word)]
    hit: set[str] = set()
    for blob in blobs:
        for part in (blob, *unpacked(blob)):
            hit |= {word for word, way in spelt if way in part}
    return hit


def spellings(word: str) -> Iterator[bytes]:
    """UTF-8, UTF-16, hex, and Base64 wherever in a longer text the word begins."""
    plain = word.encode()
    yield plain
    yield plain.lower()
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for before in range(3):
        # What stands before and after it changes the letters at its edges: those are left out.
        packed = base64.b64encode(bytes(before) + plain)
        core = packed[(before * 8 + 5) // 6 :]
        yield core[: (len(plain) - 1) * 8 // 6 - 1]


def unpacked(blob: bytes) -> Iterator[bytes]:
    """Everything in it that zlib can unpack."""
    for start in STARTS:
        at = blob.find(start)
        while at >= 0:
            unpacker = zlib.decompressobj()
            with suppress(zlib.error):
                yield unpacker.decompress(blob[at:], 10_000_000)
            at = blob.find(start, at + 1)


def files(*folders: Path) -> list[bytes]:
    """All that stands in these folders and below; what goes meanwhile holds nothing any more."""
    found = []
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        with suppress(FileNotFoundError):
            found.append(path.read_bytes())
    return found
