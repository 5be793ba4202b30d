"""The standings of a conversation, and the one machine that moves between them."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.lifecycle import MOVES, STANDINGS, Impossible, build_machine, drawing, move

DOCS = Path(__file__).parent.parent.parent / "docs"
TRIGGERS = sorted({trigger for trigger, _, _ in MOVES})


@given(st.sampled_from(STANDINGS), st.sampled_from(TRIGGERS))
def test_a_move_goes_where_the_table_says_or_is_refused(standing: str, trigger: str) -> None:
    allowed = {
        dest
        for name, source, dest in MOVES
        if name == trigger and standing in ([source] if isinstance(source, str) else source)
    }
    if allowed:
        assert move(standing, trigger) in allowed
    else:
        with pytest.raises(Impossible):
            move(standing, trigger)


def test_the_way_from_everywhere_leads_to_silence() -> None:
    """STOP and DELETE work in every standing that is not their own end."""
    for standing in STANDINGS:
        if standing != "erased":
            assert move(standing, "erase") == "erased"
        if standing not in ("stopped", "erased"):
            assert move(standing, "stop") == "stopped"


def test_the_library_moves_an_object_that_it_was_never_told_of() -> None:
    """Not documented by `transitions`; the whole of docs/decisions/0003 stands on it."""

    class Anything:
        standing = "explaining"

    machine, thing = build_machine(), Anything()
    machine.events["agree"].trigger(thing)
    assert thing.standing == "asking"
    assert machine.models == []


def test_the_drawing_in_the_docs_is_fresh() -> None:
    assert (DOCS / "lifecycle.mmd").read_text("utf-8") == drawing()


def test_a_move_takes_at_most_ten_microseconds(
    record_property: Callable[[str, object], None],
) -> None:
    def quickest(work: Callable[[], object]) -> float:
        return min(timeit.repeat(work, number=100, repeat=50)) / 100 * 1e6

    step = quickest(lambda: move("explaining", "agree"))
    machine = quickest(lambda: move.__wrapped__("explaining", "agree"))
    record_property("move_microseconds", round(step, 2))
    record_property("machine_microseconds", round(machine, 1))
    assert step <= 10
