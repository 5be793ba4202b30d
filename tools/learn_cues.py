"""Learn the weights of the second voice (`bot/cues/letters.py`) from the examples of a language.

`python -m tools.learn_cues en` reads `tests/cues/learnt_from/en*.tsv` and writes `bot/cues/en.letters`.
It is a multinomial logistic regression, stepped with AdaGrad; the same examples give the same file.
How high a likelihood has to be is found on examples that were left out: of five parts, each in turn.
"""

from __future__ import annotations

import math
import random
import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.conversation.cues import NAMES
from bot.conversation.folding import fold
from bot.cues import letters, patterns
from bot.cues.letters import Four, Letters
from bot.cues.patterns import Patterns

HERE = Path(__file__).parent.parent
EXAMPLES, WRITTEN = HERE / "tests/cues/learnt_from", HERE / "bot/cues"
ROUNDS, STEP, SHRINK = 8, 0.04, 2e-5
SEEN, PARTS = 2, 5  # in how many texts something must be; parts for leaving out
MOST_FALSE = 0.05  # false alarms of the harmless, with both voices
SMALLEST = 0.02  # of weights that are kept
CLASSES = len(NAMES)
CARELESS = {"textspeak", "misspelling", "more"}


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    cue: int  # place in `NAMES`, or `CLASSES` for none
    known_by: Counter[str]
    sure: bool  # the patterns speak
    guarded: bool


