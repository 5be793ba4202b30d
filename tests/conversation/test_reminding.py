"""A week before an unfinished talk is deleted the person hears of it, once, if they agreed."""

from __future__ import annotations

import pytest

from bot.conversation.model import Due
from tests.play import Play
from tests.worlds import world

DAY = 86_400
NEAR = "is deleted on"


def silent(*said: str) -> Play:
    """Has answered the first questions; then says this, and no more."""
    play = Play(world())
    for words in ("hi", "ok", "ok", "ok", "the sea", "2", "swimming", "yes", *said):
        play.says(words)
    return play


def days(play: Play, number: int) -> list[str]:
    """What comes unasked in this many days."""
    before = len(play.sent)
    play.later(number * DAY, f"{number} days later")
    return [message.text for message in play.sent[before:]]


def test_seven_days_before_with_the_date_on_which_it_goes() -> None:
    play = silent("pause", "1")  # on 19 November: thirty days later it is gone
    came = days(play, 22)
    assert len(came) == 2  # the reminders
    (notice,) = days(play, 1)
    assert "is deleted on 19 December" in notice
    assert days(play, 6) == []


@pytest.mark.parametrize(
    "said", [(), ("pause", "2"), ("pause", "1", "stop"), ("pause", "1", "delete")]
)
def test_nobody_hears_of_it_who_did_not_agree_or_is_gone(said: tuple[str, ...]) -> None:
    play = silent(*said)
    if said[-1:] == ("delete",):
        play.says("1")
    assert not [text for text in days(play, 29) if NEAR in text]


def test_a_word_moves_the_date_and_the_notice() -> None:
    play = silent("pause", "1")
    days(play, 20)
    play.says("hello")
    assert not [text for text in days(play, 22) if NEAR in text]
    (notice,) = [text for text in days(play, 2) if NEAR in text]
    assert "8 January" in notice or "9 January" in notice


def test_it_is_no_reminder_and_none_comes_soon_after_it() -> None:
    play = silent("pause", "1")
    due = play.now.timestamp() + 23 * DAY
    assert abs(play.timers["deletion"].timestamp() - due) < DAY
    play.feed(Due("deletion"))
    assert play.conversation.reminded == 0
    assert play.timers["remind"].timestamp() - play.now.timestamp() >= 2 * DAY
