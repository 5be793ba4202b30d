"""A phone that others may read: plain words, nothing read back, a code word that opens it."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from msgspec.structs import replace

from bot.conversation.effects import Agreed, Refiled, Withdraw
from bot.conversation.model import Conversation, Moved, WorkerGaveBack, WorkerTook
from bot.conversation.service import Helpline
from bot.conversation.showing import fingerprint, is_code, may_show
from tests.play import Play
from tests.worlds import harbour, world


def asked_if_safe(channel: str = "sms", language: str = "en") -> Play:
    """Somebody who is asked whether it is safe to write to them."""
    player = Play(world(), channel, language)
    for text in ("hello", "ok", "ok", "ok", "my sister", "1", "skip"):
        player.says(text)
    return player


def with_code(word: str = "Red Kettle") -> Play:
    player = asked_if_safe()
    for text in ("no", "skip", "skip", word, word):
        player.says(text)
    return player


def agreed(player: Play) -> list[bool]:
    return [e.value for e in player.effects if isinstance(e, Agreed) and e.kind == "discreet"]


def test_a_no_turns_it_on_at_once_and_takes_back_what_waits() -> None:
    player = asked_if_safe()
    player.says("no")
    assert player.conversation.discreet
    assert agreed(player) == [True]
    assert Withdraw() in player.effects


@pytest.mark.parametrize("answer", ["sometimes", "not sure"])
def test_where_it_is_not_a_yes_it_is_offered(answer: str) -> None:
    player = asked_if_safe()
    assert "plain messages" in player.says(answer)[0]
    player.says("yes")
    assert player.conversation.discreet
    assert player.conversation.position.id == "name"


def test_a_yes_is_not_offered_anything() -> None:
    player = asked_if_safe()
    assert "plain" not in player.says("yes")[0]
    assert agreed(player) == []


@pytest.mark.parametrize(
    ("language", "on", "off"), [("en", "plain", "full"), ("es", "SENCILLO", "COMPLETO")]
)
def test_there_is_a_word_for_it_and_one_for_the_way_back(language: str, on: str, off: str) -> None:
    player = asked_if_safe(language=language)
    player.says(on)
    assert player.conversation.discreet
    player.says(off)
    assert not player.conversation.discreet
    assert agreed(player) == [True, False]


def test_before_the_agreement_it_works_as_well() -> None:
    player = Play(world())
    first = player.says("plain")
    assert "Harbour" not in " ".join(first)
    assert player.conversation.standing == "explaining"


def test_a_later_question_is_left_when_others_may_read() -> None:
    player = asked_if_safe()
    for text in ("yes", *["skip"] * 9, "ok", "continue", "1"):
        player.says(text)
    assert player.conversation.position.id == "helped_before"
    player.says("plain")
    assert player.conversation.position.id == "code_word"
    player.says("skip")
    assert player.conversation.standing == "reviewing"


def test_without_a_code_word_the_review_stays_closed() -> None:
    player = asked_if_safe()
    player.says("no")
    while player.conversation.standing == "asking":
        player.says("1" if player.conversation.over else "skip")
    assert "call 07700 900 000" in player.sent[-1].text
    assert "I do not show your answers here" in player.sent[-1].text
    player.says("remove 1")  # no number was shown that could be meant
    assert player.conversation.answers["keeps_going"].status == "answered"
    player.says("ok")
    assert player.conversation.handed == "complete"


@pytest.mark.parametrize("word", ["red kettle", "REDKETTLE", " Réd\n kettle! ", "rëd-kettle"])
def test_the_code_word_counts_however_it_is_written(word: str) -> None:
    player = with_code()
    player.later(3600, "1 hour later")
    player.says(word)
    assert player.conversation.code_given


def test_a_slip_sets_no_code_word() -> None:
    """It would shut them out: the word is set when it came twice."""
    player = asked_if_safe()
    for text in ("no", "skip", "skip"):
        player.says(text)
    assert player.says("Red Ketle")[0].startswith("Please send that word once more")
    assert not player.conversation.code
    assert player.says("Red Kettle")[0].startswith("That was another word")
    assert not player.conversation.code
    player.says("red kettle")
    assert player.conversation.code_given
    assert is_code(player.conversation, "Red Kettle")
    assert not is_code(player.conversation, "Red Ketle")


def test_who_leaves_a_code_word_half_way_has_none() -> None:
    """The word is a note then; and nothing of it counts when the question comes back."""
    player = asked_if_safe()
    for text in ("no", "skip", "skip", "Red Kettle", "skip"):
        player.says(text)
    assert not player.conversation.code
    word = next(message for message, text in player.words.items() if text == "Red Kettle")
    assert Refiled(word, "note") in player.effects
    player.says("back")
    assert player.says("red kettle")[0].startswith("Please send that word once more")


@pytest.mark.parametrize(
    "said", ["thanks", "im not sure", "no idea", "hello", "maybe", "hmm", "1", "12"]
)
def test_what_nobody_chose_is_no_code_word(said: str) -> None:
    """It would shut them out, or open to whoever says it."""
    assert not with_code(said).conversation.code


def test_a_stop_is_heard_whatever_the_code_word_is() -> None:
    player = with_code("alto")
    player.conversation = replace(player.conversation, language="es", code_given=False)
    player.says("alto")
    assert player.conversation.standing == "stopped"


def test_every_other_word_is_met_alike() -> None:
    met = set()
    for word in ("red kettl", "kettle red", "hello", "let me in", "1", "blue", "?!"):
        player = with_code()
        player.later(3600, "1 hour later")
        met.add(tuple(player.says(word)))
        assert not player.conversation.code_given
    assert len(met) == 1


def test_a_quarter_of_an_hour_is_long_where_others_may_read() -> None:
    player = with_code()
    player.says("to keep my job")
    player.later(15 * 60, "15 minutes later")
    assert player.says("a home")[0].startswith("Hello. I am a computer, not a person.")
    assert player.filed[f"m{len(player.words) - 1}"] == "aside"


def test_without_the_word_they_can_go_on_stop_and_ask_for_a_person() -> None:
    for word, standing in (("1", "asking"), ("bye", "stopped"), ("person", "asking")):
        player = with_code()
        player.later(3600, "1 hour later")
        player.says("hello")
        player.says(word)
        assert player.conversation.standing == standing
        assert not player.conversation.code_given


def test_who_does_not_know_the_code_word_can_set_no_other() -> None:
    player = with_code()
    was = player.conversation.code
    player.later(3600, "1 hour later")
    for text in ("hello", "1", "back", "tea"):
        player.says(text)
    assert player.conversation.code == was
    assert player.conversation.position.id == "matters_most"


def test_a_pause_closes_what_was_open() -> None:
    player = with_code()
    player.says("pause")
    player.says("ok")
    assert not may_show(player.conversation)


def test_on_another_phone_the_code_word_has_to_be_given_again() -> None:
    player = with_code()
    player.feed(Moved("telegram"))
    assert not may_show(player.conversation)


def test_a_worker_who_gives_it_back_late_shows_nothing() -> None:
    player = with_code()
    for _ in range(12):
        player.says("1" if player.conversation.over else "skip")
    assert player.conversation.standing == "reviewing"
    player.feed(WorkerTook("w"))
    player.later(3600, "1 hour later")
    assert player.feed(WorkerGaveBack("w")) == []
    player.says("hello")
    player.says("1")
    assert "I do not show your answers here" in player.sent[-1].text


def test_plain_works_in_the_middle_of_a_flood() -> None:
    player = asked_if_safe()
    player.hurries()
    for _ in range(30):
        player.says("what is this")
    player.says("plain")
    assert player.conversation.discreet


def test_the_state_holds_no_code_word_and_equal_words_look_different() -> None:
    player = with_code()
    assert "kettle" not in repr(player.conversation).casefold()
    assert fingerprint("tea", "m1") != fingerprint("tea", "m2")
    conversation = Conversation(code=fingerprint("Té", "m1"))
    assert is_code(conversation, "te")
    assert not is_code(conversation, "")
    assert not is_code(replace(conversation, code=""), "te")


def test_the_code_word_is_never_said_back() -> None:
    player = with_code()
    for _ in range(20):
        player.says("1" if player.conversation.over else "skip")
    for text in ("ok", "ok", "ok", "ok", "data", "back", "back", "why"):
        player.says(text)
    assert not any("kettle" in player.resolve(m.text).casefold() for m in player.sent)


def test_times_are_not_read_back_and_bind_all_the_same() -> None:
    player = asked_if_safe()
    player.says("sometimes")
    player.says("1")
    while player.conversation.position.id != "good_times":
        player.says("1" if player.conversation.over else "skip")
    assert "Is that right?" not in " ".join(player.says("weekdays before 3"))
    assert player.conversation.read_times
    assert player.conversation.reminders is None


def test_no_line_is_named_to_who_is_under_18() -> None:
    line = Helpline("Kite Line", "555-0123", date(2026, 11, 1))
    home = dataclasses.replace(world(), service=harbour(child_line=line))
    player = Play(home)
    for text in ("hello", "plain", "ok", "ok", "ok", "i am 15"):
        player.says(text)
    assert player.conversation.young
    assert not any("Kite" in m.text or "555" in m.text for m in player.sent)


def test_the_first_reply_of_a_day_says_who_we_are() -> None:
    player = asked_if_safe()
    player.later(86400, "1 day later")
    assert player.says("hello")[0].startswith("Harbour Support: ")
    assert "Harbour" not in player.says("1")[0]


def test_the_code_word_given_once_more_is_no_answer() -> None:
    player = with_code()
    heard = player.says("red kettle")
    assert "that is right" in heard[0]
    assert "matters_most" not in player.conversation.answers


def test_a_pause_does_not_say_that_anything_was_said() -> None:
    player = asked_if_safe()
    player.says("no")
    assert "read" not in " ".join(player.says("pause")).replace("ready", "")
