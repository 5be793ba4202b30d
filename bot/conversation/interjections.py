"""Interjections lie over the bookmark: a language to choose, a deletion to confirm, "did you
mean", "shall we go on". Each has a way out, and the bookmark below stays where it was."""

from __future__ import annotations

from bot.conversation import answering, leaving
from bot.conversation.asking import ask_again, say_notice
from bot.conversation.commands import TELLING, command
from bot.conversation.filing import file, file_words, weight
from bot.conversation.model import Wrote
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning


def hear_over(step: Step, event: Wrote, heard: Meaning) -> bool:
    """Let the interjection on top hear the person; False where it had nothing to say to it."""
    over = step.over
    if isinstance(heard, Command) and heard.name in TELLING:
        return False
    if over.startswith("notice."):
        return _notice(step, over, heard, event)
    if isinstance(heard, Chose) and heard.codes:
        file(step, "choice")
        _chosen(step, over, heard.codes[0], event)
        return True
    if over == "delete" and isinstance(heard, Command) and heard.name == "delete":
        file(step, "command")
        leaving.delete(step)
        return True
    if over == "resume" and not isinstance(heard, Command):
        file_words(step)
        leaving.ask_resume(step, words_kept=True)
        return True
    step.pop()
    return _let_go(step, over, heard, event)


def _let_go(step: Step, over: str, heard: Meaning, event: Wrote) -> bool:
    """Something else was said: the interjection goes, and nothing that was written is lost."""
    if over.startswith("mean.") and not isinstance(heard, Command | Chose):
        file(step, "answer" if step.conversation.agreed else "aside")
        _take_pending(step, event.message, weight(event.text))
        return True
    if over == "delete":
        step.say("delete_kept")
    return False


def _chosen(step: Step, over: str, code: str, event: Wrote) -> None:
    yes = code == "yes"
    if over == "reminders":
        leaving.choose_reminders(step, yes, event.message)
    elif over == "resume":
        _resume(step, yes)
    elif over == "language":
        step.pop()
        step.change(language=code)
        step.say("language_set")
        ask_again(step)
    elif over == "delete" and code == "delete":
        leaving.delete(step)
    elif over == "delete":
        step.pop()
        step.say("delete_kept")
        ask_again(step)
    elif over.startswith("mean."):
        step.pop()
        _meant(step, over.partition(".")[2], yes, event)


def _resume(step: Step, yes: bool) -> None:
    if yes:
        leaving.resume(step)
        return
    step.pop()
    if step.conversation.standing in ("explaining", "asking", "reviewing"):
        step.move("pause")
    step.say("not_now")


def _meant(step: Step, name: str, yes: bool, event: Wrote) -> None:
    if yes:
        step.change(pending="", pending_size=0)
        command(step, Command(name), event.message)
    else:
        _take_pending(step)


def _take_pending(step: Step, more: str = "", size: int = 0) -> None:
    """The words that looked like a command were an answer after all."""
    pending, pending_size = step.conversation.pending, step.conversation.pending_size
    step.change(pending="", pending_size=0)
    if step.conversation.position.place in ("question", "edit"):
        answering.take_words(step, tuple(m for m in (pending, more) if m), pending_size + size)
    else:
        ask_again(step)


def _notice(step: Step, over: str, heard: Meaning, event: Wrote) -> bool:
    """An explanation got lost after the agreement: it is given again before anything else."""
    if isinstance(heard, Command) and heard.name not in ("yes", "carry_on"):
        return False
    yes = isinstance(heard, Command)
    if yes and step.conversation.told.get(over) in answering.ARRIVED:
        file(step, "command")
        step.pop()
        answering.keep_aside(step)
        ask_again(step)
        return True
    file(step, "command" if yes else "aside")
    step.say("notice_again")
    say_notice(step, int(over.partition(".")[2]))
    return True
