"""What no list of ways knows is guessed: asked about where it is not sure, and never a cue less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import worlds
from bot.conversation.folding import fold
from bot.conversation.understand import Command, Unclear
from bot.guessing import guesser, shipped
from bot.guessing.guesser import Guesser
from config import services
from tests.play import Play
from tools import learn_ways

WORLD = worlds.world(worlds.read(), services.practice())
GUESSES = shipped.guesses()


def begun() -> Play:
    """Somebody who was asked the first question."""
    play = Play(WORLD)
    for words in ("hello", "ok", "ok", "ok"):
        play.says(words)
    return play


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "ditch everything u got on me", "delete"),
        ("en", "call it off, i dont want it", "stop"),
        ("en", "can a worker take over", "person"),
        ("es", "bota todo lo que te conté", "delete"),
        ("es", "hasta acá llegué, no me hablen más", "stop"),
    ],
)
def test_what_no_list_knows_is_heard(language: str, text: str, name: str) -> None:
    assert GUESSES[language](text, False) == Command(name)


@pytest.mark.parametrize("text", ["", "   ", "...", "word " * 15, "my kids and my dog"])
def test_the_rest_is_no_command(text: str) -> None:
    assert GUESSES["en"](text, False) is None


def test_the_less_likely_is_asked_about_and_the_words_stay() -> None:
    weights = {"gone": (2.0, 0.0)}
    guess = Guesser(("delete", "skip"), weights, (-1.5, -4.0))
    name, likely = guess.likeliest(["gone"])
    assert (name, round(likely, 2)) == ("delete", 0.62)
    assert guess("gone") == Command("delete")
    assert guess("gone", asked=True) == Unclear("delete")
    assert guess("here") is None


def test_at_a_question_it_is_done_and_kept_out_of_the_answers() -> None:
    play = begun()
    said = play.says("ditch everything u got on me")
    assert "delete" in " ".join(said).casefold()
    assert not play.conversation.answers


def test_a_name_is_not_guessed_at() -> None:
    play = begun()
    while play.conversation.position.id != "name":
        play.says("skip")
    play.says("Tombstone Jack wipe")
    assert "name" in play.conversation.answers


def test_who_says_that_it_shall_end_is_met_with_a_person() -> None:
    """A guessed STOP is looked at for cues like any other words."""
    stop = dict.fromkeys(GUESSES, lambda text, asked: Command("stop", guessed=True))
    play = Play(replace(WORLD, guesses=stop))
    for words in ("hello", "ok", "ok", "ok", "i want to kill myself"):
        play.says(words)
    assert play.conversation.standing != "stopped"
    assert "suicidal" in play.conversation.cared


def test_weights_come_back_as_they_were_packed() -> None:
    made = Guesser(("delete", "stop"), {"a": (1.27, -0.5), "b c": (0.0, 0.25)}, (0.5, -1.0))
    read = guesser.unpack(guesser.pack(made))
    assert read.names == made.names
    assert read.bias == made.bias
    assert read.weights["a"] == pytest.approx(made.weights["a"], abs=0.005)
    assert read.weights["b c"] == pytest.approx(made.weights["b c"], abs=0.005)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_same_examples_give_the_same_file(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn_ways, "WRITTEN", tmp_path)
    learn_ways.main(language)
    name = f"{language}.weights"
    assert (tmp_path / name).read_bytes() == (shipped.HERE / name).read_bytes()


def test_little_of_what_nobody_read_was_learnt() -> None:
    """Short ways are the same in every list; of the longer ones most are not."""
    learnt = {fold(text) for text, _ in learn_ways.examples("en")}
    for path in (Path(__file__).parent / "lists").glob("commands_en_*unread.tsv"):
        lines = path.read_text("utf-8").splitlines()[1:]
        texts = [fold(line.rpartition("\t")[0]) for line in lines]
        long = [text for text in texts if text.count(" ") > 3]
        assert len(long) > 30
        assert sum(text in learnt for text in long) < 0.3 * len(long), path.name
