"""Interjections lie over the bookmark: a language to choose, a deletion to confirm, "did you
mean", "shall we go on". Each has a way out, and the bookmark below stays where it was."""

from __future__ import annotations

from bot.conversation import (
    about_them,
    answering,
    caring,
    discreet,
    going,
    leaving,
    own_copy,
    own_data,
    still_safe,
    timing,
)
from bot.conversation.asking import ask_again, asking, old_button, say_notice, scoped
from bot.conversation.commands import TELLING, command
from bot.conversation.filing import file, file_at_bookmark, file_words, weight
from bot.conversation.model import Wrote
from bot.conversation.rights import FIX, FIX_WORDS, GOING, HOW, MENU
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning

# SKIP leaves these, not a question below that they have not seen.
ALONE = ("break", discreet.OFFER, still_safe.OVER)


def hear_over(step: Step, event: Wrote, heard: Meaning) -> bool:
    """Let the interjection on top hear the person; False where it had nothing to say to it."""
    over = step.over
    if over == GOING and heard in (*own_copy.GOES_ON, *own_copy.ENOUGH):
        file(step, "command")
        own_copy.go_on(step) if heard in own_copy.GOES_ON else own_copy.enough(step)
        return True
    if isinstance(heard, Command) and heard.name in (*TELLING, *discreet.WORDS):
        return False
    if over.startswith("notice."):
        return _notice(step, over, heard, event)
    if isinstance(heard, Chose):
        file(step, "choice", _answers(over, heard))
        _chosen(step, over, heard.codes[0], event) if heard.codes else old_button(step)
        return True
    if over == "delete" and isinstance(heard, Command) and heard.name == "delete":
        file(step, "command")
        leaving.delete_and_say(step)
        return True
    if heard == Command("skip") and over in (caring.CARE, caring.SAFE_NOW):
        file(step, "command")
        caring.skip(step)
        return True
    if heard in own_data.LEAVE.get(over, ()):
        file(step, "command")
        own_data.leave(step)
        return True
    if isinstance(heard, Command):
        if over in ALONE and heard.name == "skip":
            file(step, "command")
        return _let_go(step, over, heard.name)
    if over == "resume":
        file_words(step)
        leaving.ask_resume(step, words_kept=True)
    elif over.startswith("mean.") and step.conversation.pending:
        step.pop()
        file_at_bookmark(step)
        _take_pending(step, event.message, weight(event.text))
    elif over == "times":  # put in other words by themselves
        step.pop()
        _put_otherwise(step, event)
    elif over == "reminders":
        step.pop()
        return False
    elif over == FIX_WORDS:
        own_data.state(step, event.message)
    elif over in (MENU, HOW, GOING):
        own_data.put_aside(step)
    elif over in (caring.CARE, caring.SAFE_NOW):
        caring.heard_words(step)
    else:
        _not_one_of_these(step)
    return True


def _answers(over: str, heard: Chose) -> str:
    """The question that a choice over the bookmark answers anew: whether it is still safe. A yes
    changes nothing and says nothing new."""
    anew = over == still_safe.OVER and heard.codes and heard.codes[0] != "yes"
    return discreet.ASKS if anew else ""


def _let_go(step: Step, over: str, name: str) -> bool:
    """A command was said instead: the interjection goes, and the command is heard below it."""
    step.pop()
    if over == "break":
        going.sit_down(step)
    if over in ALONE and name == "skip":
        ask_again(step)
        return True
    if over.startswith("mean."):
        answering.settle_pending(step)
    if over == "delete":
        step.say("delete_kept")
    return False


def _not_one_of_these(step: Step) -> None:
    """Words that choose nothing are kept as a note, never taken for an answer to something else.
    The second time the interjection lets go."""
    file_words(step)
    if "nearest" in step.conversation.said:
        if step.over == "break":
            going.sit_down(step)
        step.pop()
        step.say("note_kept")
        ask_again(step)
    else:
        step.say("nearest", options=scoped(asking(step)))


