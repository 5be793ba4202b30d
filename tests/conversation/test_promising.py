"""A time is told only where somebody is reached; one that passes unread is owned up to, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace as replace_

from bot.conversation.effects import Asked, HandOver, Owed, Promised, Timer
from bot.conversation.model import Due, Known, Wrote
from bot.conversation.safe_times import SafeTimes, Window
from tests.play import Play
from tests.worlds import harbour, world

BY = "reads this by"
TRUTH = "That has not happened yet"


def play(nudged: bool = True, safe: str = "1", soon: str = "skip") -> Play:
    """From the greeting to the ending; all but two answers are skipped."""
    made = Play(replace(world(), service=harbour(nudged=nudged)))
    said = made.says("hi")
    while not made.conversation.handed:
        asked = " ".join(said)
        words = "ok" if made.conversation.standing != "asking" else "skip"
        if "Is it safe for us" in asked:
            words = safe
        elif "How soon would you like" in asked:
            words = soon
        elif "may our team read" in asked:
            words = "1"
        elif "go on now" in asked:
            words = "ok"
        said = made.says(words)
    return made


def of(made: Play, kind: type) -> list[object]:
    return [effect for effect in made.effects if isinstance(effect, kind)]


@pytest.mark.parametrize("nudged", [True, False])
def test_the_ending_tells_a_time_only_where_somebody_is_reached(nudged: bool) -> None:
    made = play(nudged)
    [promised] = of(made, Promised)
    assert isinstance(promised, Promised)
    assert promised.kind == ("read" if nudged else "aim")
    said = " ".join(made.lines)
    assert (BY in said, "We can't say when" in said) == (nudged, not nudged)
    assert ("late" in made.timers) is nudged


@pytest.mark.parametrize("nudged", [True, False])
def test_whoever_asks_for_a_person_hears_what_is_true(nudged: bool) -> None:
    said = " ".join(play(nudged).says("person"))
    assert ("I have told our team" in said, "I have noted" in said) == (nudged, not nudged)


def test_today_is_said_with_the_hand_over() -> None:
    for soon, today in (("1", True), ("3", False)):
        [handed] = of(play(soon=soon), HandOver)
        assert isinstance(handed, HandOver)
        assert handed.today is today


def test_a_promise_that_passed_unread_is_owned_up_to_once() -> None:
    made = play()
    made.read_in_time = False
    due = made.timers["late"]
    made.later(30 * 24 * 3600, "30 days later")
    told = [line for line in made.lines if TRUTH in line]
    assert len(told) == 1
    assert due.hour < 20
    assert not made.sent[-1].prompted


@pytest.mark.parametrize("how", ["not safe", "stopped"])
def test_nobody_is_written_to_who_does_not_want_it(how: str) -> None:
    made = play(safe="3" if how == "not safe" else "1")
    if how == "stopped":
        made.says("bye")
    made.now += timedelta(days=1)
    assert made.feed(Due("late", made.now)) == []


def test_a_later_promise_takes_the_place_of_the_earlier() -> None:
    made = play()
    first = made.timers["late"]
    assert of(made, Timer)
    made.says("ok")
    assert made.timers["late"] == first
    assert of(made, Asked) == []


# --- The day of an answer ------------------------------------------------------------------------

EVENINGS = SafeTimes((Window(tuple(range(7)), 18 * 60, 24 * 60),))
NOT_ANSWERED = "We said that a worker answers you by 19 December. That has not happened yet"


def complained(safe: str = "1") -> Play:
    made = play(safe=safe)
    made.says("data")
    assert "by 19 December" in made.says("6")[0]
    made.read_in_time = False
    return made


def test_the_day_of_an_answer_stands_in_the_books_and_is_owned_up_to_once() -> None:
    made = complained()
    assert of(made, Promised)[-1].kind == "complain"  # type: ignore[attr-defined]
    due = made.timers["late_complain"]
    assert due - made.now == timedelta(days=30)
    made.timers.pop("late")
    made.later(60 * 24 * 3600, "60 days later")
    assert [NOT_ANSWERED in line for line in made.lines].count(True) == 1
    assert not made.sent[-1].prompted


def test_a_worker_s_reason_is_told_in_their_words_but_where_others_read() -> None:
    why = "The one who knows is ill until Monday."
    made = complained()
    assert f"The reason: {why}" in made.feed(Due("late_complain", made.now, why))[0]
    plain = complained()
    plain.says("plain")
    plain.conversation = replace_(plain.conversation, safe_times=EVENINGS)
    told = plain.feed(Due("late_complain", plain.now, why))
    assert "We said that we answer you" in told[0]
    assert why not in told[0]


@pytest.mark.parametrize("how", ["not safe", "stopped", "frozen"])
def test_no_late_answer_is_told_where_we_do_not_write_first(how: str) -> None:
    made = complained(safe="3" if how == "not safe" else "1")
    if how == "stopped":
        made.says("bye")
    elif how == "frozen":
        made.says("data")
        made.says("4")
    assert made.feed(Due("late_complain", made.now)) == []


@pytest.mark.parametrize(("days", "told", "noted"), [(9, "28 November", 0), (-1, "19 December", 1)])
def test_what_waits_for_its_answer_keeps_its_day(days: int, told: str, noted: int) -> None:
    made = play()
    made.says("data")
    made.effects.clear()
    owed: tuple[Owed, datetime] = ("complain", made.now + timedelta(days=days))
    made.words["m"] = "6"
    assert (
        f"answer you by {told}" in made.feed(Wrote("6", message="m", known=Known(owed=(owed,))))[0]
    )
    assert len(of(made, Promised)) == noted
