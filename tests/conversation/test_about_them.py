"""What people say of themselves without being asked: that they are under 18, for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.about_them import says_under_18
from bot.conversation.effects import Asked
from bot.conversation.service import FRESH, Helpline
from tests.play import START, Play
from tests.worlds import harbour, world

LISTS = world().phrases.fragments["my_age"], world().phrases.fragments["goes_on"]
LINE = "Childline, on 0800 1111"


def told(line: Helpline | None) -> str:
    """What somebody of fifteen hears, at the first question."""
    play = Play(replace(world(), service=harbour(child_line=line)))
    for words in ("hello", "ok", "ok", "ok"):
        play.says(words)
    said = "\n".join(play.says("my dog, i'm 15"))
    assert Asked("under_18") in play.effects
    assert "Childline" not in "\n".join(play.says("i am 15"))  # once is enough
    return said


@pytest.mark.parametrize(("days", "given"), [(0, True), (FRESH.days, True), (91, False)])
def test_a_line_that_nobody_looked_at_for_long_is_given_to_nobody(days: int, given: bool) -> None:
    checked = (START - timedelta(days=days)).date()
    assert (LINE in told(Helpline("Childline", "0800 1111", checked))) is given


def test_where_there_is_no_line_there_is_our_number() -> None:
    assert "07700 900 000" in told(None)


@pytest.mark.parametrize("text", ["I'm 15", "im 16 and scared", "i am 17 years old", "my age is 9"])
def test_an_age_under_18_is_heard(text: str) -> None:
    assert says_under_18(text, *LISTS)


@pytest.mark.parametrize(
    "text",
    ["I am 5 minutes away", "i'm 18", "im 12 weeks pregnant", "i am 43", "15", "my son is 9"],
)
def test_other_numbers_are_not_an_age(text: str) -> None:
    assert not says_under_18(text, *LISTS)
