"""Learn what guesses at commands that no list of ways knows (`bot/guessing`), for a language.

`python -m tools.learn_ways en` reads the examples and writes `bot/guessing/en.weights`: examples of
`tests/understanding/learnt_from/en*.tsv`, our own lists beside it, and those halves of the lists of
others that were read; and as texts that are none, the texts that cues are learnt from: nobody who
says that they want it all to end means a command.
The same examples give the same file (`tools/learning.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.conversation.folding import fold
from bot.guessing.guesser import MOST, Guesser, known_by, pack
from tools.learning import Learner

HERE = Path(__file__).parent.parent
LISTS, CUES = HERE / "tests/understanding", HERE / "tests/cues/learnt_from"
WRITTEN = HERE / "bot/guessing"
NONE, OURS = "none", {"answers": "none"}
BARE = frozenset({"yes", "no"})  # said in so few words that lists know them


def examples(language: str) -> Iterator[tuple[str, str]]:
    """Texts and what they mean."""
    yield from _of_our_own(language)
    for path in sorted((LISTS / "lists").glob(f"*_{language}_*read.tsv")):
        if not path.stem.endswith("unread"):
            yield from _of_others(path)
    # Not the newest: with them the ways that others wrote are recognised a little less often.
    for path in sorted(set(CUES.glob(f"{language}*.tsv")) - set(CUES.glob("*_fourth.tsv"))):
        for line in path.read_text("utf-8").splitlines():
            yield line.split("\t")[0], NONE


def _of_our_own(language: str) -> Iterator[tuple[str, str]]:
    for path in sorted((LISTS / "learnt_from").glob(f"{language}*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            text, name = line.split("\t")
            yield text, name
    for path in sorted((LISTS / language).glob("*.txt")):
        for text in path.read_text("utf-8").splitlines():
            yield text, OURS.get(path.stem, path.stem)


def _of_others(path: Path) -> Iterator[tuple[str, str]]:
    """A list of another hand: ways with their commands, or answers with their questions."""
    _, *lines = path.read_text("utf-8").splitlines()
    for line in filter(None, lines):
        text, _, name = line.rpartition("\t")
        yield text, NONE if path.stem.startswith("answers") else name


def main(language: str) -> None:
    found = [(fold(text).split(), name) for text, name in examples(language) if name not in BARE]
    short = [(words, name) for words, name in found if 0 < len(words) <= MOST]
    names = sorted({name for _, name in short} - {NONE})
    places = {name: place for place, name in enumerate((*names, NONE))}
    learner = Learner(len(names), rounds=14, step=0.1, seen=2, smallest=0.06)
    weights, bias = learner.learn(
        [(dict.fromkeys(known_by(words), 1), places[name]) for words, name in short]
    )
    path = WRITTEN / f"{language}.weights"
    path.write_text(pack(Guesser(names, weights, bias)), "utf-8")
    print(f"{language}: {len(short)} examples, {len(weights)} weights, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
