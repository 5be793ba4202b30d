"""The word lists are made ready once, however often the files that they stand in are read."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.i18n import SOURCE, Catalogue
from bot.conversation.phrases import Phrases
from bot.conversation.sayings import sayings
from tests.worlds import world


def again(words: Phrases) -> Phrases:
    """The same, read once more."""
    return replace(words, messages={}, words=dict(words.words), fragments=dict(words.fragments))


def test_equal_lists_are_made_ready_once() -> None:
    words = world().phrases
    spanish = world().catalogues["es"]
    assert sayings(again(words), Catalogue("en")) is sayings(words, SOURCE)
    read_again = Catalogue("es", dict(spanish.entries))
    assert sayings(again(words), read_again) is sayings(words, spanish)
    assert sayings(words, spanish) is not sayings(words, SOURCE)


def test_a_list_with_one_word_more_is_another() -> None:
    words = world().phrases
    skip, polite = words.words["skip"], words.fragments["polite"]
    leap = {**words.words, "skip": replace(skip, says=f"{skip.says}, leap over it")}
    gladly = {**words.fragments, "polite": f"{polite}, ever so gladly"}
    assert not sayings(words, SOURCE).find("leap over it")
    assert sayings(replace(words, words=leap), SOURCE).find("leap over it")
    assert not sayings(words, SOURCE).find("ever so gladly skip")
    assert sayings(replace(words, fragments=gladly), SOURCE).find("ever so gladly skip")


def test_a_translation_that_changed_makes_another() -> None:
    words, spanish = world().phrases, world().catalogues["es"]
    skip = words.words["skip"].says
    entries = {**spanish.entries, ("says", skip): "a otra cosa"}
    assert not sayings(words, spanish).find("a otra cosa")
    assert sayings(words, Catalogue("es", entries)).find("a otra cosa")
