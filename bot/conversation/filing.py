"""How a message is kept: as an answer, a command, a note, or put aside before the agreement."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from bot.conversation.asking import ask_after_telling
from bot.conversation.effects import Filed, Timer
from bot.conversation.segments import count
from bot.conversation.step import Step

ASIDE_KEPT_FOR = timedelta(hours=24)
Kind = Literal["answer", "choice", "command", "note", "aside"]


def file(step: Step, kind: Kind, question: str = "") -> None:
    """Say how this message is kept. It leads the effects, so that the store meets it first."""
    step.effects.insert(0, Filed(kind, question))
    if kind == "aside" and not step.conversation.aside:
        step.change(aside=True)
        step.record(Timer("forget_aside", step.now + ASIDE_KEPT_FOR))


def file_words(step: Step) -> None:
    """Words that answer nothing: sealed aside before the agreement, a note after it."""
    file(step, "note" if step.conversation.agreed else "aside")


def file_at_bookmark(step: Step) -> None:
    """Words at a question are part of its answer, or will be; anywhere else they are kept."""
    position = step.conversation.position
    if position.place in ("question", "edit"):
        file(step, "answer", position.id)
    else:
        file_words(step)


def kept_words(step: Step) -> None:
    """Keep such words, say so (not twice the same), and ask again."""
    file_words(step)
    first, then = {
        "notice": ("aside_kept", "aside_kept_again"),
        "review": ("review_unclear", "note_kept"),
        "end": ("ended_note", "ended_note_again"),
    }.get(step.conversation.position.place, ("nearest", "note_kept"))
    step.say(then if first in step.conversation.said else first)
    ask_after_telling(step)


def weight(text: str) -> int:
    """The room that words take in a text, in GSM-7 septets (a UCS-2 unit weighs 8/7)."""
    counted = count(text)
    return counted.units if counted.encoding == "GSM-7" else counted.units * 8 // 7 + 1
