"""What a text may be a sign of, said by either voice, and what is no sign."""

from __future__ import annotations

import pytest

from bot.conversation.cues import Cue
from bot.cues import letters, shipped


def find(text: str, language: str = "en") -> Cue | None:
    return shipped.finders()[language](text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hes got a knife n hes kickin the door in", "immediate_danger"),
        ("i took all my tablets an hour ago", "immediate_danger"),
        ("my dad hits me, im 12", "child_at_risk"),
        ("the boy next door is covered in bruises", "child_at_risk"),
        ("i want to kill myself", "suicidal"),
        ("kms fr this time", "suicidal"),
        ("my husband hits me", "abuse_disclosure"),
        ("she wont let me leave the house", "abuse_disclosure"),
    ],
)
def test_plain_words_are_found_by_phrases(text: str, name: str) -> None:
    cue = find(text)
    assert cue
    assert cue.name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tiene un cuchillo y esta tirando la puerta", "immediate_danger"),
        ("mi papa me pega y tengo 12 años", "child_at_risk"),
        ("me kiero matar", "suicidal"),
        ("mi marido me pega", "abuse_disclosure"),
    ],
)
def test_in_spanish_too(text: str, name: str) -> None:
    cue = find(text, "es")
    assert cue
    assert cue.name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "skip",
        "i need help with my rent",
        "im not suicidal",
        "my husband doesnt hit me",
        "this heat is killing me",
        "my mum will kill me when she sees the bill lol",
        "saw a film where he strangles his wife",
        "do you help people who are suicidal?",
        "he used to hit me, that was years ago and i am happy now",
    ],
)
def test_harmless_words_are_none(text: str) -> None:
    assert find(text) is None


def test_the_words_are_those_of_the_text() -> None:
    cue = find("Sorry. He's hittin me evry nite")
    assert cue
    assert cue.voice == "patterns"
    assert any("hittin" in words for words in cue.words)


def test_what_stands_far_off_does_not_hide_it() -> None:
    story = (
        "We like films and books and football here, and my gran cooks for all of us on Sundays. "
    )
    assert find(f"{story * 3}I want to kill myself. {story * 3}")


def test_no_text_is_too_long() -> None:
    find("i want to die " * 50_000)


def test_what_people_write_is_not_kept() -> None:
    """Words that are in none of our lists stay nowhere."""
    find("my name is Zebedeeoola and i live in Wrexenhamton")
    finder = shipped.read(shipped.HERE / "en.toml")
    kept = {*finder.patterns.reader.met, *finder.letters.words}
    assert not any("zebedee" in word.lower() or "wrexen" in word.lower() for word in kept)


def test_weights_come_back_as_they_were_packed() -> None:
    four = (1.27, -0.5, 0.0, 0.25)
    weights = {"a": (*four, 4.0)}
    made = letters.Letters(weights, four, (0.1, 0.2, 0.3), frozenset({"word"}))
    read = letters.unpack(letters.pack(made))
    assert read.weights["a"] == pytest.approx(weights["a"], abs=0.05)
    assert (read.above, read.ordinary) == (made.above, made.ordinary)
