"""How easy a text is to read, and the words that are better said in another way."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check.texts import word_list
from bot.conversation.wording import measure, parse, sentences, syllables, words

HEARD = Path(__file__).parent / "syllables.txt"


def heard() -> dict[str, int]:
    lines = [line.split() for line in HEARD.read_text("utf-8").splitlines() if line[0] != "#"]
    return {word: int(count) for count, *those in lines for word in those}


def test_syllables_are_those_that_are_heard() -> None:
    """97 in 100 are right, and over a text the errors come out even, within 3 in 100."""
    wrong = {word: syllables(word) for word, count in heard().items() if syllables(word) != count}
    assert len(heard()) >= 500
    assert len(wrong) <= 0.03 * len(heard()), wrong
    total = sum(heard().values())
    assert abs(sum(syllables(word) for word in heard()) - total) <= 0.03 * total


def test_a_grade_is_what_the_formula_says() -> None:
    found = measure("The cat sat on the mat. It was happy.")
    assert (found.sentences, found.words, found.syllables) == (2, 9, 10)
    assert found.grade == pytest.approx(0.39 * 4.5 + 11.8 * 10 / 9 - 15.59)
    assert measure("Organisationen beginnt. Ja.").lix == pytest.approx(1.5 + 100 * 2 / 3)
    assert measure("999").grade == measure("").lix == 0.0


def test_sentences_and_words_are_cut_as_a_reader_does() -> None:
    assert sentences("At 9.30, call. Or not? {phone}") == ["At 9.30, call", "Or not", "{phone}"]
    assert words("Don't call 999, it's a well-kept line") == [
        "Don't", "call", "it's", "a", "well-kept", "line",
    ]  # fmt: skip


def test_a_list_finds_whole_words_and_spares_what_it_says() -> None:
    listed = parse(
        '[[entry]]\ngroup = "g"\nsay = ["must", "risk*"]\nunless = ["must have been"]\n'
        'instead = "can"\nwhy = "It presses."\n[cue]\nphone = ["{phone}"]\n',
        "en",
    )
    found = [(f.start, f.end, f.found) for f in listed.find("You MUST, mustard, risky.", ["g"])]
    assert found == [(4, 8, "MUST"), (19, 24, "risky")]
    assert list(listed.find("It must have been hard.")) == []
    assert list(listed.find("You must.", ["other"])) == []
    assert listed.tells("Call {phone}.", "phone")
    assert not listed.tells("Call us.", "phone")


@pytest.mark.parametrize(
    ("phrase", "said", "other"),
    [
        ("(we|they) will .. (call|ring)", "They will then soon call.", "We will rest. Call us."),
        ("within # (hour|hours)", "Within 24 hours.", "Within an hour."),
        ("it is (very )?easy", "It is very easy. It is easy.", "It is uneasy."),
        ("*ed", "You worked.", "You work."),
        ("other (please say)", "Other (please say) it.", "Other please say."),
    ],
)
def test_a_phrase_may_have_a_shape(phrase: str, said: str, other: str) -> None:
    entry = f'[[entry]]\ngroup = "g"\nsay = ["{phrase}"]\ninstead = "x"\nwhy = "y"\n'
    listed = parse(entry, "en")
    assert list(listed.find(said))
    assert not list(listed.find(other))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_entry_teaches(language: str) -> None:
    listed = word_list(language)
    assert len(listed.entries) >= 15
    assert all(entry.say and entry.instead and entry.why for entry in listed.entries)


def test_both_languages_know_the_same_groups_and_facts() -> None:
    english, spanish = word_list("en"), word_list("es")
    assert {e.group for e in english.entries} - {e.group for e in spanish.entries} <= {"vague"}
    assert set(english.cues) == set(spanish.cues)
