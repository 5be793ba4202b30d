"""DATA opens a menu of what people may do with what we hold of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation.effects import Asked, ClearChat, Filed, HandOver, Stated, Timer
from bot.conversation.model import Due, WorkerWrote
from tests.play import Play
from tests.worlds import harbour, world

SAFE = ("hi", "ok", "ok", "ok", "my sister", "1", "skip", "1")  # a part may be shared, and texts go
PHONE = "07700 900 000"


def played(*texts: str, channel: str = "sms") -> Play:
    player = Play(world(), channel)
    for text in texts:
        player.says(text)
    return player


def asked(player: Play) -> list[str]:
    return [effect.what for effect in player.effects if isinstance(effect, Asked)]


@pytest.mark.parametrize(
    ("point", "wish", "told"),
    [
        ("1", "copy", "bring you a copy at a safe time"),
        ("2", "looks", "tell you who has looked"),
        ("4", "stop_using", "I write only when you write"),
        ("6", "complain", "Our rule is to answer you by 19 December"),
    ],
)
def test_a_point_puts_a_wish_before_a_worker_and_the_bookmark_stays(
    point: str, wish: str, told: str
) -> None:
    player = played(*SAFE)
    place = player.conversation.position
    assert "1 See what we hold 2 See who has looked" in player.says("data")[0]
    answer = " ".join(player.says(point))
    assert told in answer
    assert asked(player) == [wish]
    assert player.conversation.position == place
    assert player.conversation.over == ()
    assert "What name shall we use for you?" in answer


def test_a_copy_never_comes_by_text() -> None:
    said = " ".join(played(*SAFE, "data").says("1"))
    assert "with 2 of your answers" in said
    assert "We delete them on 19 December" in said
    assert "my sister" not in said


def test_where_others_read_not_even_kinds_are_told() -> None:
    player = played(*SAFE, "plain", "data")
    said = " ".join(player.says("1"))
    assert "I do not show it here" in said
    assert PHONE in said
    assert "answers" not in said
    assert "worker" not in said
    assert asked(player) == ["copy"]


def test_answers_they_change_themselves_and_the_rest_is_a_wish() -> None:
    player = played(*SAFE, "data")
    assert "Text BACK" in player.says("3")[0]
    player.says("no")
    assert asked(player) == []
    player.says("data")
    player.says("3")
    player.says("yes")
    assert asked(player) == ["fix"]
    player.says("data")
    player.says("3")
    assert "Is it safe for us to write to you here?" in player.says("back")[0]


def test_delete_asks_as_ever() -> None:
    player = played(*SAFE, "data")
    assert "This can't be undone" in player.says("5")[0]
    player.says("1")
    assert player.conversation.standing == "erased"


def test_who_may_read_is_a_point_while_it_can_be_chosen() -> None:
    player = played(*SAFE, "data")
    player.says("7")
    player.says("nobody")
    assert player.conversation.share is False
    assert "Who may read it" not in played("hi", "ok", "ok", "ok").says("data")[0]


@pytest.mark.parametrize("text", ["skip", "back", "no", "ok", "continue"])
def test_it_is_left_gently(text: str) -> None:
    player = played(*SAFE)
    before = player.conversation
    player.says("data")
    said = player.says(text)[0]
    assert said.startswith("That is fine. I have changed nothing.")
    assert player.conversation.position == before.position
    assert player.conversation.answers == before.answers


def test_an_ok_to_it_hands_nothing_over() -> None:
    player = played(*SAFE)
    while player.conversation.standing == "asking":
        player.says("skip" if not player.conversation.over else "1")
    player.says("data")
    player.says("ok")
    assert player.conversation.standing == "reviewing"
    assert not any(isinstance(effect, HandOver) for effect in player.effects)


def test_other_words_are_a_note_and_leave_it() -> None:
    player = played(*SAFE, "data", "the ferry to mull")
    assert [e.kind for e in player.effects if isinstance(e, Filed)][-1] == "note"
    assert player.conversation.over == ()


@pytest.mark.parametrize(("word", "standing"), [("bye", "stopped"), ("pause", "paused")])
def test_who_wants_to_leave_leaves_at_once(word: str, standing: str) -> None:
    assert played(*SAFE, "data", word).conversation.standing == standing


def test_person_and_delete_work_on_it_at_once() -> None:
    player = played(*SAFE, "data")
    assert PHONE in player.says("person")[0]
    assert asked(player) == ["person"]
    assert "This can't be undone" in player.says("delete")[0]


def test_after_an_hour_its_numbers_choose_nothing() -> None:
    player = played(*SAFE, "data")
    player.later(3600, "1 hour later")
    assert "Shall we go on" in player.says("1")[0]
    assert asked(player) == []


def test_before_the_agreement_it_says_what_is_sealed() -> None:
    player = played("hi")
    assert "sealed" in player.says("data")[0]
    assert player.conversation.over == ()


def test_the_day_that_is_told_for_a_complaint_is_the_one_in_the_books() -> None:
    player = played(*SAFE, "data")
    said = player.now
    player.says("6")
    (wish,) = (effect for effect in player.effects if isinstance(effect, Asked))
    assert wish.due_at == said + timedelta(days=30, minutes=1)


# --- Stop using it -------------------------------------------------------------------------------


def frozen() -> Play:
    return played(*SAFE, "pause", "1", "data", "4")


def test_until_a_worker_answers_nothing_goes_out_by_itself() -> None:
    player = frozen()
    assert player.timers == {}
    for name in ("partial", "remind", "deletion", "late"):
        assert player.feed(Due(name)) == []
    player.says("bye")
    assert not any(isinstance(effect, HandOver) for effect in player.effects)


def test_words_of_theirs_start_no_clock_meanwhile() -> None:
    player = frozen()
    player.effects.clear()
    player.says("hello")
    assert not any(isinstance(e, Timer) and e.due_at for e in player.effects)


def test_nobody_is_told_that_it_will_be_read_then() -> None:
    player = played(*SAFE, "data", "4")
    assert "Nobody reads it." in player.says("pause")[0]


def test_the_words_of_a_worker_end_it() -> None:
    player = frozen()
    player.feed(WorkerWrote("w", "w1", "Sam", "We have stopped."))
    assert not player.conversation.frozen


def test_who_gives_it_to_the_team_after_all_ends_it() -> None:
    player = played(*SAFE, "data", "4")
    while player.conversation.standing == "asking":
        player.says("skip" if not player.conversation.over else "1")
    player.says("ok")
    assert player.conversation.handed == "complete"
    assert not player.conversation.frozen


# --- What should stand beside what a worker wrote ------------------------------------------------


def fixing() -> Play:
    player = played(*SAFE, "data", "3")
    said = " ".join(player.says("yes"))
    assert "Our rule is to answer you by 19 December" in said
    assert "What would you like to stand there?" in said
    return player


def test_what_should_stand_there_is_kept_in_their_own_words() -> None:
    player = fixing()
    place = player.conversation.position
    said = " ".join(player.says("it was a tuesday"))
    assert "Your words are put beside it." in said
    assert [e.messages for e in player.effects if isinstance(e, Stated)] == [("m11",)]
    assert (player.filed["m11"], player.conversation.over) == ("note", ())
    assert (asked(player), player.conversation.position) == (["fix"], place)


@pytest.mark.parametrize("text", ["skip", "no", "ok"])
def test_nothing_has_to_be_said_to_it(text: str) -> None:
    player = fixing()
    assert "without more words" in player.says(text)[0]
    assert (asked(player), player.conversation.over) == (["fix"], ())
    assert not any(isinstance(effect, Stated) for effect in player.effects)


def test_several_texts_in_a_row_are_one_statement() -> None:
    player = Play(replace(world(), service=harbour(merge=timedelta(seconds=20))))
    for text in (*SAFE, "data", "3", "yes", "it was a tuesday"):
        player.says(text)
    player.soon = timedelta(seconds=5)
    player.says("and my sister was there")
    assert [e.messages for e in player.effects if isinstance(e, Stated)][-1] == ("m11", "m12")


# --- Removed from the chat -----------------------------------------------------------------------


def test_on_telegram_the_chat_can_be_cleared_and_what_stays_is_said() -> None:
    player = played(*SAFE, "data", channel="telegram")
    place = player.conversation.position
    said = player.says("[Remove new messages]")[-1]
    assert said.startswith("I ask Telegram to remove")
    assert "Older messages and this one stay until you delete this chat" in said
    assert ClearChat() in player.effects
    assert (player.conversation.position, player.conversation.over) == (place, ())


def test_no_text_can_be_removed_and_that_is_said() -> None:
    player = played(*SAFE)
    assert "Remove" not in player.says("data")[0]
    player.says("delete")
    assert "I can't remove texts from this phone or a bill." in player.says("yes")[0]


@pytest.mark.parametrize("first", ["hello", "the blue door"])
def test_delete_says_what_telegram_is_asked_for_to_anybody(first: str) -> None:
    """Also to an unknown number, and to whoever holds a guarded phone after a silence."""
    known = played(*SAFE, "plain", channel="telegram")
    known.later(7 * 86400, "7 days later")
    unknown = Play(world(), "telegram")
    unknown.says("plain")
    for text in (first, "delete"):
        known.says(text)
        unknown.says(text)
    said = known.says("[Delete it]")
    assert said == unknown.says("[Delete it]")
    assert "I also ask Telegram to remove" in said[-1]


@pytest.mark.parametrize(("channel", "told"), [("telegram", True), ("sms", False)])
def test_with_plain_messages_it_is_told_that_the_chat_clears_itself(
    channel: str, told: bool
) -> None:
    said = " ".join(played(*SAFE, channel=channel).says("plain"))
    assert ("remove what we write here after 24 hours" in said) == told
