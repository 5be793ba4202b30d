"""Words that were taken for what nobody meant, or met with less than is due."""

from __future__ import annotations

import pytest

from tests.play import Play
from tests.worlds import world

OPENING = ("hi", "ok", "ok", "ok")


def after(*texts: str) -> Play:
    player = Play(world())
    for text in texts:
        player.says(text)
    return player


@pytest.mark.parametrize("words", ["i want to die", "im bleeding", "my kids have no food"])
def test_whatever_is_written_before_the_agreement_is_met_with_help(words: str) -> None:
    heard = " ".join(after("hi").says(words))
    assert "Call 999" in heard
    assert "PERSON" in heard


def test_who_asks_for_a_person_early_hears_that_nobody_was_told() -> None:
    assert "told nobody here yet" in " ".join(after("hi").says("person"))
    assert "told nobody" not in " ".join(after(*OPENING).says("person"))


def test_no_is_no_name() -> None:
    player = after(*OPENING, "my dog", "1", "skip", "1")
    assert player.conversation.position.id == "name"
    player.says("no")
    assert player.conversation.answers["name"].status == "skipped"


def test_why_is_answered_about_what_is_asked() -> None:
    player = after(*OPENING, "delete")
    assert "no slip deletes them" in " ".join(player.says("why"))
    assert player.conversation.over[-1:] == ("delete",)
