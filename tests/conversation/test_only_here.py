"""What a message means at the place where it is said, and what a newcomer wrote there."""

from __future__ import annotations

import pytest

from bot.conversation.effects import Asked
from tests.play import Play
from tests.worlds import world

OPENING = ("hi", "ok", "ok", "ok")


def after(*texts: str, language: str = "en") -> Play:
    player = Play(world(), language=language)
    for text in texts:
        player.says(text)
    return player


def test_a_one_goes_on_where_an_ok_is_awaited_and_agrees_to_nothing() -> None:
    player = after("hi", "1", "1")
    assert player.conversation.position.id == "3"
    assert "Text OK or NO" in " ".join(player.says("1"))
    assert not player.conversation.agreed  # who agrees says so
    assert not player.conversation.aside
    player.says("ok")
    assert player.conversation.agreed


def test_a_two_at_a_notice_agrees_to_nothing() -> None:
    player = after("hi", "ok", "ok")
    player.says("2")
    assert player.conversation.standing == "explaining"


@pytest.mark.parametrize(
    "words", ["its for my friend", "this is about my mum not me", "helping my neighbour"]
)
def test_writing_for_somebody_else_is_heard(words: str) -> None:
    player = after(*OPENING)
    player.says(words)
    if player.conversation.over[-1:] == ("mean.helping",):
        player.says("yes")
    assert player.conversation.over[-1:] == ("helping",)


@pytest.mark.parametrize(
    ("words", "helping"),
    [
        ("she doesnt know", False),
        ("he does not know i am writing", False),
        ("no, I haven't told her", False),
        ("yes she knows", True),
        ("he asked me to", True),
    ],
)
def test_whether_they_know_is_answered_in_words(words: str, helping: bool) -> None:
    player = after(*OPENING, "i am filling this in for someone else")
    player.says(words)
    assert player.conversation.helping is helping
    assert (player.conversation.over[-1:] == ("for_self",)) is not helping


def test_a_language_by_name_is_spoken_at_once() -> None:
    player = after(*OPENING)
    assert "Seguimos" in " ".join(player.says("hablas español?"))
    assert player.conversation.language == "es"
    assert "English" in " ".join(player.says("in english please"))
    assert player.conversation.language == "en"


def test_a_first_word_may_name_the_language() -> None:
    assert after("español por favor").conversation.language == "es"


@pytest.mark.parametrize("words", ["i dont speak english", "do you have polish"])
def test_a_language_that_is_not_wanted_or_not_here_is_asked_about(words: str) -> None:
    player = after(*OPENING)
    player.says(words)
    assert player.conversation.over[-1:] == ("language",)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "no bed tonight"),
        ("en", "i have nowhere to sleep tonight"),
        ("en", "we are on the street tonight"),
        ("es", "no tengo donde dormir hoy"),
    ],
)
def test_a_night_without_a_bed_is_urgent(language: str, words: str) -> None:
    assert "07700 900 000" in " ".join(after("hi", language=language).says(words))
    player = after("hola" if language == "es" else "hi", *OPENING[1:], language=language)
    player.says(words)
    assert player.conversation.over[-1:] == ("offer.person",)
    assert player.conversation.answers["keeps_going"].messages  # their words are kept as well
    player.says("1")
    assert Asked("person") in player.effects


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "dont delete it"), ("en", "do not delete"), ("es", "no lo borres")],
)
def test_do_not_delete_is_a_no(language: str, words: str) -> None:
    asks = "borrar" if language == "es" else "delete"
    player = after(*OPENING, "my dog", asks, language=language)
    assert player.conversation.over[-1:] == ("delete",)
    player.says(words)
    assert not player.conversation.over
    assert player.conversation.standing == "asking"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "my partner reads this phone"),
        ("en", "he checks my phone"),
        ("es", "mi marido me revisa el celular"),
    ],
)
def test_a_phone_that_another_reads_is_not_safe(language: str, words: str) -> None:
    player = after(*OPENING, "my dog", "1", "skip", language=language)
    assert player.conversation.position.id == "safe_to_text"
    player.says(words)
    assert player.conversation.answers["safe_to_text"].choices == ("no",)


def test_every_command_can_be_asked_about() -> None:
    words = world().phrases
    assert {f"mean_{name}" for name in words.words if name not in ("yes", "no")} <= set(
        words.messages
    )


@pytest.mark.parametrize("words", ["Lang", "later"])
def test_one_word_where_a_name_is_asked_is_asked_about(words: str) -> None:
    player = after(*OPENING, "my dog", "1", "skip", "1")
    assert player.conversation.position.id == "name"
    player.says(words)
    assert player.conversation.over[-1:][0].startswith("mean.")
    player.says("no")
    assert player.conversation.answers["name"].messages


@pytest.mark.parametrize("words", ["s t o p", "st op"])
def test_stop_with_spaces_in_it_stops(words: str) -> None:
    player = after(*OPENING)
    player.says(words)
    assert player.conversation.standing == "stopped"


def test_rest_is_a_name() -> None:
    player = after(*OPENING, "my dog", "1", "skip", "1", "Rest")
    assert player.conversation.answers["name"].messages


@pytest.mark.parametrize("text", ["are you there", "Hello?", "hello are you there??", "hi"])
def test_who_asks_whether_we_are_there_has_answered_nothing(text: str) -> None:
    player = Play(world())
    for word in ("hello", "ok", "ok", "ok", "my mum", "1"):
        player.says(word)
    assert player.says(text)[0].startswith("I am here, and there is no rush. What is one thing")
    assert player.says(text)[0].startswith("Yes, I am here.")
    assert "good_at" not in player.conversation.answers
