"""What a text may be a sign of: that somebody is in danger, or could do with a person now.

A cue is a reason to be kind and to bring a person in; it is no finding, and decides nothing. What
looks for them is given with the world (`World.cues`), by language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Name = Literal["immediate_danger", "child_at_risk", "suicidal", "abuse_disclosure"]
NAMES: Final[tuple[Name, ...]] = get_args(Name)  # the gravest first: the first that fits counts
SAFE_NOW: Final = "care_safe"  # the interjection: is now a safe time?


@dataclass(frozen=True, slots=True)
class Cue:
    """What was found, by which words of the text, and which voice spoke: `patterns`, which a
    person wrote and can read, or `letters`, which were learnt from examples."""

    name: Name
    words: tuple[str, ...] = ()
    voice: Literal["patterns", "letters"] = "patterns"


Find = Callable[[str], Cue | None]  # a text of any length to the gravest cue in it
