"""What we say to one person is bounded; what they write is kept, and safety words work."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.effects import Asked, Forget, Reach
from tests.play import Play
from tests.worlds import world

MOST = 10  # messages of ours in a minute
TEXTS = st.sampled_from(["lol", "ok", "yes", "1", "back", "why", "help", "pause", "skip", "a flat"])


def opened(channel: str = "sms") -> Play:
    play = Play(world(), channel)
    for text in ("hello", "ok", "ok", "ok"):
        play.says(text)
    return play


def flood(play: Play, texts: list[str]) -> list[str]:
    """All that we say to these, one after the other in under a minute."""
    play.hurries(59 / len(texts))
    return [said for text in texts for said in play.says(text)]


@pytest.mark.parametrize("agreed", [True, False])
def test_a_hundred_in_a_minute_get_ten_answers_and_one_notice(agreed: bool) -> None:
    play = opened() if agreed else Play(world())
    said = flood(play, [f"message {n}" for n in range(100)])
    assert len(said) <= MOST
    assert len([text for text in said if "a lot for me at once" in text]) == 1
    kept = {"answer", "note", "aside"}
    assert {play.filed[message] for message in play.words if message in play.filed} <= kept | {
        "command"
    }


@given(st.lists(TEXTS, min_size=40, max_size=80))
def test_whatever_they_write_the_answers_are_bounded(texts: list[str]) -> None:
    assert len(flood(opened(), texts)) <= MOST * 2  # one turn says two messages at most


def test_in_a_flood_the_words_that_keep_safe_work() -> None:
    play = opened()
    flood(play, ["lol"] * 30)
    assert "07700 900 000" in play.says("PERSON")[0]
    assert Asked("person") in play.effects
    assert play.says("PERSON") == []  # heard, and not answered again
    play.says("STOP")
    assert Reach("stopped", "carrier") in play.effects


def test_in_a_flood_everything_can_be_deleted() -> None:
    play = opened()
    flood(play, ["lol"] * 30)
    play.says("delete")
    play.says("delete")  # the phone sent it twice: nobody has read the question yet
    assert Forget("all") not in play.effects
    play.calms(10)
    play.says("1")
    assert Forget("all") in play.effects


def test_in_a_flood_nothing_is_deleted_by_a_question_that_was_not_asked() -> None:
    play = opened()
    flood(play, ["lol"] * 30)
    assert play.says("PERSON") != []
    assert "Shall I delete" in play.says("delete")[0]


def test_a_number_answers_no_question_that_is_held_up_on_its_way() -> None:
    play = opened()
    play.says("my mum")
    play.says("1")
    play.hurries(20)
    play.says("singing")
    play.says("1")  # meant for nothing that they have read
    assert "safe_to_text" not in play.conversation.answers


def test_after_a_quiet_minute_it_goes_on_where_it_was() -> None:
    play = opened()
    flood(play, ["lol"] * 30)
    before = play.conversation.position
    play.calms(61)
    assert play.says("why") != []
    assert play.conversation.position == before


def test_a_clock_that_was_put_back_keeps_nobody_waiting() -> None:
    play = opened()
    flood(play, ["lol"] * 30)
    play.calms(-86400)
    assert play.says("why") != []


def test_who_waits_for_our_answer_may_be_quick() -> None:
    """A whole intake in a few seconds, each answer after our question."""
    play = opened()
    play.between /= 600
    for _ in range(25):
        assert play.says("skip") != []
        if play.conversation.position.place == "review":
            break
    assert play.conversation.position.place == "review"


def test_a_machine_that_answers_us_for_ever_is_let_alone() -> None:
    play = opened()
    said = []
    for _ in range(400):
        said += play.says("I am away. This is an automatic reply.")
    assert len(said) < 130
    assert "I can answer again tomorrow" in said[-1]
    play.calms(25 * 3600)
    assert play.says("hello") != []


def test_a_text_that_the_phone_sends_twice_answers_one_question() -> None:
    """The second "1" comes before the question about safety is on its way: nobody has read it."""
    play = opened()
    play.says("my mum")
    play.hurries(2)
    play.says("1")
    assert "one thing that you are good at" in play.says("1")[0]
    assert play.conversation.share is True
    play.calms(10)
    play.says("singing")
    play.hurries(2)
    play.says("3")
    assert "How else could we reach you" in play.says("3")[0]
    assert play.conversation.answers["safe_to_text"].choices == ("no",)


def test_at_the_review_a_text_sent_twice_gives_nothing_away() -> None:
    play = opened()
    while play.conversation.position.place != "review":
        play.says("skip")
    play.says("back")
    play.hurries(1)
    play.says("ok")
    play.says("ok")
    assert play.conversation.handed == ""
