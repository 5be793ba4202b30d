"""Short texts in a row: however an answer is split, it is what it would be as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.conversation.bursts import MOST
from bot.conversation.effects import Asked
from bot.conversation.model import Due, Failed, WorkerTook, Wrote
from tests.play import Play
from tests.worlds import world

MERGE, SOON = 3, timedelta(seconds=2)
OPENING = ["hi", "ok", "ok", "ok"]
# What leads through the whole intake, to the review of it.
WAY = [
    *OPENING,
    "my mum",
    "1",
    "bikes",
    "1",
    "Jo",
    "a home",
    "a form",
    "1",
    "no calls",
    "big print",
]
WAY += ["1, 3", "mornings", "1", "2", "3"]
OWN = [
    "my sister",
    "and the dog",
    "weekdays",
    "before 3",
    "i am",
    "15",
    "i'm 15",
    " it ",
    "at night.",
]
OWN += ["x" * 200, "call me a fool", "no rush", "\U0001f415"]
PARTS = st.lists(st.sampled_from(OWN) | st.text(min_size=1, max_size=12), min_size=2, max_size=5)


def person(so_far: list[str], channel: str = "sms") -> Play:
    """Somebody who has said all this, a minute apart."""
    player = Play(world(MERGE), channel)
    for text in so_far:
        player.says(text)
    player.ends()
    return player


def soon(player: Play, *texts: str) -> None:
    """They write these, two seconds one after the other."""
    for number, text in enumerate(texts):
        player.soon = SOON if number else None
        player.says(text)


def shown(player: Play) -> list[str]:
    """What we said to them since they were asked."""
    return [line for line in player.lines if line.startswith("< ")]


def record(player: Play) -> object:
    """All that stands at the end, with words for the ids of messages."""
    c = player.conversation
    answers = {
        id: (a.status, a.choices, a.size, "\n".join(player.words[m] for m in a.messages))
        for id, a in c.answers.items()
    }
    held = "\n".join(player.words[m] for m in c.pending)
    asked = [effect.what for effect in player.effects if isinstance(effect, Asked)]
    place = (c.standing, c.position, c.over, c.said, c.sitting, c.unclear, c.hurry)
    return answers, held, asked, place, c.young, c.read_times, c.aside, shown(player)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WAY)), PARTS, st.sampled_from(["sms", "telegram"]))
@example(WAY.index("mornings"), ["weekdays", "before 3"], "sms")
@example(4, ["i am", "15"], "sms")
@example(WAY.index("no calls") - 1, ["a form", "for the council"], "sms")
@example(len(WAY), ["and", "one thing"], "sms")
def test_split_in_any_way_it_is_the_same(place: int, parts: list[str], channel: str) -> None:
    split, whole = person(WAY[:place], channel), person(WAY[:place], channel)
    soon(split, *parts)
    burst = split.conversation.burst
    assume(burst is not None and len(burst.messages) == len(parts))
    whole.says("\n".join(parts))
    assume(whole.conversation.burst is not None)  # the whole is words, too
    split.ends()
    whole.ends()
    assert record(split) == record(whole)


def test_after_the_window_it_answers_what_is_asked_then() -> None:
    player = person(OPENING)
    player.says("my sister")
    player.soon = timedelta(seconds=MERGE)
    player.says("yes")
    assert player.conversation.share is True


def test_the_window_begins_anew_with_each_text() -> None:
    player = person(OPENING)
    soon(player, "my sister", "and", "the", "dog", "honestly")
    (answer,) = player.conversation.answers.values()
    assert len(answer.messages) == 5


def test_words_before_our_reply_is_on_its_way_are_no_answer_to_it() -> None:
    """The provider is slow: it was begun, and we know no more."""
    player = person(WAY[:6])
    player.delivery = "late"
    player.says("bikes")
    player.ends()
    assert player.says("and cars") == ["Thank you. I have put that with what you wrote."]
    assert [len(a.messages) for a in player.conversation.answers.values()] == [1, 2]
    assert player.conversation.position.id == "safe_to_text"


def test_a_reply_that_shows_the_answer_comes_again_with_all_of_it() -> None:
    player = person(WAY)
    player.says("2")  # to change the second
    player.delivery = "late"
    player.says("my job")
    player.ends()
    assert any("2. my job" in line for line in shown(player))
    said = "".join(player.says("and my kids"))
    assert "put that with what you wrote" in said
    assert "my job\nand my kids" in said


@pytest.mark.parametrize("word", ["stop", "delete", "person", "safe", "pause", "language", "why"])
def test_a_word_of_ours_waits_for_nothing(word: str) -> None:
    player = person(OPENING)
    soon(player, "my sister", word)
    assert not player.waiting
    assert player.conversation.answers["keeps_going"].messages == ("m4",)
    asks = [line for line in shown(player) if "One choice" in line]
    assert len(asks) <= 1, "nothing is asked twice"


def test_whoever_asks_for_a_person_right_away_is_told_who_we_are_first() -> None:
    player = person([])
    soon(player, "hi", "person")
    first, then, *_ = shown(player)
    assert "I am a computer" in first
    assert "You can call us" not in first
    assert "You can call us" in then
    assert player.conversation.told == {"notice.1": "delivered"}


def test_urgent_words_in_a_burst_reach_the_team_at_once() -> None:
    player = person(OPENING)
    soon(player, "my sister", "i need help today")
    assert Asked("person") in player.effects
    assert not player.waiting


def test_skip_goes_past_what_they_answered_and_not_past_what_they_have_not_read() -> None:
    player = person(OPENING)
    soon(player, "dont know", "skip")
    assert player.conversation.position.id == "share"
    assert player.conversation.share is None
    assert len(shown(player)) == 5


def test_a_number_after_words_that_were_held_is_their_choice() -> None:
    player = person(WAY[:7])
    soon(player, "only when", "hes at work", "2")
    answer = player.conversation.answers["safe_to_text"]
    assert answer.choices == ("sometimes",)
    assert [player.words[m] for m in answer.messages] == ["only when", "hes at work"]


def test_a_press_is_no_part_of_it() -> None:
    player = person(WAY[:7], "telegram")
    soon(player, "well", "[Yes]")
    assert player.conversation.answers["safe_to_text"].choices == ("yes",)
    assert not player.waiting


def test_what_may_be_a_word_of_ours_is_in_the_answer_and_asked_about() -> None:
    player = person(OPENING)
    soon(player, "my sister", "forget me")
    assert player.conversation.over[-1:] == ("mean.delete",), player.lines
    assert len(player.conversation.answers["keeps_going"].messages) == 2
    player.says("no")
    assert player.conversation.position.id == "share"


@pytest.mark.parametrize("event", [WorkerTook("w"), Failed("x"), Due("partial")])
def test_what_else_happens_ends_it(event: WorkerTook | Failed | Due) -> None:
    player = person(OPENING)
    player.says("my sister")
    player.feed(event)
    assert player.conversation.burst is None


def test_it_says_under_18_once() -> None:
    player = person(OPENING)
    soon(player, "i'm 15", "my sister", "and the dog")
    player.ends()
    assert [e for e in player.effects if isinstance(e, Asked)] == [Asked("under_18")]
    assert [key for m in player.sent for key in m.said].count("young") == 1


def test_a_machine_that_never_ends_is_answered_once() -> None:
    player = person(OPENING)
    soon(player, *["blah"] * (MOST * 3))
    player.ends()
    assert len(shown(player)) == 5
    assert set(player.filed.values()) == {"command", "answer", "note"}
    assert len(player.conversation.answers["keeps_going"].messages) == MOST


def test_words_that_are_gone_are_not_joined() -> None:
    player = person(OPENING)
    player.says("my sister")
    player.words["gone"] = "and"
    event = Wrote("and", message="gone")  # the inbox found nothing of what was written before
    player._in_burst = lambda event: event  # type: ignore[method-assign]
    player.feed(event)
    assert player.conversation.answers["keeps_going"].messages == ("m4",)


def test_off_means_at_once() -> None:
    player = Play(world(0))
    for text in [*OPENING, "my sister"]:
        player.says(text)
    assert player.conversation.burst is None
    assert not player.waiting


def test_plain_messages_stay_plain_whatever_comes_after_them_in_a_burst() -> None:
    player = person(OPENING)
    soon(player, "my husband is loud", "plain", "he reads this")
    assert player.conversation.discreet
    soon(player, "and my post")
    assert player.conversation.discreet


def test_a_burst_opens_no_sitting_that_was_closed() -> None:
    """No news of our reply, and a quarter of an hour: another person may hold the phone."""
    player = person(
        [*OPENING, "my dog", "1", "skip", "no", "skip", "skip", "Red Kettle", "red kettle"]
    )
    assert player.conversation.code_given
    player.delivery = "late"
    player.says("a quiet room")
    player.later(25 * 60, "25 minutes later")
    player.says("purple curtains tomorrow")
    assert not player.conversation.code_given


def test_the_code_word_in_a_burst_is_part_of_nothing() -> None:
    player = person(
        [*OPENING, "my dog", "1", "skip", "no", "skip", "skip", "Red Kettle", "red kettle"]
    )
    player.later(25 * 60, "25 minutes later")
    soon(player, "purple curtains", "red kettle")
    assert player.conversation.code_given
    last = f"m{len(player.words) - 1}"
    kept = {m for answer in player.conversation.answers.values() for m in answer.messages}
    assert player.words[last] == "red kettle"
    assert last not in kept


def test_the_day_still_begins_with_our_name() -> None:
    """It went back with the reply to the first of two texts."""
    player = person([*OPENING, "my mum", "1"])
    player.later(13 * 3600 + 1800, "shortly before midnight")
    player.says("hi")
    player.says("1")
    player.later(45 * 60, "45 minutes later")
    soon(player, "fixing bikes", "and cooking")
    player.ends()
    assert shown(player)[-1].startswith("< Harbour Support:")
