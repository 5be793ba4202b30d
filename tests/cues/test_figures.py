"""How well cues are found in texts of another hand. A figure that drops is red here; all of them
stand in docs/cues.md, which `make cues` writes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.conversation.cues import Find
from bot.cues import shipped
from tests.cues.counting import DOC, GRAVEST, LANGUAGES, NONE, counted, heard, interval, written

# A little below what was measured: of 100 texts with a cue, of the gravest two, of the harmless.
AT_LEAST = {"en": 0.91, "es": 0.9}
AT_LEAST_OF_THE_GRAVEST = {"en": 0.95, "es": 0.925}
MOST_FALSE = 0.05
MOST_OF_PLAIN = 0.025
MOST_BYTES = 2_600_000  # of the weights of a language
MILLISECONDS = 1.0
CHARACTERS = 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_are_found(language: str) -> None:
    found, of = heard(t for t in counted(language) if t.cue != NONE)
    assert found / of >= AT_LEAST[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gravest_are_found(language: str) -> None:
    found, of = heard(t for t in counted(language) if t.cue in GRAVEST)
    assert found / of >= AT_LEAST_OF_THE_GRAVEST[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_alarms_are_false(language: str) -> None:
    found, of = heard(t for t in counted(language) if t.cue == NONE)
    assert found / of <= MOST_FALSE


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_answers_are_hardly_ever_taken_for_cues(language: str) -> None:
    """Answers that were written to measure something else, of which a few may well be cues."""
    find = shipped.finders()[language]
    lists = Path(__file__).parent.parent / "understanding/lists"
    for name in ("read", "unread"):
        lines = (lists / f"answers_{language}_{name}.tsv").read_text("utf-8").splitlines()[1:]
        found = [line for line in lines if find(line.split("\t")[0])]
        assert len(found) <= MOST_OF_PLAIN * len(lines)


def test_the_page_shows_the_figures_of_now() -> None:
    assert DOC.read_text("utf-8") == written(), "run `make cues`"


def test_an_interval_is_wilsons() -> None:
    low, high = interval(93, 100)
    assert (round(low, 3), round(high, 3)) == (0.863, 0.966)
    assert interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_out_texts_were_not_learnt_from(language: str) -> None:
    here = Path(__file__).parent
    learnt = {
        line.split("\t")[0]
        for path in here.glob(f"learnt_from/{language}*.tsv")
        for line in path.read_text("utf-8").splitlines()
    }
    out = {
        line.split("\t")[0]
        for path in here.glob(f"held_out/{language}_*.tsv")
        for line in path.read_text("utf-8").splitlines()
    }
    assert len(out) > 900
    assert not learnt & out


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_weights_are_small(language: str) -> None:
    assert (shipped.HERE / f"{language}.letters").stat().st_size <= MOST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_of_500_characters_takes_less_than_a_millisecond(language: str) -> None:
    """In 99 of 100, on a machine that does nothing else: the best of some times."""
    find = shipped.finders()[language]
    path = Path(__file__).parent / f"held_out/{language}_a.tsv"
    lines = [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()]
    whole = " ".join(lines * 3)
    texts = [whole[start : start + CHARACTERS] for start in range(0, len(whole) - CHARACTERS, 397)]
    took = sorted(min(_milliseconds(find, text) for _ in range(20)) for text in texts)
    assert len(took) > 100
    assert took[int(len(took) * 0.99)] < MILLISECONDS


def _milliseconds(find: Find, text: str) -> float:
    start = time.thread_time()
    find(text)
    return 1000 * (time.thread_time() - start)