def _put_otherwise(step: Step, event: Wrote) -> None:
    """Words in place of a yes to what we read out of an answer belong to it, and are read anew."""
    file_at_bookmark(step)
    before = step.conversation.answers.get(step.conversation.position.id)
    messages = (*before.messages, event.message) if before else (event.message,)
    size = weight(event.text) + (before.size if before else 0)
    answering.take_words(step, messages, size, event.text)


def _chosen(step: Step, over: str, code: str, event: Wrote) -> None:
    yes = code == "yes"
    if over == caring.CARE:
        caring.choose(step, code)
    elif over == caring.SAFE_NOW:
        caring.hear_safe(step, yes)
    elif over == still_safe.OVER:
        still_safe.choose(step, code, event.message)
    elif over == "reminders":
        leaving.choose_reminders(step, yes, event.message)
    elif over == MENU:
        own_data.choose(step, code)
    elif over == FIX:
        own_data.fix(step, yes)
    elif over == HOW:
        own_copy.choose_how(step, code)
    elif over == GOING:
        own_copy.go_on(step) if yes else own_copy.enough(step)
    elif over in ("resume", "for_self"):
        _resume(step, yes)
    elif over == "times":
        step.pop()
        going.go_on(step) if timing.settle(step, yes) else ask_again(step)
    elif over == "helping":
        about_them.choose_helping(step, yes, event.message)
        leaving.wake(step) if yes and step.conversation.standing == "paused" else None
        ask_again(step)
    elif over == discreet.OFFER:
        step.pop()
        discreet.choose(step, yes, event.message)
        ask_again(step)
    elif over == "break":
        step.pop()
        going.sit_down(step)
        ask_again(step) if yes else leaving.pause(step)
    elif over == "language":
        step.pop()
        step.change(language=code)
        step.say("language_set")
        ask_again(step)
    elif over == "delete" and code == "last":
        own_data.delete_last(step)
    elif over == "delete" and yes:
        leaving.delete_and_say(step)
    elif over == "delete":
        step.pop()
        step.say("delete_kept")
        ask_again(step)
    elif over == "sharing":
        step.pop()
        answering.choose_share(step, yes, event.message)
        ask_again(step)
    elif over.startswith("mean."):
        step.pop()
        _meant(step, over.partition(".")[2], yes, event)
    elif over.startswith("offer."):
        step.pop()
        if yes:
            command(step, Command(over.partition(".")[2]), event.message)
        else:
            ask_again(step)


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
        answering.settle_pending(step, "command")
        command(step, Command(name), event.message)
    else:
        _take_pending(step)


def _take_pending(step: Step, more: str = "", size: int = 0) -> None:
    """The words that looked like a command were an answer after all."""
    if step.conversation.pending and step.conversation.position.place in ("question", "edit"):
        pending, held = step.conversation.pending, step.conversation.pending_size
        step.change(pending=(), pending_size=0)
        answering.take_words(step, (*pending, more) if more else pending, held + size)
    else:
        answering.settle_pending(step)
        ask_again(step)


def _notice(step: Step, over: str, heard: Meaning, event: Wrote) -> bool:
    """An explanation got lost after the agreement: it is given again before anything else."""
    if isinstance(heard, Command) and heard.name == "no":
        file(step, "command")
        leaving.delete(step)
        step.say("declined")
        return True
    if isinstance(heard, Command) and heard.name not in ("yes", "carry_on"):
        return False
    yes = isinstance(heard, Command)
    if yes and step.conversation.told.get(over) in answering.ARRIVED:
        file(step, "command")
        step.pop()
        answering.keep_aside(step)
        leaving.resume(step) if step.conversation.standing == "paused" else ask_again(step)
        return True
    file(step, "command" if yes else "aside")
    step.say("notice_again")
    say_notice(step, int(over.partition(".")[2]))
    return True
