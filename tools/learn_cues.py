"""Learn the weights of the second voice (`bot/cues/letters.py`) from the examples of a language.

`python -m tools.learn_cues en` reads `tests/cues/learnt_from/en*` and writes `bot/cues/en.letters`.
The same examples give the same file (`tools/regression.py`). How high a likelihood has to be was
chosen by hand, with the figures of docs/cues.md in sight.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.conversation.cues import NAMES
from bot.conversation.folding import fold
from bot.cues import letters, patterns, reading
from bot.cues.letters import Five, Four, Letters
from bot.cues.patterns import Patterns, Sign
from tools import regression
from tools.made_examples import made

HERE = Path(__file__).parent.parent
UNDERSTANDING = HERE / "tests/understanding"
EXAMPLES, WRITTEN = HERE / "tests/cues/learnt_from", HERE / "bot/cues"
Three = tuple[float, float, float]
# How likely a cue must be where phrases speak, where none does, and where a guard stands.
ABOVE: Mapping[str, Three] = {"en": (0.8, 0.88, 0.88), "es": (0.85, 0.83, 0.85)}
# By how much likelier the gravest are taken to be than they were learnt to be: what is missed there
# weighs more than an alarm too many.
GRAVER, GRAVEST = {"en": 4.0, "es": 2.0}, ("immediate_danger", "suicidal")
CLASSES = len(NAMES)
# How much an example counts that fills a frame, beside one that somebody thought of: at 1 they
# drown these, and the texts of another hand are understood worse than without any.
MADE_COUNTS = 0.03
SAID_COUNTS = 0.3  # a plain answer or a command
FREEDOM = 10.0  # how far weights may go
SEEN = 2  # texts that have it, else it is not learnt from
CARELESS = {"textspeak", "misspelling", "more"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that is looked at together."""

    known_by: Counter[str]
    sure: bool  # the patterns speak


@dataclass(frozen=True, slots=True)
class Example:
    cue: int  # place in `NAMES`, or `CLASSES` for none
    parts: tuple[Part, ...]
    counts: float


def examples(language: str, using: Patterns) -> Iterator[Example]:
    """All examples of a language: written, made from frames, and what people say otherwise."""
    for line in _lines(language):
        text, cue, _ = line.split("\t")
        yield _example(text, cue, using)
    for text, cue in made(EXAMPLES / f"{language}.made"):
        yield _example(text, cue, using, MADE_COUNTS)
    for text in _said(language):
        said = _example(text, "none", using, SAID_COUNTS)
        # What the phrases hear in an answer may well be there ("not safe at home").
        if not any(part.sure for part in said.parts):
            yield said


def _said(language: str) -> Iterator[str]:
    """Ways of saying a command, and plain answers. That others read the phone may be a cue."""
    for path in sorted((UNDERSTANDING / language).glob("*.txt")):
        if path.stem != "safe":
            yield from filter(None, path.read_text("utf-8").splitlines())
    for line in (UNDERSTANDING / "learnt_from" / f"{language}.tsv").read_text("utf-8").splitlines():
        text, _, name = line.partition("\t")
        if name != "safe":
            yield text


def _lines(language: str) -> Iterator[str]:
    for path in sorted(EXAMPLES.glob(f"{language}*.tsv")):
        yield from path.read_text("utf-8").splitlines()


def _example(text: str, cue: str, using: Patterns, counts: float = 1.0) -> Example:
    words = using.reader.read(text).words
    signs, places = using.signs(words), list(letters.of_places(words, using.kinds))
    parts = tuple(
        _part(words[start:end], places[start:end], patterns.within(signs, start, end), using)
        for start, end in reading.windows(len(words))
    )
    return Example(NAMES.index(cue) if cue in NAMES else CLASSES, parts, counts)


def _part(
    words: Sequence[str], places: Sequence[Sequence[str]], signs: Sequence[Sign], using: Patterns
) -> Part:
    known_by = Counter(one for word in words for one in letters.of_letters(word))
    known_by.update(name for names in places for name in names)
    known_by.update(letters.of_kinds(words, using.kinds))
    known_by.update(letters.of_signs(signs, len(words)))
    return Part(known_by, bool(patterns.believed(signs)))


Rows = Sequence[tuple[Counter[str], int, float]]
Sizes = Mapping[str, float]  # how much is noticed: what is rare more than what is in every text


def rows_of(given: Iterable[Example]) -> Rows:
    """The parts that are learnt from. Of a long text with a cue nobody says in which part of it the
    cue stands: nothing is learnt from these."""
    return [
        (part.known_by, example.cue, example.counts)
        for example in given
        if example.cue == CLASSES or len(example.parts) == 1
        for part in example.parts
    ]


def sizes_of(rows: Rows) -> Sizes:
    """How much each is noticed, of what is seen often enough."""
    texts = Counter(name for known_by, *_ in rows for name in known_by)
    return {n: math.log(len(rows) / k) for n, k in texts.items() if SEEN <= k < len(rows)}


def learn(rows: Rows, sizes: Sizes) -> tuple[dict[str, Five], Four]:
    """The weights of what is known, against none."""
    measured = [(_measured(known_by, sizes), cue, counts) for known_by, cue, counts in rows]
    found, bias = regression.learn(measured, CLASSES, FREEDOM)
    weights = {
        name: cast("Five", (*(one * sizes[name] for one in row), sizes[name]))
        for name, row in found.items()
    }
    return weights, cast("Four", bias)


def _graver(language: str) -> Iterator[float]:
    return (math.log(GRAVER[language] if name in GRAVEST else 1.0) for name in NAMES)


def _measured(known_by: Counter[str], sizes: Sizes) -> dict[str, float]:
    """How much each is noticed among all that is known: together they have the length 1. In a fixed
    order: sums depend on it."""
    noticed = {name: sizes[name] for name in sorted(known_by) if name in sizes}
    square = sum(size * size * known_by[name] for name, size in noticed.items())
    length = math.sqrt(square) or 1.0
    return {name: size * known_by[name] / length for name, size in noticed.items()}


def main(language: str) -> None:
    known = ordinary(language)
    using = patterns.read((WRITTEN / f"{language}.toml").read_text("utf-8"), known)
    rows = rows_of(examples(language, using))
    sizes = sizes_of(rows)
    weights, bias = learn(rows, sizes)
    bias = cast("Four", tuple(map(sum, zip(bias, _graver(language), strict=True))))
    found = Letters(weights, bias, ABOVE[language], known)
    (WRITTEN / f"{language}.letters").write_text(letters.pack(found), "utf-8")
    print(f"{language}: {len(rows)} parts of examples, {len(weights)} weights")


def ordinary(language: str) -> frozenset[str]:
    """The words of those examples that are spelt with care."""
    rows = (line.split("\t") for line in _lines(language))
    careful = [text for text, _, tags in rows if not CARELESS & set(tags.split(","))]
    careful += _said(language)
    return frozenset(word for text in careful for word in fold(text).split() if word.isalpha())


if __name__ == "__main__":
    main(sys.argv[1])
