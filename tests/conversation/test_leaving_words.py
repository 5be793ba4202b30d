"""Words that look as if somebody wanted to leave: denied, in despair, or over a question that
decides. Nothing is erased and nothing stops on a guess that may be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.effects import Asked, Forget
from bot.guessing import shipped
from tests.play import Play
from tests.worlds import listening

WORLD = replace(listening(), guesses=shipped.guesses())
DENIED = {
    "en": (
        "please dont wipe it all",
        "please dont get rid of my stuff",
        "i changed my mind dont wipe it",
        "no dont stop",
        "please dont stop texting",
        "i dont want to stop",
        "i dont want you to stop",
    ),
    "es": (
        "por favor no elimines lo mio",
        "mejor no borren mis cosas",
        "no quiero que lo quiten todo",
        "no quiero parar",
        "no dejes de escribirme",
    ),
}
CASES = [(language, text) for language, texts in DENIED.items() for text in texts]
DELETE = {"en": "delete everything", "es": "borrar todo"}
DESPAIR = {"en": "i want to kill myself", "es": "me quiero morir"}
LEFT = ("stopped", "erased")


def begun(language: str) -> Play:
    """Somebody who was asked the first question."""
    play = Play(WORLD, language=language)
    for words in ("hello" if language == "en" else "hola", "ok", "ok", "ok"):
        play.says(words)
    return play


def erased(play: Play) -> bool:
    return any(isinstance(effect, Forget) for effect in play.effects)


@pytest.mark.parametrize(("language", "text"), CASES)
def test_denied_at_a_question(language: str, text: str) -> None:
    play = begun(language)
    play.says(text)
    assert play.conversation.standing not in LEFT
    assert not erased(play)


@pytest.mark.parametrize(("language", "text"), CASES)
def test_denied_where_we_ask_whether_to_delete(language: str, text: str) -> None:
    play = begun(language)
    play.says(DELETE[language])
    assert play.conversation.over[-1:] == ("delete",)
    play.says(text)
    assert play.conversation.standing not in LEFT
    assert not erased(play)


@pytest.mark.parametrize(("language", "text"), CASES)
def test_denied_after_despair(language: str, text: str) -> None:
    play = begun(language)
    play.says(DESPAIR[language])
    assert "suicidal" in play.conversation.cared
    play.says(text)
    assert play.conversation.standing not in LEFT


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "delete me from this world"),
        ("en", "wipe me off the earth"),
        ("en", "i wanna log off forever"),
        ("es", "ya no voy a molestar mas"),
        ("es", "borrenme de este mundo"),
    ],
)
def test_despair_that_sounds_like_a_command(language: str, text: str) -> None:
    play = begun(language)
    play.says(text)
    assert play.conversation.standing not in LEFT
    assert any(isinstance(e, Asked) and e.what == "suicidal" for e in play.effects)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "i'm gonna end it"), ("es", "voy a acabar con esto")]
)
def test_who_leaves_with_words_of_despair_hears_where_help_is(language: str, text: str) -> None:
    """Our lists know them as STOP: it stops, and a worker sees the words."""
    play = begun(language)
    said = " ".join(play.says(text))
    assert "116 123" in said
    assert any(isinstance(e, Asked) and e.what == "suicidal" for e in play.effects)


def test_a_code_word_is_not_taken_for_a_guess() -> None:
    play = begun("en")
    play.says("plain")
    for _ in range(12):
        if play.conversation.position.id == "code_word":
            break
        play.says("skip")
    play.says("over and out")
    play.says("over and out")
    assert play.conversation.code
    play.later(172_800, "2 days later")
    play.says("over and out")
    assert play.conversation.standing not in LEFT


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "me quiero morir"), ("en", "mi marido me pega"), ("es", "i want to kill myself")],
)
def test_danger_in_the_other_language_is_heard(language: str, text: str) -> None:
    play = begun(language)
    play.says(text)
    assert play.conversation.cared


def test_who_is_this_shows_nothing_after_a_time_away() -> None:
    play = begun("en")
    play.later(172_800, "2 days later")
    said = " ".join(play.says("who is this"))
    assert "computer" in said
    assert "hard day" not in said


def test_a_stop_right_after_takes_no_help_back() -> None:
    play = Play(replace(listening(8), guesses=shipped.guesses()))
    for words in ("hello", "ok", "ok", "ok"):
        play.says(words)
        play.ends()
    play.says("i want to kill myself")
    play.soon = timedelta(seconds=3)
    said = " ".join(play.says("please stop texting me"))
    assert "116 123" in said
    assert play.conversation.standing == "stopped"
