"""A text that may be a sign of danger, or that life is very hard: what we say and leave."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation.effects import Asked, Promised, TakenWrong, Withdraw
from bot.conversation.model import WorkerTook
from tests.play import Play
from tests.worlds import caring

OPENING = ("hello", "ok", "ok", "ok")
TEXTS = ("there is a knife", "my dad hits my brother", "i want to die", "he hits me")
NUMBERS = ("116 123", "0800 1111", "0808 2000 247")
NAMES = ("Samaritans", "Childline", "Abuse", "Harbour")


def person(*so_far: str, channel: str = "sms") -> Play:
    """Somebody who has said all this, and is asked what comes next."""
    player = Play(caring(), channel)
    for text in so_far or (*OPENING, "my mum", "1", "bikes", "yes", "skip"):
        player.says(text)
    return player


def told(player: Play) -> list[Asked]:
    return [effect for effect in player.effects if isinstance(effect, Asked)]


@pytest.mark.parametrize("text", TEXTS)
def test_a_worker_is_told_of_the_very_words_and_when_to_have_read_them(text: str) -> None:
    player = person()
    player.says(text)
    (asked,) = told(player)
    assert player.words[asked.message] == text
    assert asked.words[0] in text
    assert asked.due_at is not None
    assert asked.due_at > player.now


@pytest.mark.parametrize("text", TEXTS)
def test_the_bookmark_stays_and_nothing_more_is_asked_about_it(text: str) -> None:
    player = person()
    asked = player.conversation.position
    heard = " ".join(player.says(text))
    assert "what happened" not in heard.lower()
    assert "matters most" not in heard
    player.says("1")
    player.says("1") if player.conversation.over else None
    assert player.conversation.standing == "asking"
    # The words were the answer to what had been asked, and the next question is what follows.
    assert player.conversation.answers[asked.id].messages
    assert player.lines[-1].startswith("< What would help most")


def test_an_answer_of_this_kind_is_no_name() -> None:
    player = Play(caring())
    for text in (*OPENING, "my mum", "1", "bikes", "yes"):
        player.says(text)
    assert player.conversation.position.id == "name"
    player.says("i want to die")
    player.says("1")
    assert player.conversation.position.id == "name"
    assert "name" not in player.conversation.answers
    assert player.filed["m8"] == "note"


def test_despair_is_met_with_somebody_to_talk_to_and_a_choice() -> None:
    heard = " ".join(person().says("i want to die"))
    assert "It matters that you said it" in heard
    assert "Samaritans on 116 123" in heard
    assert "999" in heard
    assert "Shall we stop here, or go on?" in heard


def test_danger_is_one_message_and_asks_for_nothing() -> None:
    player = person()
    heard = player.says("there is a knife")
    assert len(heard) == 1
    assert "call 999" in heard[0]
    assert "press 55" in heard[0]
    assert "?" not in heard[0]
    assert "Shall we stop here" in player.says("ok are you there")[0]


def test_a_child_hears_of_the_line_for_children() -> None:
    heard = " ".join(person().says("my dad hits my brother"))
    assert "Childline, on 0800 1111" in heard
    assert "They try to talk with you first" in heard


@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_of_violence_nothing_is_named_before_now_is_safe(channel: str) -> None:
    player = person(channel=channel)
    (heard,) = player.says("he hits me")
    assert not any(word in heard for word in (*NUMBERS, *NAMES, "999", "abuse"))
    assert "Is now a good time to text?" in heard
    assert player.conversation.discreet
    assert Withdraw() in player.effects
    heard = " ".join(player.says("[Yes]" if channel == "telegram" else "yes"))
    assert "0808 2000 247" in heard
    assert not any(name in heard for name in NAMES)


def test_not_safe_and_we_stop_and_never_write_of_ourselves() -> None:
    player = person()
    player.says("he hits me")
    assert player.says("no") == ["That is fine. I stop here. Write when it suits you."]
    assert player.conversation.standing == "paused"
    player.later(5 * 86400, "5 days later")
    assert player.lines[-1].startswith(("~", "="))


def test_silence_after_violence_is_met_with_silence() -> None:
    player = Play(caring())
    for text in (*OPENING, "my mum", "1", "bikes", "1", "pause", "1", "hello", "1"):
        player.says(text)
    assert player.conversation.reminders
    player.says("he hits me")
    so_far = len(player.lines)
    player.later(20 * 86400, "20 days later")
    assert not [line for line in player.lines[so_far:] if line.startswith("< ")]


def test_where_others_may_read_there_are_numbers_and_no_names() -> None:
    for text in TEXTS:
        player = person(*OPENING, "my mum", "1", "bikes", "no")
        heard = " ".join(player.says(text))
        assert not any(name in heard for name in NAMES), heard
        assert not any(word in heard for word in ("danger", "child", "worker", "help"))


@pytest.mark.parametrize("text", TEXTS)
def test_the_very_first_text_is_looked_at(text: str) -> None:
    player = Play(caring())
    heard = player.says(text)
    assert told(player)
    assert heard[0].startswith(("Thank you for telling me", "This sounds urgent"))
    if text in ("i want to die", "my dad hits my brother"):
        assert "I am a computer" in heard[-1]
    for _ in range(9):  # the explanation still comes whole before anything is agreed to
        player.says("ok")
    said = [key for message in player.sent for key in message.said]
    assert {"notice.1", "notice.2", "notice.3"} <= set(said)
    assert player.conversation.agreed


def test_the_same_reply_does_not_come_twice_within_a_day() -> None:
    player = person()
    first = player.says("i want to die")
    player.says("1")
    again = player.says("i want to die, really")
    assert again != first
    assert "116 123" not in " ".join(again)
    assert len(told(player)) == 2
    player.later(25 * 3600, "25 hours later")
    assert "116 123" in " ".join(player.says("i want to die"))


def test_taken_wrong_we_are_sorry_and_go_on() -> None:
    player = person()
    player.says("i want to die")
    (heard,) = player.says("3")
    assert heard.startswith("Sorry that I took it so")
    assert "What would help most" in heard
    assert TakenWrong() in player.effects


def test_a_worker_who_holds_it_is_told_and_we_are_silent() -> None:
    player = person()
    player.feed(WorkerTook("sam"))
    assert player.says("i want to die") == []
    assert [asked.what for asked in told(player)] == ["suicidal"]


def test_a_number_that_nobody_looked_at_of_late_is_not_given() -> None:
    player = Play(caring(looked=date(2026, 8, 1)))
    for text in (*OPENING, "my mum", "1", "bikes", "yes", "skip"):
        player.says(text)
    for text in TEXTS:
        heard = " ".join([*player.says(text), *player.says("yes")])
        assert not any(number in heard for number in NUMBERS)


def test_a_time_is_told_only_where_somebody_is_reached() -> None:
    player = person()
    heard = " ".join(player.says("i want to die"))
    (promise,) = [effect for effect in player.effects if isinstance(effect, Promised)]
    assert promise.kind == "care"
    assert "by Thursday 11:15am" in heard


def test_who_writes_too_fast_is_still_met() -> None:
    player = person()
    player.hurries()
    for number in range(30):
        player.says(f"word {number}")
    assert "116 123" in " ".join(player.says("i want to die"))


def test_a_stop_ends_it_as_ever() -> None:
    player = person()
    player.says("i want to die")
    player.says("bye")
    assert player.conversation.standing == "stopped"


def test_of_two_times_they_hear_when_the_earlier_one_passes() -> None:
    player = person()
    player.says("there is a knife")
    soonest = player.timers["late_care"]
    player.says("my dad hits my brother")
    assert player.timers["late_care"] == soonest
    assert len([e for e in player.effects if isinstance(e, Promised)]) == 2
