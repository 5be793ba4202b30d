"""Is there a cue in what somebody wrote, where they wrote it? `caring.py` says what follows."""

from __future__ import annotations

from bot.conversation.asking import current
from bot.conversation.cues import Cue
from bot.conversation.model import Wrote
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning

GIVEN = ("stop", "delete")  # words that are done as they are, whatever else may be in them


def look(step: Step, event: Wrote, heard: Meaning) -> Cue | None:
    """What these words may be a sign of. A button and a choice are none; and a word to leave that
    our lists know is one only where a person's phrases speak."""
    if event.choice or not event.text or isinstance(heard, Chose):
        return None
    if isinstance(heard, Command) and heard.carrier:
        return None
    cue = _find(step, event.text)
    if cue and cue.voice != "patterns" and (is_given(heard) or _is_safe_contact(step, cue)):
        return None
    return cue


def is_given(heard: Meaning) -> bool:
    """Is it done as it was asked, whatever else may be in the words?"""
    return isinstance(heard, Command) and heard.name in GIVEN and not heard.guessed


def _find(step: Step, text: str) -> Cue | None:
    """The gravest cue in the conversation's language; in another language of the service only what
    a person's phrases find there, for people fall back into their own."""
    own, finders = step.conversation.language, step.world.cues
    found = finders[own](text) if own in finders else None
    if found:
        return found
    others = (find(text) for code, find in finders.items() if code != own)
    return next((cue for cue in others if cue and cue.voice == "patterns"), None)


def _is_safe_contact(step: Step, cue: Cue) -> bool:
    """Where we ask who reads the phone and when it is safe, "when he is at work" is the answer, and
    is treated as one; it takes more than what was learnt to hear abuse in it."""
    place = step.conversation.position.place
    question = current(step) if place in ("question", "edit") and not step.over else None
    asked = question and (question.kind == "times" or any(c.heard for c in question.choices))
    return bool(asked) and cue.name == "abuse_disclosure"


def is_no_answer(step: Step) -> bool:
    """At a question for a name, a time or a choice such words are kept, and answer nothing."""
    question = current(step) if step.conversation.position.place in ("question", "edit") else None
    return not step.over and question is not None and question.kind != "text"
