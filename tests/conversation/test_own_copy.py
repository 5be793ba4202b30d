"""With the code word given, a copy comes by chat; without it, and where others may read, never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from bot.conversation.effects import Asked, CopyWanted
from bot.conversation.showing import fingerprint
from tests.play import COPY, LINK, LOOKS, Play
from tests.worlds import harbour, world

CODE = "Red Kettle"


def ended(links: bool = True, /, **fields: object) -> Play:
    """Somebody who set a code word, and gave all that they wrote to the team."""
    player = Play(replace(world(), service=harbour(links=links)))
    for text in ("hi", "ok", "ok", "ok", "my sister"):
        player.says(text)
    told: dict[str, object] = {"standing": "ended", "handed": "complete", "agreed": True}
    code = {"code": fingerprint(CODE, "m"), "code_given": True}
    player.conversation = changed(player.conversation, **(told | code | fields))
    player.effects.clear()
    return player


def wanted(player: Play) -> list[str]:
    return [effect.way for effect in player.effects if isinstance(effect, CopyWanted)]


def asked(player: Play) -> list[str]:
    return [effect.what for effect in player.effects if isinstance(effect, Asked)]


def test_in_parts_and_on_by_every_word_for_more() -> None:
    for word in ("1", "ok", "more", "go on"):
        player = ended()
        player.says("data")
        assert "1 Here, in parts 2 By a link 3 Bring it to me" in player.says("1")[0]
        first = player.says("1")
        assert [text.split("\nThat is part")[0] for text in first] == list(COPY[:3])
        assert first[-1].endswith(
            "That is part 3 of 4. Would you like more of it? 1 Go on 2 Stop here"
        )
        assert player.says(word)[:1] == [COPY[3]]
        assert player.conversation.over == ()
        assert (wanted(player), asked(player)) == (["here", "more"], [])


@pytest.mark.parametrize("word", ["2", "no", "skip", "back", "stop here"])
def test_enough_is_enough(word: str) -> None:
    player = ended()
    for text in ("data", "1", "1"):
        player.says(text)
    assert player.says(word)[-1] != COPY[3]
    assert player.conversation.over == ()
    assert wanted(player) == ["here"]


def test_who_has_looked_needs_no_worker() -> None:
    player = ended()
    player.says("data")
    assert player.says("2")[0] == LOOKS[0]
    assert (wanted(player), asked(player)) == (["looks"], [])


def test_a_link_is_offered_where_we_have_an_address() -> None:
    player = ended()
    player.says("data")
    player.says("1")
    assert LINK in player.says("2")[0]
    without = ended(False)
    without.says("data")
    assert "1 Here, in parts 2 Bring it to me" in without.says("1")[0]
    without.says("2")
    assert (wanted(without), asked(without)) == ([], ["copy"])


def test_a_link_is_told_to_end_with_the_sitting() -> None:
    until = []
    for minutes in (60, 10):
        player = ended()
        service = harbour(links=True, away=timedelta(minutes=minutes))
        player.world = replace(player.world, service=service)
        player.says("data")
        player.says("1")
        until += [player.says("2")[0].partition("It opens one time, until ")[2].partition(".")[0]]
    assert until == ["Thursday 10:38am", "Thursday 10:18am"]


@pytest.mark.parametrize(
    "fields",
    [
        {"code_given": False},
        {"code": "", "code_given": False},
        {"discreet": True},
        {"handed": ""},
        {"standing": "paused"},
    ],
    ids=str,
)
@pytest.mark.parametrize("point", ["1", "2"])
def test_else_a_worker_brings_it(fields: dict[str, object], point: str) -> None:
    player = ended(**fields)
    player.says("data")
    player.says(point)
    assert wanted(player) == []
    assert asked(player) == ["copy" if point == "1" else "looks"]


def test_where_the_service_has_each_copy_looked_at_a_worker_brings_it() -> None:
    player = ended()
    player.world = replace(player.world, service=replace(player.world.service, copies=False))
    player.says("data")
    player.says("1")
    assert (wanted(player), asked(player)) == ([], ["copy"])


def test_after_the_sitting_nothing_more_comes() -> None:
    player = ended()
    for text in ("data", "1", "1"):
        player.says(text)
    player.later(int(timedelta(hours=2).total_seconds()), "2 hours later")
    for text in ("1", "yes", "1", "more"):
        assert not {*COPY} & {*player.says(text)}
    assert wanted(player) == ["here"]


def test_plain_messages_in_the_middle_end_it() -> None:
    player = ended()
    for text in ("data", "1", "1", "plain"):
        player.says(text)
    assert not {*COPY} & {*player.says("1")}
    assert wanted(player) == ["here"]
