"""The weights that ship are those that the examples give."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cues import shipped
from tools import learn_cues, regression
from tools.made_examples import made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in shipped.HERE.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(learn_cues, "WRITTEN", tmp_path)
    return tmp_path


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_same_examples_give_the_same_file(folder: Path, language: str) -> None:
    learn_cues.main(language)
    name = f"{language}.letters"
    assert (folder / name).read_bytes() == (shipped.HERE / name).read_bytes()


def test_what_counts_for_little_is_outvoted() -> None:
    """A word stands for what was said of it where it counted most."""
    danger, harm, harmless = range(3)
    said = [
        ({"knife": 1.0}, danger, 1.0),
        ({"shout": 1.0}, harm, 1.0),
        ({"tea": 1.0}, harmless, 1.0),
    ]
    frames = [({"knife": 1.0}, harmless, 0.03)] * 10
    weights, bias = regression.learn([*said, *frames], classes=2, freedom=10.0)
    speaks = {
        word: [one + more for one, more in zip(w, bias, strict=True)] for word, w in weights.items()
    }
    assert speaks["knife"][danger] > 0 > speaks["knife"][harm]
    assert max(speaks["tea"]) < 0


def test_a_frame_is_filled_from_its_lists(tmp_path: Path) -> None:
    frames = tmp_path / "xx.made"
    frames.write_text(
        "# what\n[he] = he, my dad\n\n## suicidal *9\n[he] left\n## none *3\nno list\n"
    )
    texts = {cue: text for text, cue in made(frames)}
    assert texts.keys() == {"suicidal", "none"}
    assert list(made(frames)) == list(made(frames))
