"""Cues in a walk: what is walked is what follows from one, not how it is found. So the world of a
walk finds them in words that no list of ours holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation.cues import NAMES, Cue, Name
from bot.conversation.model import World

TEXTS = {name: f"Zug, Quorn {number}" for number, name in enumerate(NAMES)}
HARDEST: tuple[Name, ...] = ("abuse_disclosure",)  # the most follows from this one


@dataclass(frozen=True, slots=True)
class Signs:
    """Finds the cues of these names, each in a text that stands for it."""

    names: tuple[Name, ...] = NAMES

    def __call__(self, text: str) -> Cue | None:
        return next((Cue(name, (text,)) for name in self.names if TEXTS[name] == text), None)


def with_signs(world: World, names: tuple[Name, ...] = NAMES) -> World:
    """The same world, where only those texts are cues."""
    return replace(world, cues=dict.fromkeys(world.catalogues, Signs(names)))
