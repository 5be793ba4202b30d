"""Examples that are made from frames (`tests/cues/learnt_from/*.made`), with a slip here and there.

A frame names lists in brackets; of each frame as many examples are made as the line above it says.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

SLOT = re.compile(r"\[(\w+)\]")
LIST = re.compile(r"\[(\w+)\] = (.+)")
HEAD = re.compile(r"## (\w+) \*(\d+)")
SLIPS = 0.2  # of the examples


def made(path: Path) -> Iterator[tuple[str, str]]:
    """Each example with its class. The same file makes the same ones."""
    chance = random.Random(path.stem)  # noqa: S311
    lists: dict[str, list[str]] = {}
    cue, times, seen = "", 0, set[str]()
    for line in path.read_text("utf-8").splitlines():
        if listed := LIST.match(line):
            lists[listed[1]] = listed[2].split(", ")
        elif head := HEAD.match(line):
            cue, times = head[1], int(head[2])
        elif line and not line.startswith("#"):
            for _ in range(times):
                text = _filled(line, lists, chance)
                if text not in seen:
                    seen.add(text)
                    yield (_slipped(text, chance) if chance.random() < SLIPS else text), cue


def _filled(frame: str, lists: dict[str, list[str]], chance: random.Random) -> str:
    return SLOT.sub(lambda slot: chance.choice(lists[slot[1]]), frame)


def _slipped(text: str, chance: random.Random) -> str:
    """With a letter of one long word left out, or two changed round."""
    words = text.split(" ")
    long = [n for n, word in enumerate(words) if len(word) > 4]
    if long:
        n = chance.choice(long)
        at = chance.randrange(1, len(words[n]) - 2)
        one, two = words[n][at], words[n][at + 1]
        words[n] = words[n][:at] + chance.choice([two, two + one]) + words[n][at + 2 :]
    return " ".join(words)
