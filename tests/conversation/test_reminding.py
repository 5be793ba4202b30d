"""A week before an unfinished talk is deleted the person hears of it, once, if they agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.conversation.effects import Timer
from bot.conversation.engine import respond
from bot.conversation.model import Delivered, Due, WorkerGaveBack, WorkerTook
from bot.conversation.safe_times import SafeTimes, Window
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


@pytest.mark.parametrize("held", ["by a worker", "for an answer"])
def test_who_is_held_when_it_is_due_hears_of_it_once_they_are_not(held: str) -> None:
    play = silent("pause", "1")
    days(play, 22)
    if held == "by a worker":
        play.feed(WorkerTook("w"))
    else:
        play.conversation = replace(play.conversation, frozen=True)
    assert days(play, 3) == []
    play.conversation = replace(play.conversation, frozen=False)
    play.feed(WorkerGaveBack("w"))
    (notice,) = days(play, 1)
    assert "is deleted on 19 December" in notice
    assert not [text for text in days(play, 4) if NEAR in text]


def test_words_to_a_worker_move_the_notice_too() -> None:
    play = silent("pause", "1")
    days(play, 20)
    play.feed(WorkerTook("w"))
    play.says("are you there")
    play.feed(WorkerGaveBack("w"))
    assert not [text for text in days(play, 22) if NEAR in text]
    (notice,) = [text for text in days(play, 2) if NEAR in text]
    assert "8 January" in notice or "9 January" in notice


def test_it_is_no_reminder_and_none_comes_soon_after_it() -> None:
    play = silent("pause", "1")
    due = play.now.timestamp() + 23 * DAY
    assert abs(play.timers["deletion"].timestamp() - due) < DAY
    play.now = play.timers["deletion"]
    play.feed(Due("deletion"))
    assert play.conversation.reminded == 0
    assert play.timers["remind"].timestamp() - play.now.timestamp() >= 2 * DAY


# --- Two days from when the words before went out ------------------------------------------------


def test_what_waits_for_a_good_time_is_what_the_next_reminder_counts_from() -> None:
    """On a Friday it is queued for Monday: the reminder does not come on Monday too."""
    play = silent("pause", "1")
    monday, thursday = Window((0,), 14 * 60, 16 * 60), Window((3,), 10 * 60, 12 * 60)
    waiting = replace(play.conversation, safe_times=SafeTimes((monday, thursday)))
    friday = play.now + timedelta(days=1)
    turn = respond(play.world, waiting, Due("remind"), friday)
    (timer,) = [effect for effect in turn.effects if isinstance(effect, Timer)]
    assert timer.due_at
    assert f"{friday:%A}, {timer.due_at:%A}" == "Friday, Thursday"


def test_a_reminder_that_goes_out_late_moves_the_next_one() -> None:
    play = silent("pause", "1")
    play.feed(Due("remind"))
    play.now += timedelta(days=2)
    play.feed(Delivered("x", "sent", said=("remind",)))
    assert play.timers["remind"] - play.now >= timedelta(hours=48)


def test_while_the_one_before_still_waits_none_is_said() -> None:
    play = silent("pause", "1")
    play.feed(Due("remind"))
    play.conversation = replace(play.conversation, unheard=True)
    assert play.feed(Due("remind")) == []
    assert "remind" in play.timers
