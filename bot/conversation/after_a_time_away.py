"""Back after a time away: another person may hold the phone by now, so we ask before we go on."""

from __future__ import annotations

from bot.conversation import discreet, leaving, showing
from bot.conversation.commands import TELLING
from bot.conversation.filing import file, file_words
from bot.conversation.hearing import says_only
from bot.conversation.model import Conversation, Wrote
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Unclear


def is_so(step: Step, before: Conversation) -> bool:
    """Were they silent for so long? `before` is the conversation as this message met it."""
    talking = before.standing in ("asking", "reviewing", "paused", "ended")
    wrote = before.last_wrote
    span = showing.away(step.world.service, before)
    return bool(talking and wrote and step.now - wrote >= span)


def would_show(step: Step, heard: Meaning) -> bool:
    """After a time away another person may hold the phone: nothing that would show what was said,
    or be taken for an answer, happens before we have asked."""
    standing, place = step.conversation.standing, step.conversation.position.place
    if isinstance(heard, Command):
        harmless = heard.name in ("stop", "delete", "language")
        last = standing == "asking" and not step.world.flow.next(step.conversation)
        leads = ("back",) if standing == "ended" else ("yes", "carry_on") if last else ()
        shows = place in ("review", "edit") or heard.name in leads  # to the review
        # What would ask a question, or show the review, of whoever holds the phone now.
        answers = heard.name in ("person", "more", "skip", "no", "who")
        goes_on = answers and standing in ("asking", "reviewing")
        return (shows or goes_on or heard.name in ("data", *discreet.WORDS)) and not harmless
    lies_over = standing in ("paused", "ended") and bool(step.over)
    waits = standing in ("asking", "reviewing") or lies_over
    return waits or showing.guarded(step.conversation)


def ask(step: Step, event: Wrote, heard: Meaning) -> None:
    """What they wrote is kept or answered; then whether they want to go on."""
    name = heard.guess if isinstance(heard, Unclear) else getattr(heard, "name", "")
    if isinstance(heard, Command) or name in TELLING:
        # No question is open that an unsure word ("a person") could be the answer to.
        file(step, "command") if isinstance(heard, Command) else file_words(step)
        if name in TELLING and name != "data":
            TELLING[name](step)
        elif isinstance(heard, Command) and name in discreet.WORDS:
            discreet.turn(step, name == "plain", event.message)
        leaving.ask_resume(step, words_kept=False)
    elif isinstance(heard, Chose) or says_only(step, event.text, "greetings"):
        file(step, "choice" if isinstance(heard, Chose) else "command")
        leaving.ask_resume(step, words_kept=False)
    else:
        file_words(step)
        leaving.ask_resume(step, words_kept=True)
