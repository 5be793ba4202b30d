"""What a message does at the bookmark, where nothing lies over it: it is a command, a choice, an
answer to what is asked, or words that are kept."""

from __future__ import annotations

from bot.conversation import answering, code_word, going, leaving, showing
from bot.conversation.asking import ask_again, current, old_button
from bot.conversation.commands import command
from bot.conversation.filing import file, file_at_bookmark, file_words, kept_words, weight
from bot.conversation.hearing import says_only
from bot.conversation.model import Wrote
from bot.conversation.only_here import says_one_of
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Unclear, Words

ASKED = ("question", "edit")


def hear(step: Step, event: Wrote, heard: Meaning) -> None:
    """Let what is asked now, if anything is, hear the person."""
    if isinstance(heard, Command) and not _is_answer(step, heard):
        file(step, "command")
        command(step, heard, event.message)
    elif isinstance(heard, Chose):
        _chose(step, heard, event)
    elif step.conversation.standing in ("paused", "stopped"):
        _come_back(step, event, heard)
    elif isinstance(heard, Unclear) and step.conversation.position.place != "end":
        answering.settle_pending(step)
        file_at_bookmark(step)
        step.change(pending=(event.message,), pending_size=weight(event.text))
        step.push(f"mean.{heard.guess}")
        ask_again(step)
    elif step.conversation.position.place in ASKED:
        _answer(step, event, heard)
    else:
        _words(step, event)


def _come_back(step: Step, event: Wrote, heard: Meaning) -> None:
    """Words after a pause or a stop."""
    if heard == Unclear("language"):
        file(step, "command")
        command(step, Command("language"), event.message)
        return
    greets = says_only(step, event.text, "greetings")
    file(step, "command") if greets else file_words(step)
    leaving.ask_resume(step, words_kept=not greets)


def _is_answer(step: Step, heard: Command) -> bool:
    """A bare NO to a question that is asked again is an answer to it; to a name it is none."""
    asked = step.conversation.position.place in ASKED
    if (question := current(step)) and question.kind == "name":
        return False
    return asked and heard.name == "no" and step.conversation.standing == "asking"


def _answer(step: Step, event: Wrote, heard: Meaning) -> None:
    """Words at a question are its answer; "are you there?" is none."""
    if says_one_of(step, event.text, "there"):
        file(step, "command")
        step.say("here_again" if "here" in step.conversation.said else "here")
        ask_again(step)
    elif code_word.asked(step):
        code_word.take(step, event, heard)
    else:
        file(step, "answer", step.conversation.position.id)
        if isinstance(heard, Words) and heard.ends:
            step.push(f"offer.{heard.ends}")  # asked before the next question is
        answering.take_words(step, (event.message,), weight(event.text), event.text)


def _words(step: Step, event: Wrote) -> None:
    """Words where no question is asked."""
    place = step.conversation.position.place
    if place == "review" and not showing.may_show(step.conversation):
        kept_words(step)  # nobody has seen a number here that could be meant
    elif place == "review" and answering.remove(step, event.text):
        file(step, "command")
    elif place == "review" and (question := answering.review_number(step, event)):
        answering.edit(step, question)
    elif place == "end" and says_only(step, event.text, "thanks"):
        file(step, "command")
        step.say("ended_welcome")
    elif place == "end" and says_only(step, event.text, "greetings"):
        file(step, "command")
        step.say("ended_hello")
    elif place in ("choice", "offer") and "nearest" in step.conversation.said:
        file_words(step)
        answering.share_unsure(step) if place == "choice" else going.choose_offer(step, "later")
    else:
        kept_words(step)


def _chose(step: Step, heard: Chose, event: Wrote) -> None:
    place = step.conversation.position.place
    file(step, "choice", step.conversation.position.id)
    if not heard.codes or place not in ("choice", "offer", *ASKED):
        old_button(step)
    elif place == "choice":
        answering.choose_share(step, heard.codes[0] == "yes", event.message)
        going.go_on(step)
    elif place == "offer":
        going.choose_offer(step, heard.codes[0])
    else:
        answering.take_choices(step, heard.codes, event)
