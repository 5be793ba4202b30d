"""A service changes its intake while people are in the middle of it."""

from __future__ import annotations

import pytest

from bot.conversation import flow
from bot.conversation.model import World
from tests.play import Play
from tests.worlds import BOT, world

TEXT = (BOT / "flows" / "self_referral.toml").read_text("utf-8")
PROUD = "What is one thing that you are good at, or proud of? It can be small."
BEGUN = ("hello", "ok", "ok", "ok", "my dog", "1", "fixing bikes")
CHANGED = "Our questions have changed a little"


def changed(*pairs: tuple[str, str]) -> World:
    """The shipped intake, with these words in place of others."""
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    now = world()
    return World(now.service, flow.parse(text, "changed.toml"), now.phrases, now.catalogues)


@pytest.fixture
def person() -> Play:
    play = Play(world())
    for words in BEGUN:
        play.says(words)
    return play


def test_only_what_changed_is_asked_again(person: Play) -> None:
    person.world = changed((PROUD, "What do you like doing?"))
    said = "\n".join(person.says("yes"))
    assert CHANGED in said
    assert "What do you like doing?" in said
    said = "\n".join(person.says("cooking"))
    assert CHANGED not in said
    assert "What name shall we use" in said
    assert set(person.conversation.answers) == {"keeps_going", "safe_to_text", "good_at"}


def test_a_change_elsewhere_says_nothing(person: Play) -> None:
    person.world = changed(("What matters most to you right now?", "What matters to you?"))
    assert CHANGED not in "\n".join(person.says("yes"))
    assert CHANGED not in "\n".join(person.says("Jo"))


def test_a_question_that_is_gone_is_not_waited_for(person: Play) -> None:
    person.world = changed(
        ('id          = "safe_to_text"', 'id          = "safe_here"'),
        ('question = "safe_to_text"', 'question = "safe_here"'),
    )
    said = "\n".join(person.says("sometimes i think"))
    assert CHANGED in said
    assert "Is it safe for us to write to you here?" in said


def test_words_held_for_a_question_that_is_gone_are_no_answer_to_another(person: Play) -> None:
    person.says("quorn and zug")
    held = person.conversation.pending
    assert held
    person.world = changed(
        ('id          = "safe_to_text"', 'id          = "safe_here"'),
        ('question = "safe_to_text"', 'question = "safe_here"'),
    )
    person.says("so")
    person.says("yes")
    assert "safe_here" in person.conversation.answers
    assert not any(set(held) & set(a.messages) for a in person.conversation.answers.values())


def test_what_we_asked_about_a_question_that_is_gone_is_not_answered_for_another(
    person: Play,
) -> None:
    assert "Did you want to skip" in "".join(person.says("skpi"))
    person.world = changed(
        ('id          = "safe_to_text"', 'id          = "safe_here"'),
        ('question = "safe_to_text"', 'question = "safe_here"'),
    )
    person.says("yes")
    assert not person.conversation.over
    assert "safe_here" not in person.conversation.answers


def test_at_the_review_what_changed_comes_again_and_then_the_review(person: Play) -> None:
    for words in ("yes", "Jo", "peace", "a flat", "1", *["skip"] * 4):
        person.says(words)
    assert person.conversation.standing == "reviewing"
    person.world = changed((PROUD, "What do you like doing?"))
    assert "What do you like doing?" in "\n".join(person.says("ok"))
    assert "in your own words" in "\n".join(person.says("cooking"))
