"""What a message is about, drawn-out words, reasons, and what counts where nothing is asked."""

from __future__ import annotations

import pytest

from bot.conversation.slips import once, slips
from tests.understanding.test_figures import command, using


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("so why do you even need to know my number here", "why"),
        ("not now, the baby is crying", "pause"),
        ("please stop texting me i am done with this", "stop"),
        ("i'm so tired. can we stop for today", "pause"),
        ("whyy", "why"),
        ("plese deleet my answers", "delete"),
        ("call me on 555-0142", "person"),
        ("🔒 please", "safe"),
    ],
)
def test_it_is_understood_though_no_list_has_it_word_by_word(text: str, name: str) -> None:
    assert command("en", text) == name


@pytest.mark.parametrize(
    "text",
    [
        "stop, he is hurting me",  # the strange word may matter to a worker
        "skip, i want to die",
        "skip, i want to end it",
        "not now, i am scared",
        "i want him to stop texting me",
        "i want to go back there with my kids",
        "make it stop",
        "Parson",
        "Moe",
    ],
)
def test_one_strange_word_and_it_is_an_answer(text: str) -> None:
    assert using("en").tell(text)["command"] is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "i want to end it"),
        ("en", "i just want to end everything"),
        ("en", "i dont want to be here anymore"),
        ("en", "i cant do this anymore"),
        ("es", "quiero acabar con todo"),
        ("es", "ya no quiero estar aquí"),
    ],
)
def test_words_of_despair_do_not_end_the_talk(language: str, text: str) -> None:
    assert using(language).tell(text)["command"] is None


def test_some_words_are_a_command_only_where_nothing_is_asked() -> None:
    assert command("en", "he checks my phone") == "safe"
    asked = using("en", "worries").tell("he checks my phone")
    assert asked["command"] is None
    assert asked["unsure"] == "safe"


def test_a_name_is_not_guessed_at_and_own_words_come_first() -> None:
    assert using("en", "name").tell("skp")["command"] is None
    assert using("en", "do_not_contact").tell("dont call me")["command"] is None
    assert using("en", "do_not_contact").tell("please skip this")["command"] == "skip"


def test_slips() -> None:
    assert list(slips(["stop", "shop", "step"]).of("stpo")) == ["stop"]
    assert once("whyy") == "why"
    assert once("2022") == "2022"
