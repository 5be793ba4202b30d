"""A worker holds the conversation: we are quiet, they say who they are once, the bookmark stays."""

from __future__ import annotations

from bot.conversation.effects import Withdraw
from bot.conversation.engine import respond
from bot.conversation.model import Due, WorkerGaveBack, WorkerTook, WorkerWrote
from tests.play import START, Play
from tests.worlds import world

TALKING = ("hi", "ok", "ok", "ok", "my sister")


def talking() -> Play:
    player = Play(world())
    for text in TALKING:
        player.says(text)
    return player


def written(at_once: bool = False) -> WorkerWrote:
    return WorkerWrote("w", "w1", "Sam", "Can we talk at 4?", at_once)


def test_only_the_first_message_of_a_taking_says_who_writes() -> None:
    step = respond(world(), talking().conversation, written(), START)
    assert [(say.key, say.values["name"]) for say in step.says] == [("worker", "Sam")]
    again = respond(world(), step.conversation, written(), START)
    assert [say.text for say in again.says] == ["{words}"]
    back = respond(world(), again.conversation, WorkerGaveBack("w"), START)
    anew = respond(world(), back.conversation, written(), START)
    assert "name" in anew.says[0].values


def test_words_of_a_worker_wait_for_a_good_time_unless_there_is_a_reason() -> None:
    for at_once in (False, True):
        step = respond(world(), talking().conversation, written(at_once), START)
        assert [say.prompted for say in step.says] == [at_once]


def test_what_we_were_about_to_ask_is_taken_back() -> None:
    assert Withdraw() in respond(world(), talking().conversation, WorkerTook("w"), START).effects


def test_the_bookmark_is_where_it_was() -> None:
    player = talking()
    before = player.conversation
    player.feed(WorkerTook("w"))
    player.feed(written())
    assert player.says("yes, 4 is fine") == []
    assert player.feed(WorkerGaveBack("w")) != []
    after = player.conversation
    assert (after.position, after.over, after.answers) == (
        before.position,
        before.over,
        before.answers,
    )


def test_no_reminder_goes_while_a_worker_is_there() -> None:
    player = talking()
    player.feed(WorkerTook("w"))
    assert player.feed(Due("remind")) == []
