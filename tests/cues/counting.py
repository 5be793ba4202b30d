"""How well cues are found in texts of another hand, counted; docs/cues.md is written from it.

`python -m tests.cues.counting` prints the figures; with `--write` it writes docs/cues.md again.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.conversation.cues import NAMES
from bot.cues import shipped

HERE = Path(__file__).parent
DOC = HERE.parent.parent / "docs/cues.md"
START, END = "<!-- figures: written by `make cues` -->", "<!-- end of the figures -->"
PARTS = {"en": "abcdefg", "es": "abcde"}  # the lists of each language
LANGUAGES = tuple(PARTS)
NONE = "none"
GRAVEST = ("immediate_danger", "suicidal")
Z = 1.96  # 95 in 100


@dataclass(frozen=True, slots=True)
class Counted:
    """A text of the lists, and what was found in it (`found` is "none" where nothing was)."""

    part: str
    cue: str
    tags: tuple[str, ...]
    found: str
    voice: str


Which = Callable[[Counted], bool]


@lru_cache
def counted(language: str) -> tuple[Counted, ...]:
    """Every text of all parts of a language."""
    return tuple(_counted(language))


def _counted(language: str) -> Iterator[Counted]:
    find = shipped.finders()[language]
    for part in PARTS[language]:
        path = HERE / f"held_out/{language}_{part}.tsv"
        for line in path.read_text("utf-8").splitlines():
            text, cue, tags = line.split("\t")
            heard = find(text)
            found, voice = (heard.name, heard.voice) if heard else (NONE, "")
            yield Counted(part, cue, tuple(tags.split(",")), found, voice)


def heard(texts: Iterable[Counted], right: bool = False) -> tuple[int, int]:
    """How many of these were found to have a cue (with `right`, the one that they have)."""
    listed = list(texts)
    return sum(t.found == t.cue if right else t.found != NONE for t in listed), len(listed)


def interval(some: int, of: int) -> tuple[float, float]:
    """Wilson's interval for a share, at 95 in 100."""
    if not of:
        return 0.0, 1.0
    share, square = some / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def said(some: int, of: int) -> str:
    """Such as `93 of 100, 93 % (86 to 97)`."""
    low, high = interval(some, of)
    return f"{some} of {of}, {100 * some / max(of, 1):.0f} % ({100 * low:.0f} to {100 * high:.0f})"


# --- Tables --------------------------------------------------------------------------------------


def report() -> str:
    """All figures as tables."""
    return "\n\n".join(table for language in LANGUAGES for table in _tables(language))


def _tables(language: str) -> Iterator[str]:
    texts = counted(language)
    yield f"### {language}"
    yield _table(("part", "any cue found", "the gravest two", "false alarms"), _parts(texts))
    yield _table(("what it is", "any cue found", "the right one"), _classes(texts))
    yield _table(("kind of text", "any cue found", "false alarms"), _tags(texts))
    yield _table(("voice", "right to speak", "false alarms"), _voices(texts))


def _parts(texts: Sequence[Counted]) -> Iterator[tuple[str, ...]]:
    for part in (*sorted({t.part for t in texts}), "all"):
        of = [t for t in texts if part in (t.part, "all")]
        yield (
            part,
            said(*heard(t for t in of if t.cue != NONE)),
            said(*heard(t for t in of if t.cue in GRAVEST)),
            said(*heard(t for t in of if t.cue == NONE)),
        )


def _classes(texts: Sequence[Counted]) -> Iterator[tuple[str, ...]]:
    for name in NAMES:
        of = [t for t in texts if t.cue == name]
        yield name, said(*heard(of)), said(*heard(of, right=True))


def _tags(texts: Sequence[Counted]) -> Iterator[tuple[str, ...]]:
    for tag in sorted({tag for text in texts for tag in text.tags}):
        of = [t for t in texts if tag in t.tags]
        with_cue = heard(t for t in of if t.cue != NONE)
        without = heard(t for t in of if t.cue == NONE)
        yield tag, said(*with_cue) if with_cue[1] else "", said(*without) if without[1] else ""


def _voices(texts: Sequence[Counted]) -> Iterator[tuple[str, ...]]:
    for voice in ("patterns", "letters"):
        spoke = [t for t in texts if t.voice == voice]
        yield voice, str(sum(t.cue != NONE for t in spoke)), str(sum(t.cue == NONE for t in spoke))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written() -> str:
    """docs/cues.md with the figures of now."""
    before, _, rest = DOC.read_text("utf-8").partition(START)
    return f"{before}{START}\n\n{report()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    print(report())
    if "--write" in sys.argv:
        DOC.write_text(written(), "utf-8")
