"""Parts are counted as carriers count them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.segments import (
    ALONE,
    GSM_BASIC,
    GSM_EXTENDED,
    JOINED,
    MOST_PARTS,
    SURELY,
    count,
    fits,
)

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors/sms_segments.json").read_text("utf-8")
)
GSM = "".join(sorted(GSM_BASIC | GSM_EXTENDED))
ANY = st.text(st.sampled_from("a €[^é👍🏽á’\n中"), max_size=500)


def body(case: dict[str, Any]) -> str:
    return str(case["start"] + (case["fill"] * 400)[: case["length"]])


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_it_agrees_with_the_published_cases(case: dict[str, Any]) -> None:
    found = count(body(case))
    assert found.encoding == case.get("encoding", found.encoding)
    assert found.parts == case.get("parts", found.parts)
    assert found.units == case.get("units", found.units)


def test_all_the_cases_are_there() -> None:
    assert len(VECTORS) == 50


def test_the_alphabet_has_its_128_places_less_the_escape() -> None:
    assert (len(GSM_BASIC), len(GSM_EXTENDED)) == (127, 10)


@pytest.mark.parametrize("char", "áíóúç’“”–—…ğ中😀")
def test_one_odd_character_turns_the_whole_text(char: str) -> None:
    assert count("a" * 69 + "é").encoding == "GSM-7"
    assert count("a" * 69 + char).encoding == "UCS-2"


def test_a_pair_is_never_cut() -> None:
    """153 septets a part: a euro sign on the border moves whole into the next part."""
    assert count("a" * 152 + "€" + "a" * 151).parts == 2
    assert count("a" * 152 + "€" + "a" * 152).parts == 3
    assert count("a" * 66 + "😀" + "á" * 65).parts == 2
    assert count("a" * 66 + "😀" + "á" * 66).parts == 3


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_parts_hold_the_units_and_waste_at_most_one_a_part(text: str) -> None:
    found = count(text)
    one, room = ALONE[found.encoding], JOINED[found.encoding]
    if found.units <= one:
        assert found.parts == 1
    else:
        assert found.units <= found.parts * room
        assert found.units > (found.parts - 1) * (room - 1)


@given(ANY, st.sampled_from(GSM))
@settings(max_examples=60, deadline=None)
def test_more_words_never_take_fewer_parts(text: str, char: str) -> None:
    assert count(text + char).parts >= count(text).parts


def test_a_message_of_ours_is_two_parts_or_four() -> None:
    assert fits("a" * 306)
    assert not fits("a" * 307)
    assert fits("ñ" * 306)
    assert fits("á" * 268)
    assert not fits("á" * 269)


@pytest.mark.parametrize("char", ["a", "€", "á", "😀"])
def test_what_surely_fits_fits(char: str) -> None:
    for text in (char * SURELY, char * (SURELY - 1) + "á"):
        found = count(text)
        assert found.parts <= MOST_PARTS[found.encoding]
