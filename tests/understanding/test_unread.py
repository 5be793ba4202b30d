"""Lists that somebody wrote who had not seen the word lists, beside ways and answers of our own.

One half was read when the word lists were made (`read`), the other never (`unread`): what it says
is what new people will meet. Keep it unread: measure with counts, mend by the other half.
The third list was written later, with as many answers as came to mind that look like commands; the
fourth with ways that nobody thinks of first. What is guessed (`bot/guessing`) was learnt from the
halves that were read, never from the others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.understanding.test_figures import LANGUAGES, using

LISTS = Path(__file__).parent / "lists"
# What was measured, in 100, and a little room: recognised; taken alone; taken where it is asked.
FLOORS = {
    ("en", "read"): (98.0, 0.6, 0.2),
    ("en", "unread"): (94.5, 2.5, 0.7),
    ("en", "third_read"): (97.5, 3.5, 0.9),
    ("en", "third_unread"): (93.5, 4.8, 1.0),
    ("en", "fourth_read"): (97.0, 4.0, 2.0),
    ("en", "fourth_unread"): (94.5, 1.0, 1.0),
    ("es", "read"): (97.0, 0.95, 0.4),
    ("es", "unread"): (94.0, 2.6, 1.0),
    ("es", "third_read"): (98.5, 3.5, 0.5),
    ("es", "third_unread"): (93.0, 4.8, 0.5),
    ("es", "fourth_read"): (93.0, 3.0, 1.0),
    ("es", "fourth_unread"): (85.5, 1.0, 1.0),
}
HALVES = list(FLOORS)
HALF_NAMES = tuple(half for language, half in FLOORS if language == "en")


def rows(kind: str, language: str, half: str) -> list[tuple[str, str]]:
    """Each text with its command, or with the question that it answers."""
    lines = (LISTS / f"{kind}_{language}_{half}.tsv").read_text("utf-8").splitlines()
    found = [line.rpartition("\t") for line in lines if "\t" in line]
    return [(text, second) for text, _, second in found if text != "text"]


def bare(half: str) -> tuple[str, ...]:
    """A yes and a no, where many answers are no more than that: alone they are what they say."""
    return ("yes", "no") if half.startswith(("third", "fourth")) else ()


def share(hits: list[bool]) -> float:
    return 100 * sum(hits) / len(hits)


@pytest.mark.parametrize(("language", "half"), HALVES)
def test_ways_that_others_wrote_are_recognised(language: str, half: str) -> None:
    ways = rows("commands", language, half)
    hits = [using(language).tell(text)["command"] == name for text, name in ways]
    assert share(hits) >= FLOORS[language, half][0]


@pytest.mark.parametrize(("language", "half"), HALVES)
def test_their_answers_stay_answers(language: str, half: str) -> None:
    answers = rows("answers", language, half)
    told = [using(language).tell(text)["command"] for text, _ in answers]
    alone = [name not in (None, *bare(half)) for name in told]
    asked = [using(language, id).tell(text)["command"] is not None for text, id in answers]
    assert share(alone) <= FLOORS[language, half][1]
    assert share(asked) <= FLOORS[language, half][2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["stop", "delete"])
def test_no_answer_of_theirs_stops_or_deletes(language: str, name: str) -> None:
    """Where it is asked: at most one in a thousand."""
    answers = [row for half in HALF_NAMES for row in rows("answers", language, half)]
    taken = [using(language, id).tell(text)["command"] == name for text, id in answers]
    assert sum(taken) <= 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["stop", "delete"])
def test_whoever_wants_to_leave_is_heard(language: str, name: str) -> None:
    """Over the halves that nobody read: at least 97 in 100."""
    unread = [half for half in HALF_NAMES if half.endswith("unread")]
    ways = [row for half in unread for row in rows("commands", language, half)]
    hits = [using(language).tell(text)["command"] == name for text, said in ways if said == name]
    assert len(hits) >= 95
    assert share(hits) >= 97
