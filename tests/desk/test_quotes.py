"""What counts as a quote, so that nobody's own words are ever touched."""

from __future__ import annotations

import time

import pytest

from desk.quotes import GONE, blank

# What is quoted is spelled in capitals here, and nothing else is.
NOTES = [
    'she said "I KICKED OFF" and left.',
    "she said “I AM FINE” and left.",
    "she said ”I AM FINE” and left.",
    "er sagte „GUT“ and left.",
    "er sagte „GUT” and left.",
    "elle dit «JE VAIS BIEN» and left.",
    "elle dit « JE VAIS BIEN » and left.",
    "hun sagde »GODT« and left.",
    "she said ‹FINE› and left.",
    "she said ‘I AM FINE’ and left.",
    "she said 'I AM FINE' and left.",
    "he said ‚FINE‘ and left.",
    '"YES" and "NO", then "YES"',
    'she said:"GO AWAY".',
    'he said "SHE SAYS ‘NO’ TO ME" and went.',
    "he said ‘SHE SAYS “NO” TO ME’ and went.",
    'he said "I DON\'T KNOW" and went.',
    "he said ‘I DON’T KNOW IT’ and went.",
    "he said ‘MY PARENTS’ HOUSE IS COLD’ and went.",
    "he said 'MY PARENTS' HOUSE ISN'T WARM' and went.",
    "'YES' she said, and 'NO' he said.",
    "> I AM FINE\nand then we spoke",
    "we spoke\n  > I AM FINE\n> REALLY\nand went",
    "she began: “ONE\nTWO THREE” and went.",
    'she said "I AM STILL TYPING',
    "she said 'I AM STILL TYPING",
    "she said “I AM FINE\nand then she left.",
    'she said "I AM FINE\nand then "NO" too.',
    'she said " I AM FINE " and left.',
    "it’s the girls’ room; they don't like it.",
    "it's the girls' room and the boys' room.",
    "rock 'n' roll in the '90s, 'cause he liked it.",
    "he is 6'2\" tall and kicked off.",
    'a 24" screen, and a 32" one.',
    "5 > 3, and -> is an arrow.",
    "",
]


@pytest.mark.parametrize("note", NOTES)
def test_what_is_quoted_is_taken_out_and_nothing_else(note: str) -> None:
    left = blank(note.lower())
    for was, now in zip(note, left, strict=True):
        assert (now == GONE) if was.isupper() else (now == was or not was.isalnum()), left


def test_endless_marks_take_no_time() -> None:
    start = time.process_time()
    for mark in "\"'“”„«»‘’‚>":
        blank(f"{mark}a " * 10_000)
        blank(f"{mark}\n" * 10_000)
        blank(mark * 20_000)
    took = time.process_time() - start
    print(f"{took:.2f} s")
    assert took < 3
