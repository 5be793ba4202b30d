"""How well people are understood, over lists of whole messages as people text them.

The lists stand beside this file: ways of saying each command, and answers that must stay answers.
A mended slip ("skp") counts as recognised: the person is asked, and their yes does it.
"""

from __future__ import annotations

import time
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from bot import worlds
from bot.conversation.channel import CARRIER_HELP, CARRIER_START, CARRIER_STOP
from bot.understanding import Understanding, prepare

HERE = Path(__file__).parent
COMMANDS = sorted(path.stem for path in (HERE / "en").glob("*.txt") if path.stem != "answers")
LANGUAGES = ("en", "es")
AT_LEAST = {"en": 0.94, "es": 0.93}
AT_LEAST_ALONE = 0.70  # of any one command
MOST_TAKEN = 0.0125  # where nobody says what was asked; where it is known, fewer (test_unread.py)


@lru_cache
def using(language: str, asking: str = "") -> Understanding:
    return prepare(worlds.read(), language, "sms", asking)


def lines(language: str, name: str) -> list[str]:
    return (HERE / language / f"{name}.txt").read_text("utf-8").splitlines()


def command(language: str, text: str) -> str:
    return str(using(language).tell(text)["command"] or "")


@lru_cache
def recognised(language: str) -> dict[str, float]:
    """The share of each command's ways that is recognised; `all` over all of them."""
    told, right = Counter[str](), Counter[str]()
    for name in COMMANDS:
        for text in lines(language, name):
            hit = command(language, text) == name
            told.update((name, "all"))
            right.update((name, "all") if hit else ())
    return {name: right[name] / told[name] for name in told}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ways_of_saying_a_command_are_recognised(language: str) -> None:
    shares = recognised(language)
    assert shares["all"] >= AT_LEAST[language], shares
    assert min(shares.values()) >= AT_LEAST_ALONE, shares


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["stop", "delete"])
def test_nobody_is_kept_and_nothing_is_kept_against_their_word(language: str, name: str) -> None:
    assert recognised(language)[name] >= 0.97, recognised(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_are_not_taken_for_commands(language: str) -> None:
    answers = lines(language, "answers")
    taken = [text for text in answers if command(language, text)]
    assert len(answers) >= 400
    assert len(taken) <= MOST_TAKEN * len(answers), taken


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", sorted(CARRIER_STOP | CARRIER_HELP | CARRIER_START))
def test_the_words_of_a_carrier_are_commands_in_every_language(language: str, word: str) -> None:
    does = "stop" if word in CARRIER_STOP else "help" if word in CARRIER_HELP else "carry_on"
    assert command(language, f" {word} ") == ("yes" if word == "YES" else does)


def test_a_choice_is_an_answer() -> None:
    asked = using("es", "safe_to_text")
    assert asked.tell("2") == {"text": "2", "command": None, "choice": ["sometimes"]}
    assert asked.tell("sí")["choice"] == ["yes"]
    assert asked.tell("saltar")["command"] == "skip"


def test_what_may_be_an_answer_is_no_command_and_a_slip_is_not_sure() -> None:
    assert using("en").tell("why me") == {"text": "why me", "command": None, "unsure": "why"}
    assert using("en").tell("skp") == {"text": "skp", "command": "skip", "sure": False}


def test_it_is_quick() -> None:
    """Microseconds of the processor for one message; the bound leaves room for a slow machine."""
    texts = lines("en", "answers")
    ask = using("en")._heard
    took = []
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            ask(text, asked_yes_no=False)
        took.append((time.process_time() - start) / len(texts) * 1e6)
    assert min(took) < 150, took
