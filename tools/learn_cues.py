"""Learn the weights of the second voice (`bot/cues/letters.py`) from the examples of a language.

`python -m tools.learn_cues en` reads `tests/cues/learnt_from/en*` and writes `bot/cues/en.letters`.
The same examples give the same file (`tools/learning.py`). How high a likelihood has to be is found
on examples that were left out: of five parts, each in turn.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import cast

from bot.conversation.cues import NAMES
from bot.conversation.folding import fold
from bot.cues import letters, patterns, reading
from bot.cues.letters import Five, Four, Letters
from bot.cues.patterns import Patterns, Sign
from tools import regression
from tools.learning import shared
from tools.made_examples import made

HERE = Path(__file__).parent.parent
UNDERSTANDING = HERE / "tests/understanding"
EXAMPLES, WRITTEN = HERE / "tests/cues/learnt_from", HERE / "bot/cues"
PARTS = 5  # for leaving out
# False alarms of the harmless among the examples, which are harder than what people write: chosen
# so that in the texts of another hand about 5 in 100 are false.
MOST_FALSE = {"en": 0.044, "es": 0.040}
STEPS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
LOW = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)  # below it the letters silence a phrase
CLASSES = len(NAMES)
# How much an example counts that fills a frame, beside one that somebody thought of: at 1 they
# drown these, and the texts of another hand are understood worse than without any.
MADE_COUNTS = 0.03
SAID_COUNTS = 0.15  # a plain answer or a command
FREEDOM = 10.0
SEEN, MOST = 2, 120_000  # texts that have it; weights that are kept
Three = tuple[float, float, float]
CARELESS = {"textspeak", "misspelling", "more"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that is looked at together."""

    known_by: Counter[str]
    sure: bool  # the patterns speak
    guarded: bool


@dataclass(frozen=True, slots=True)
class Example:
    cue: int  # place in `NAMES`, or `CLASSES` for none
    parts: tuple[Part, ...]
    counts: float = 1.0


def examples(language: str, using: Patterns) -> tuple[list[Example], list[Example]]:
    """The written examples of a language in a fixed order by chance, and those made from frames."""
    rows = [line.split("\t")[:2] for line in _lines(language)]
    random.Random(3).shuffle(rows)  # noqa: S311 (alike examples stand side by side)
    frames = made(EXAMPLES / f"{language}.made")
    more = [replace(_example(*one, using), counts=MADE_COUNTS) for one in frames]
    # What the phrases hear in an answer may well be there ("not safe at home").
    said = [replace(_example(text, "none", using), counts=SAID_COUNTS) for text in _said(language)]
    more += [one for one in said if not any(part.sure for part in one.parts)]
    return [_example(text, cue, using) for text, cue in rows], more


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


def _example(text: str, cue: str, using: Patterns) -> Example:
    words = using.reader.read(text).words
    signs, places = using.signs(words), list(letters.of_places(words, using.kinds))
    parts = tuple(
        _part(words[start:end], places[start:end], patterns.within(signs, start, end), using)
        for start, end in reading.windows(len(words))
    )
    return Example(NAMES.index(cue) if cue in NAMES else CLASSES, parts)


def _part(
    words: Sequence[str], places: Sequence[Sequence[str]], signs: Sequence[Sign], using: Patterns
) -> Part:
    known_by = Counter(one for word in words for one in letters.of_letters(word))
    known_by.update(name for names in places for name in names)
    known_by.update(letters.of_kinds(words, using.kinds))
    known_by.update(letters.of_signs(signs, len(words)))
    return Part(known_by, bool(patterns.believed(signs)), patterns.guarded(signs))


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
    """How much each is noticed, of what is worth it: what is seen often enough, and speaks loudest
    for or against any cue when all of it is learnt from."""
    texts = Counter(name for known_by, *_ in rows for name in known_by)
    seen = {n: math.log(len(rows) / k) for n, k in texts.items() if SEEN <= k < len(rows)}
    weights, _ = learn(rows, seen)
    loudest = sorted(weights, key=lambda name: -max(map(abs, weights[name][:4])))
    return {name: seen[name] for name in loudest[:MOST]}


