"""Standings of a conversation and the moves between them: the one `transitions` machine.

The states are standings, never questions, and no move has a callback: what follows from a move
belongs to the `Turn`. The machine is triggered on a throw-away object that carries the standing
(see docs/decisions/0003): to register each conversation costs ten times as much and leaks.
"""

from __future__ import annotations

from functools import cache
from typing import Final, get_args

from transitions import Machine

from bot.conversation.model import Standing

STANDINGS: Final[tuple[str, ...]] = get_args(Standing)
TALKING: Final = ["explaining", "asking", "reviewing"]

# (move, from, to). `resume` has one row a bookmark.
MOVES: Final[list[tuple[str, str | list[str], str]]] = [
    ("begin", ["new", "declined", "stopped", "paused", "erased"], "explaining"),
    ("agree", "explaining", "asking"),
    ("decline", "explaining", "declined"),
    ("review", "asking", "reviewing"),
    ("ask", ["reviewing", "ended"], "asking"),
    ("finish", "reviewing", "ended"),
    ("rest", "asking", "ended"),
    ("reopen", "ended", "reviewing"),
    ("pause", TALKING, "paused"),
    ("resume_explaining", ["paused", "stopped"], "explaining"),
    ("resume_asking", ["paused", "stopped"], "asking"),
    ("resume_reviewing", ["paused", "stopped"], "reviewing"),
    ("resume_ended", ["paused", "stopped"], "ended"),
    ("stop", [s for s in STANDINGS if s != "stopped"], "stopped"),
    ("erase", [s for s in STANDINGS if s != "erased"], "erased"),
]


class Impossible(ValueError):
    """This move is not allowed from this standing."""


class _Traveller:
    """Carries a standing through the machine for the length of one move."""

    __slots__ = ("standing",)

    def __init__(self, standing: Standing) -> None:
        self.standing = standing


def build_machine() -> Machine:
    """The machine, also for drawing `docs/lifecycle.mmd`."""
    machine = Machine(
        model=None,
        states=list(STANDINGS),
        initial="new",
        auto_transitions=False,
        model_attribute="standing",
    )
    for trigger, source, dest in MOVES:
        machine.add_transition(trigger, source, dest)  # type: ignore[arg-type]
    return machine


_EVENTS: Final = build_machine().events


@cache
def move(standing: Standing, trigger: str) -> Standing:
    """The standing after a move. Raises `Impossible` where the table does not allow it.

    The machine has no conditions, so each pair has one answer and is worked out once."""
    traveller = _Traveller(standing)
    try:
        _EVENTS[trigger].trigger(traveller)
    except Exception as error:
        raise Impossible(f"{trigger} from {standing}") from error
    return traveller.standing


def drawing() -> str:
    """The same table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    for trigger, source, dest in MOVES:
        for start in [source] if isinstance(source, str) else source:
            lines.append(f"    {start} --> {dest}: {trigger}")
    return "\n".join(lines) + "\n"
