"""After a silence: a guarded phone is met as an unknown number, a number alone opens nothing, and
what is safe is asked again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.conversation import pace
from bot.conversation.effects import (
    Answered,
    AsideKept,
    Asked,
    BringBack,
    Filed,
    Forget,
    HandOver,
)
from bot.conversation.engine import respond
from bot.conversation.model import (
    Conversation,
    Delivered,
    Due,
    Known,
    Moved,
    WorkerGaveBack,
    WorkerTook,
    WorkerWrote,
    Wrote,
)
from bot.conversation.rights import is_open
from tests.conversation.test_discreet import asked_if_safe, with_code
from tests.play import Play
from tests.worlds import caring, world

HOUR, DAY = 3600, 86400
HELLO = "Hello. I am a computer, not a person."


def later(player: Play, seconds: int = HOUR) -> Play:
    player.later(seconds, "later")
    return player


def reviewed(player: Play) -> Play:
    """At the review, with what there is said to it by skipping the rest."""
    while player.conversation.standing == "asking":
        player.says("1" if player.conversation.over else "skip")
    return player


# --- As an unknown number -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    "hello|back|why|data|language|help|more|safe|person|skip|pause|no|bye|delete|español|1|"
    "full|what did she say|review|remove 1|plain".split("|"),
)
def test_the_first_word_is_met_as_that_of_a_number_that_never_wrote(text: str) -> None:
    new = Play(world())
    new.conversation = Conversation(discreet=True)
    phone = later(reviewed(with_code()))
    new.now = phone.now
    assert phone.says(text) == new.says(text)
    for then in ("what is this", "1" if text == "language" else "back", "data"):
        assert phone.says(then) == new.says(then)


def test_an_ok_goes_on_at_the_bookmark_and_shows_nothing() -> None:
    phone = later(with_code())
    assert phone.says("are you there")[0].startswith(HELLO)
    assert phone.says("ok")[0].startswith("Welcome back. What matters most to you right now?")
    assert not phone.conversation.code_given
    assert AsideKept() in phone.effects


def test_before_the_silence_is_over_nothing_changes() -> None:
    phone = later(with_code(), 14 * 60 - 1)
    phone.says("my children")
    assert phone.conversation.stranger is None
    assert phone.conversation.code_given


def test_stop_is_done_and_said_as_to_anybody() -> None:
    phone = later(with_code())
    assert phone.says("bye") == [
        "OK. I will not write again. If you want to come back one day, write here."
    ]
    assert phone.conversation.standing == "stopped"


def test_delete_deletes_what_is_there() -> None:
    phone = later(with_code())
    assert "Shall I take away what was written here" in phone.says("delete")[-1]
    phone.says("delete")
    assert Forget("all") in phone.effects
    assert phone.conversation.standing == "erased"
    assert not phone.conversation.code


def test_a_no_is_a_pause() -> None:
    phone = later(with_code())
    phone.says("hello")
    phone.says("no")
    assert phone.conversation.standing == "paused"
    assert phone.conversation.agreed


def test_words_from_somebody_who_does_not_come_back_are_forgotten_after_a_day() -> None:
    phone = later(with_code())
    phone.says("where is she")
    later(phone, 25 * HOUR)
    assert Forget("aside") in phone.effects


def test_a_sign_of_danger_reaches_a_worker_all_the_same() -> None:
    phone = with_code()
    phone.world = caring()
    later(phone).says("i want to die")
    assert [e.what for e in phone.effects if isinstance(e, Asked)] == ["suicidal"]


def test_full_does_not_bring_our_name_back() -> None:
    phone = later(asked_if_safe())
    phone.says("plain")
    later(phone)
    assert phone.says("full")[0].startswith("For now my messages stay plain.")
    assert phone.conversation.discreet


def test_after_a_worker_held_it_nothing_is_asked_of_who_writes_then() -> None:
    phone = with_code()
    phone.feed(WorkerTook("w"))
    later(phone).says("who is this")
    assert phone.feed(WorkerGaveBack("w")) == []
    assert phone.says("hello")[0].startswith("Hello.")


def test_what_is_written_there_puts_off_no_hand_over() -> None:
    """Or whoever holds the phone could keep the team from ever getting it."""
    phone = with_code()
    due = phone.timers["partial"]
    for _ in range(5):
        later(phone, 6 * HOUR).says("where is she")
    assert [e.kind for e in phone.effects if isinstance(e, HandOver)] == ["partial"]
    assert due < phone.now


def test_nor_does_whoever_writes_there_hear_of_it() -> None:
    phone = guess(asked_if_safe(), "sometimes", "1", "skip", "Red Kettle", "Red Kettle", "1")
    guess(phone, "skip", "skip", "skip", "skip", "skip", "9 to 7", "1", "pause", "1")
    later(phone, DAY - HOUR).says("where is she")
    assert later(phone, 2 * HOUR).conversation.handed == "partial"
    assert not [message for message in phone.sent if "partial_handed" in message.said]
    phone.says("red kettle")
    assert "paused_handed" in phone.sent[-1].said


def after_a_talk(phone: Play, *said: str) -> Play:
    """A worker wrote to them after a silence, they said this, and the worker gave it back."""
    later(phone).feed(WorkerTook("w"))
    phone.feed(WorkerWrote("w", "w1", "Sam", "Can we talk?", at_once=True))
    guess(phone, *said)
    return phone


def test_who_has_talked_with_a_worker_is_no_unknown_number_in_the_middle_of_it() -> None:
    phone = after_a_talk(with_code(), "yes", "at four")
    assert "What matters most to you" in phone.feed(WorkerGaveBack("w"))[0]
    assert HELLO not in " ".join(phone.says("what do i do next"))
    assert not phone.conversation.code_given
    assert "I do not show it here" in " ".join(guess(phone, "data").says("1"))


def test_but_is_one_after_a_silence_and_where_we_had_met_them_as_one() -> None:
    phone = after_a_talk(with_code(), "yes")
    later(phone).feed(WorkerGaveBack("w"))
    assert phone.says("hello")[0].startswith(HELLO)
    phone = later(with_code())
    phone.says("where is she")
    after_a_talk(phone, "who is this").feed(WorkerGaveBack("w"))
    assert "matters" not in " ".join(phone.says("hello"))


# --- Tries ----------------------------------------------------------------------------------------


def guess(phone: Play, *words: str) -> Play:
    for word in words:
        phone.says(word)
    return phone


def test_after_five_wrong_words_the_right_one_opens_nothing_that_day() -> None:
    phone = guess(later(with_code()), "blue kettle", "tea", "red pot", "rex", "0000")
    phone.says("red kettle")
    assert not phone.conversation.code_given
    assert phone.says("ok")[0].startswith("Welcome back.")
    later(phone, DAY)
    phone.says("red kettle")
    assert phone.conversation.code_given


def test_the_right_word_is_then_met_as_a_wrong_one() -> None:
    one = guess(later(with_code()), "blue kettle", "tea", "red pot", "rex", "0000")
    other = guess(later(with_code()), "blue kettle", "tea", "red pot", "rex", "0000")
    assert one.says("red kettle") == other.says("red pottle")
    assert one.filed[f"m{len(one.words) - 1}"] == "command"  # nobody reads it as a note


def test_four_wrong_words_and_greetings_are_no_matter() -> None:
    phone = guess(later(with_code()), "blue kettle", "tea", "hello", "thanks", "help", "red pot")
    guess(phone, "hi", "are you there", "rex", "red kettle")
    assert phone.conversation.code_given


def test_a_worker_ends_it() -> None:
    phone = guess(later(with_code()), "blue kettle", "tea", "red pot", "rex", "0000")
    phone.feed(WorkerTook("w"))
    phone.feed(WorkerGaveBack("w"))
    phone.says("red kettle")
    assert phone.conversation.code_given


def test_who_goes_on_without_the_word_may_still_give_it() -> None:
    phone = guess(later(with_code()), "hello", "ok", "my children", "a home", "do not call")
    assert not phone.conversation.code_given
    phone.says("red kettle")
    assert phone.conversation.code_given


def test_guesses_in_answers_come_to_an_end_as_well() -> None:
    phone = guess(later(with_code()), "hello", "ok")
    for n in range(20):
        phone.says("back")
        phone.says(f"word x{n}")
    phone.says("red kettle")
    assert not phone.conversation.code_given


def test_a_deletion_gives_no_new_tries() -> None:
    phone = guess(later(with_code()), "blue kettle", "tea", "ok")
    tried = phone.conversation.tries
    phone.says("delete")
    phone.says("delete")
    assert phone.conversation.standing == "erased"
    assert phone.conversation.tries >= tried > 0


# --- A number alone -------------------------------------------------------------------------------


def open_intake() -> Play:
    phone = asked_if_safe()
    guess(phone, "yes", "Ottoline")
    return reviewed(phone)


def test_in_one_sitting_their_words_are_read_back() -> None:
    phone = open_intake()
    assert "1. my sister" in phone.resolve(phone.sent[-1].text)


def test_after_a_silence_the_review_names_only_what_each_answer_is_about() -> None:
    phone = later(open_intake())
    guess(phone, "hello")
    shown = " ".join(phone.says("1"))
    assert "1. What keeps me going" in shown
    assert "my sister" not in shown
    assert "Ottoline" not in shown
    phone.says("1")
    shown = " ".join(phone.says("my brother"))
    assert "1. my brother" in shown
    assert "3. Name to use" in shown
    assert "Ottoline" not in " ".join(phone.says("ok"))


def test_data_then_tells_kinds_and_a_date_and_no_count() -> None:
    phone = later(open_intake())
    guess(phone, "hello", "1", "data")
    said = " ".join(phone.says("1"))
    assert "We hold your messages and your answers." in said
    assert "We delete them on 19 December" in said


def test_a_code_word_set_after_a_silence_does_not_open_what_was_said_before() -> None:
    """Or whoever finds the phone would set one."""
    phone = later(asked_if_safe())
    guess(phone, "hello", "1", "plain", "yes", "skip", "tea pot", "tea pot")
    assert phone.conversation.code_given
    reviewed(phone)
    said = " ".join(phone.resolve(message.text) for message in phone.sent[-3:])
    assert "Not shown here." in said
    assert "my sister" not in said


def test_another_phone_inherits_nothing() -> None:
    phone = open_intake()
    phone.feed(Moved("telegram"))
    sent = len(phone.sent)
    guess(phone, "back", "ok", "ok", "data")
    said = " ".join(phone.resolve(message.text) for message in phone.sent[sent:])
    assert "my sister" not in said
    assert "Ottoline" not in said


# --- Is it still safe? ----------------------------------------------------------------------------


def safe(player: Play) -> tuple[str, ...]:
    return player.conversation.answers["safe_to_text"].choices


def returned(days: int = 8, *, ended: bool = False) -> Play:
    phone = asked_if_safe()
    guess(phone, "yes", "Ottoline")
    if ended:
        reviewed(phone).says("ok")
    return later(phone, days * DAY)


def test_after_seven_days_it_is_asked_once_and_the_bookmark_stays() -> None:
    phone = returned()
    phone.says("hello")
    assert "Is it still safe for us to write to you here?" in phone.says("1")[0]
    assert phone.says("yes") == [
        "Thank you. What matters most to you right now? You can text SKIP, PAUSE or WHY."
    ]
    # It told us nothing new: "only what I wrote last" is not this.
    assert [e for e in phone.effects if isinstance(e, Filed)][-1].question == ""
    later(phone)
    phone.says("hello")
    assert "still safe" not in phone.says("1")[0]


def test_before_seven_days_it_is_not_asked() -> None:
    phone = returned(days=6)
    phone.says("hello")
    assert "still safe" not in phone.says("1")[0]


def test_a_skip_leaves_all_as_it_was() -> None:
    phone = returned()
    guess(phone, "hello", "1")
    assert phone.says("why")[0].startswith("Things can change, so I ask again.")
    assert "What matters most" in phone.says("skip")[0]
    assert safe(phone) == ("yes",)
    assert "matters_most" not in phone.conversation.answers


def test_a_no_writes_plainly_from_then_on_and_is_their_answer() -> None:
    phone = returned()
    guess(phone, "hello", "1", "no")
    assert phone.conversation.discreet
    assert safe(phone) == ("no",)
    assert any(isinstance(e, Answered) and e.answer.choices == ("no",) for e in phone.effects)
    assert [e for e in phone.effects if isinstance(e, Filed)][-1].question == "safe_to_text"


def test_at_other_times_asks_which_and_goes_on_from_there() -> None:
    phone = returned()
    guess(phone, "hello", "1")
    assert "When is a good time to reach you?" in phone.says("3")[0]
    assert phone.conversation.safe_times is None
    phone.says("weekdays before 3")
    assert "What matters most to you right now?" in phone.says("yes")[0]
    assert safe(phone) == ("sometimes",)


def test_after_the_end_it_is_asked_as_well() -> None:
    phone = returned(ended=True)
    assert "Is it still safe" in phone.says("hello")[-1]
    phone.says("no")
    assert phone.conversation.standing == "ended"
    assert safe(phone) == ("no",)


def test_where_it_never_was_safe_it_is_not_asked() -> None:
    phone = later(with_code(), 9 * DAY)
    assert "still" not in " ".join([*phone.says("red kettle"), *phone.says("ok")])


def test_plain_messages_ask_in_plain_words() -> None:
    phone = asked_if_safe()
    guess(phone, "sometimes", "1")
    later(phone, 9 * DAY)
    phone.says("hello")
    assert "Is it still fine for us to write to you here?" in phone.says("ok")[0]


def test_a_reminder_does_not_ask_it() -> None:
    phone = returned()
    assert phone.feed(Due("remind")) == []


def test_a_code_word_set_after_a_silence_gives_no_copy_either() -> None:
    phone = later(open_intake())
    phone.says("hello")
    set_since = replace(phone.conversation, code="m1:c0de", code_given=True)
    assert not is_open(set_since)
    assert not is_open(replace(set_since, unproven=())), "to answer anew proves nothing"


def test_what_was_erased_is_not_brought_back_by_guessing() -> None:
    was, new = with_code().conversation, Play(world())
    for text in ("blue kettle", "tea", "red pot", "rex", "0000", "red kettle"):
        turn = respond(
            world(), new.conversation, Wrote(text, message=text, hidden={"c1": was}), new.now
        )
        new.conversation = turn.conversation
    assert not any(isinstance(effect, BringBack) for effect in turn.effects)
    turn = respond(
        world(), Conversation(), Wrote("red kettle", message="m", hidden={"c1": was}), new.now
    )
    assert any(isinstance(effect, BringBack) for effect in turn.effects)


def test_no_stranger_hears_that_a_worker_has_read_a_sign_of_danger() -> None:
    phone = later(with_code())
    phone.says("delete")
    turn = respond(
        world(), phone.conversation, Wrote("delete", message="m", known=Known(read=True)), phone.now
    )
    assert "read_already" not in {say.key for say in turn.says}


def test_what_an_unknown_number_is_told_of_an_erasing_is_true_under_a_hold_too() -> None:
    phone, new = later(with_code()), Play(world())
    for one in (phone, new):
        assert "Shall I take away what was written here" in one.says("delete")[-1]
        (done,) = one.says("delete")
        assert "deleted" not in done
        assert done.startswith("It is taken away, and")


# --- What an OK does not bring back ---------------------------------------------------------------


def told(player: Play, *texts: str) -> set[str]:
    """The keys of all that is said to these, where a worker has read a sign of danger."""
    said: set[str] = set()
    for number, text in enumerate(texts):
        wrote = Wrote(text, message=f"told{number}", known=Known(read=True))
        turn = respond(player.world, player.conversation, wrote, player.now)
        player.conversation = turn.conversation
        said |= {say.key for say in turn.says}
        arrived = Delivered(f"out{number}", said=tuple(say.key for say in turn.says))
        player.conversation = respond(
            player.world, player.conversation, arrived, player.now
        ).conversation
    return said


GAVE_AWAY = {"read_already", "paused_handed", "ended_open"}


@pytest.mark.parametrize("texts", [("hi", "ok", "delete", "delete"), ("hi", "ok", "pause", "ok")])
@pytest.mark.parametrize("code", [True, False])
def test_an_ok_tells_nobody_what_was_read_or_shared(texts: tuple[str, ...], code: bool) -> None:
    phone = later(reviewed(with_code() if code else asked_if_safe()))
    phone.conversation = replace(phone.conversation, discreet=True, handed="partial", share=True)
    assert not told(phone, *texts) & GAVE_AWAY


def test_the_person_themselves_hears_that_it_was_read() -> None:
    phone = with_code()
    assert "read_already" in told(phone, "delete", "yes")


def test_at_the_review_nothing_says_that_there_is_a_code_word() -> None:
    phone = later(reviewed(with_code()))
    phone.says("hello")
    assert "code" not in " ".join(phone.says("ok"))


def test_after_a_silence_an_ok_and_full_bring_our_name_back_to_nobody() -> None:
    phone = asked_if_safe()
    guess(phone, "no")
    assert phone.conversation.discreet
    later(phone)
    phone.says("hello")
    phone.says("ok")
    assert phone.says("full")[0].startswith("For now my messages stay plain.")
    assert phone.conversation.discreet


def test_the_right_word_when_the_day_is_full_is_kept_as_a_code_word_is() -> None:
    phone = later(with_code())
    guess(phone, "hello", "ok")
    phone.conversation = replace(phone.conversation, tries=20, tries_since=phone.now)
    wrong, right = (
        respond(world(), phone.conversation, Wrote(text, message="w"), phone.now)
        for text in ("blue pots", "red kettle")
    )
    assert [say.key for say in right.says] == [say.key for say in wrong.says]
    assert right.conversation.position == wrong.conversation.position
    assert Filed("command", "code_word") in right.effects
    assert not any("w" in answer.messages for answer in right.conversation.answers.values())


def test_when_the_day_is_full_a_word_within_a_burst_tells_nothing() -> None:
    phone = later(with_code())
    guess(phone, "hello", "ok")
    phone.conversation = replace(phone.conversation, tries=20, tries_since=phone.now)
    met = []
    for word in ("blue pots", "red kettle"):
        first = respond(world(), phone.conversation, Wrote("my children", message="a"), phone.now)
        then = Wrote(word, message="b", so_far=("my children",), unsent=True)
        second = respond(world(), first.conversation, then, phone.now)
        met.append(([say.key for say in second.says], second.conversation.position))
    assert met[0] == met[1]


def test_the_code_word_stands_among_no_messages() -> None:
    phone = later(with_code())
    phone.says("red kettle")
    assert Filed("command", "code_word") in phone.effects


def test_the_code_word_is_kept_apart_where_we_are_silent_too() -> None:
    phone = with_code()
    quick = replace(phone.conversation, hurry=pace.FULL, hurry_last=phone.now)
    turn = respond(world(), quick, Wrote("red kettle", message="m"), phone.now)
    assert [say.key for say in turn.says] == ["too_fast"]
    assert Filed("command", "code_word") in turn.effects
