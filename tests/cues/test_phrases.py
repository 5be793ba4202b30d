"""The notation of the cue files, and the net that it is laid into."""

from __future__ import annotations

import pytest

from bot.conversation.net import Net, Way
from bot.cues.phrases import Phrases, lay, lists

LISTS = {"he": "he, my (dad|mum)", "hit": "hits, beats"}


def said(phrase: str, text: str) -> bool:
    """Is the text, from its first word on, what the phrase says?"""

    def plain(word: str) -> list[str]:
        return [word]

    net = Net()
    lay(net, Phrases(lists(LISTS, plain), plain).read(phrase), Way(0, "x"))
    return any(end == len(text.split()) for end, _ in net.walk(text.split(), 0))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("[he] [hit] me", "my mum beats me"),
        ("(i|we) want (to)? die", "we want die"),
        ("took .. pills", "took all of my pills"),
        ("took .. pills", "took pills"),
        ("his _ hurts", "his belt hurts"),
        ("(a (b|c)? d)", "a d"),
    ],
)
def test_it_says_this(phrase: str, text: str) -> None:
    assert said(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("[he] [hit] me", "my aunt beats me"),
        ("took .. pills", "took one two three four pills"),
        ("took .. pills", "took no pills"),
        ("took .. pills", "took . pills"),
        ("his _ hurts", "his hurts"),
    ],
)
def test_and_not_this(phrase: str, text: str) -> None:
    assert not said(phrase, text)


@pytest.mark.parametrize("phrase", ["(a|b", "a)", "[he"])
def test_a_bracket_that_does_not_match_is_told(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"a|he"):
        said(phrase, "a")


def test_a_list_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError):
        said("[she] hits", "she hits")