def examples(language: str, using: Patterns) -> Iterator[Example]:
    """All examples of a language, each with what it is known by."""
    for path in sorted(EXAMPLES.glob(f"{language}*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            text, cue = line.split("\t")[:2]
            words = using.reader.read(text).words
            signs = using.signs(words)
            known_by = Counter(one for word in set(words) for one in letters.of_letters(word))
            known_by.update(letters.of_words(words, using.kinds))
            known_by.update(letters.of_signs(signs, len(words)))
            place = NAMES.index(cue) if cue in NAMES else CLASSES
            guarded = patterns.guarded(signs)
            sure = not guarded and any(sign.speaks for sign in signs)
            yield Example(text, place, known_by, sure, guarded)


def learn(given: Sequence[Example]) -> tuple[dict[str, Four], Four]:
    """The weights of what is known, against none."""
    seen = Counter(name for example in given for name in example.known_by)
    names = {name: n for n, name in enumerate(sorted(n for n, k in seen.items() if k >= SEEN), 1)}
    rows = [
        (
            [0] + [names[n] for n in e.known_by if n in names],
            [1] + [k for n, k in e.known_by.items() if n in names],
        )
        for e in given
    ]
    size = len(names) + 1
    weights = [array("d", bytes(8 * size)) for _ in NAMES]
    sums = [array("d", [1e-3]) * size for _ in NAMES]
    order = list(range(len(given)))
    chance = random.Random(7)  # noqa: S311 (the order of examples)
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for number in order:
            _step(weights, sums, *rows[number], given[number].cue)
    found = {name: tuple(column[n] for column in weights) for name, n in names.items()}
    kept = {name: four for name, four in found.items() if max(map(abs, four)) >= SMALLEST}
    return kept, tuple(column[0] for column in weights)  # type: ignore[return-value]


def _step(
    weights: list[array[float]],
    sums: list[array[float]],
    ids: list[int],
    counts: list[int],
    cue: int,
) -> None:
    """Move the weights of one example a little towards its cue."""
    scores = [sum([column[i] * k for i, k in zip(ids, counts, strict=True)]) for column in weights]
    highest = max(0.0, *scores)
    shares = [math.exp(score - highest) for score in scores]
    whole = sum(shares) + math.exp(-highest)
    for place, column in enumerate(weights):
        error = shares[place] / whole - (place == cue)
        if abs(error) < 1e-3:
            continue
        squares = sums[place]
        for i, k in zip(ids, counts, strict=True):
            slope = error * k + SHRINK * column[i]
            squares[i] += slope * slope
            column[i] -= STEP * slope / math.sqrt(squares[i])


def left_out(given: Sequence[Example]) -> list[float]:
    """How likely each example has a cue, learnt from the others."""
    found = [0.0] * len(given)
    for part in range(PARTS):
        rest = [example for n, example in enumerate(given) if n % PARTS != part]
        weights, bias = learn(rest)
        for n in range(part, len(given), PARTS):
            found[n] = _likely(weights, bias, given[n].known_by)
    return found


def _likely(weights: dict[str, Four], bias: Four, known_by: Counter[str]) -> float:
    scores = [
        bias[place] + sum(weights[n][place] * k for n, k in known_by.items() if n in weights)
        for place in range(CLASSES)
    ]
    highest = max(0.0, *scores)
    shares = sum(math.exp(score - highest) for score in scores)
    return shares / (shares + math.exp(-highest))


def heights(given: Sequence[Example], likely: Sequence[float]) -> tuple[float, float, float]:
    """How likely a cue must be where phrases speak, where none does, and where a guard stands: those
    that find the most, with `MOST_FALSE` false alarms or less."""
    room = round(MOST_FALSE * sum(example.cue == CLASSES for example in given))
    chosen = {0: (0, ())}  # false alarms so far: the most that are found with them, and how
    for kind in (0, 1, 2):
        rows = sorted(
            ((share, e.cue) for e, share in zip(given, likely, strict=True) if _kind(e) == kind),
            reverse=True,
        )
        chosen = _with_one_more(chosen, _curve(rows), room)
    return max(chosen.values())[1]  # type: ignore[return-value]


def _kind(example: Example) -> int:
    return 0 if example.sure else 2 if example.guarded else 1


def _curve(rows: Sequence[tuple[float, int]]) -> dict[int, tuple[int, float]]:
    """By the number of false alarms, how many are found, and at what height."""
    found, right, wrong = {0: (0, 1.0)}, 0, 0
    for share, cue in rows:
        right, wrong = (right, wrong + 1) if cue == CLASSES else (right + 1, wrong)
        if right > found.get(wrong, (-1, 0.0))[0]:
            found[wrong] = (right, share)
    return found


def _with_one_more(
    chosen: dict[int, tuple[int, tuple[float, ...]]], curve: dict[int, tuple[int, float]], room: int
) -> dict[int, tuple[int, tuple[float, ...]]]:
    found: dict[int, tuple[int, tuple[float, ...]]] = {}
    for before, (right, how) in chosen.items():
        for wrong, (more, height) in curve.items():
            best = found.get(before + wrong, (-1, ()))
            if before + wrong <= room and right + more > best[0]:
                found[before + wrong] = (right + more, (*how, height - 1e-9))
    return found


def main(language: str) -> None:
    known = ordinary(language)
    using = patterns.read((WRITTEN / f"{language}.toml").read_text("utf-8"), known)
    given = list(examples(language, using))
    order = list(range(len(given)))
    random.Random(3).shuffle(order)  # noqa: S311 (alike examples stand side by side)
    given = [given[n] for n in order]
    likely = left_out(given)
    if len(sys.argv) > 2:
        import pickle

        pickle.dump((given, likely), open(sys.argv[2], "wb"))
    above = heights(given, likely)
    weights, bias = learn(given)
    found = Letters(weights, bias, above, known)
    scale = max(abs(one) for four in weights.values() for one in four) / 127
    (WRITTEN / f"{language}.letters").write_text(letters.pack(found, scale), "utf-8")
    print(f"{language}: {len(given)} examples, {len(weights)} weights, {above=}")
    heard = [p > above[_kind(e)] for e, p in zip(given, likely, strict=True)]
    for name, place in [*zip(NAMES, range(4), strict=True), ("none", CLASSES)]:
        of = [h for h, e in zip(heard, given, strict=True) if e.cue == place]
        print(f"  {name}: {sum(of)} of {len(of)} left-out examples heard")


def ordinary(language: str) -> frozenset[str]:
    """The words of those examples that are spelt with care."""
    lines = (
        line
        for path in sorted(EXAMPLES.glob(f"{language}*.tsv"))
        for line in path.open(encoding="utf-8")
    )
    rows = (line.rstrip("\n").split("\t") for line in lines)
    careful = (text for text, _, tags in rows if not CARELESS & set(tags.split(",")))
    return frozenset(word for text in careful for word in fold(text).split() if word.isalpha())


if __name__ == "__main__":
    main(sys.argv[1])