def learn(rows: Rows, sizes: Sizes) -> tuple[dict[str, Five], Four]:
    """The weights of what is known, against none."""
    measured = [(_measured(known_by, sizes), cue, counts) for known_by, cue, counts in rows]
    found, bias = regression.learn(measured, CLASSES, FREEDOM)
    weights = {
        name: cast("Five", (*(one * sizes[name] for one in row), sizes[name]))
        for name, row in found.items()
    }
    return weights, cast("Four", bias)


def _measured(known_by: Counter[str], sizes: Sizes) -> dict[str, float]:
    """How much each is noticed among all that is known: together they have the length 1."""
    noticed = {name: sizes[name] for name in known_by if name in sizes}
    square = sum(size * size * known_by[name] for name, size in noticed.items())
    length = math.sqrt(square) or 1.0
    return {name: size * known_by[name] / length for name, size in noticed.items()}


Likely = list[list[float]]  # of each part of each example


def left_out(given: Sequence[Example], frames: Sequence[Example], sizes: Sizes) -> Likely:
    """How likely each written example has a cue, learnt from the others and from the made ones."""
    found: Likely = [[] for _ in given]
    for part in range(PARTS):
        rest = [*frames, *(example for n, example in enumerate(given) if n % PARTS != part)]
        weights, bias = learn(rows_of(rest), sizes)
        for n in range(part, len(given), PARTS):
            found[n] = [_likely(weights, bias, part.known_by) for part in given[n].parts]
    return found


def _likely(weights: dict[str, Five], bias: Four, known_by: Counter[str]) -> float:
    found = sorted((weights[name], times) for name, times in known_by.items() if name in weights)
    length = math.sqrt(sum(five[4] ** 2 * times for five, times in found)) or 1.0
    scores = [
        bias[n] + sum(five[n] * times for five, times in found) / length for n in range(CLASSES)
    ]
    shares, none = shared(scores)
    return sum(shares) / (sum(shares) + none)


def heights(given: Sequence[Example], likely: Likely, most_false: float) -> Three:
    """How likely a cue must be where phrases speak, where none does, and where a guard stands:
    those that find the most, with no greater share of false alarms."""
    highest = [_highest(e, shares) for e, shares in zip(given, likely, strict=True)]
    harmless = [three for three, e in zip(highest, given, strict=True) if e.cue == CLASSES]
    others = [three for three, e in zip(highest, given, strict=True) if e.cue != CLASSES]
    room, best, most = most_false * len(harmless), (1.0, 1.0, 1.0), -1
    for above in product(LOW, STEPS, STEPS):
        if _counted(harmless, above) <= room and (right := _counted(others, above)) > most:
            best, most = above, right
    return best


def _highest(example: Example, shares: Sequence[float]) -> Three:
    """The likeliest part of each kind: phrases speak, none does, a guard stands in it."""
    found = [0.0, 0.0, 0.0]
    for part, share in zip(example.parts, shares, strict=True):
        kind = 0 if part.sure else 2 if part.guarded else 1
        found[kind] = max(found[kind], share)
    return found[0], found[1], found[2]


def _counted(highest: Sequence[Three], above: Three) -> int:
    one, two, three = above
    return sum(a > one or b > two or c > three for a, b, c in highest)


def main(language: str) -> None:
    known = ordinary(language)
    using = patterns.read((WRITTEN / f"{language}.toml").read_text("utf-8"), known)
    given, frames = examples(language, using)
    rows = rows_of([*given, *frames])
    sizes = sizes_of(rows)
    likely = left_out(given, frames, sizes)
    above = heights(given, likely, MOST_FALSE[language])
    weights, bias = learn(rows, sizes)
    found = Letters(weights, bias, above, known)
    (WRITTEN / f"{language}.letters").write_text(letters.pack(found), "utf-8")
    print(f"{language}: {len(given)} and {len(frames)} examples, {len(weights)} weights, {above=}")
    for name, place in [*zip(NAMES, range(4), strict=True), ("none", CLASSES)]:
        of = [_highest(e, s) for e, s in zip(given, likely, strict=True) if e.cue == place]
        print(f"  {name}: {_counted(of, above)} of {len(of)} left-out examples heard")


def ordinary(language: str) -> frozenset[str]:
    """The words of those examples that are spelt with care."""
    rows = (line.split("\t") for line in _lines(language))
    careful = [text for text, _, tags in rows if not CARELESS & set(tags.split(","))]
    careful += _said(language)
    return frozenset(word for text in careful for word in fold(text).split() if word.isalpha())


if __name__ == "__main__":
    main(sys.argv[1])
