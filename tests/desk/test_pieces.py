"""A copy cut into messages: as few as hold it, none too long, no word lost."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.segments import fits
from desk.copying.pieces import cut

LINES = st.lists(st.text(st.sampled_from("ab >é\N{DOG FACE}€"), max_size=400), max_size=12)


def words(texts: list[str]) -> str:
    return re.sub(r"[\s>]", "", "".join(texts))


@given(LINES)
def test_nothing_is_lost_and_each_piece_fits(lines: list[str]) -> None:
    pieces = cut(lines, fits)
    assert all(map(fits, pieces))
    assert words(pieces) == words(lines)


def test_short_lines_share_a_piece() -> None:
    assert cut(["* Your words", "> my sister"], fits) == ["* Your words\n> my sister"]


def test_a_long_line_is_cut_at_a_space_and_stays_marked() -> None:
    first, second = cut([f"> {'word ' * 80}end"], fits)
    assert first.endswith("word")
    assert second.startswith("> word")
    assert second.endswith("end")


def test_what_has_no_space_is_cut_all_the_same() -> None:
    assert cut(["x" * 400], fits) == ["x" * 306, "x" * 94]
