"""The words that work at any time: what each does, wherever it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.conversation import about_them, answering, discreet, facts, going, leaving, own_data
from bot.conversation.asking import ask_after_telling, ask_again, ask_over, current
from bot.conversation.review import pages
from bot.conversation.step import Step
from bot.conversation.understand import Command

# Commands that tell something and leave the bookmark where it is.
TELLING: Final[dict[str, Callable[[Step], None]]] = {
    "why": facts.tell_why,
    "help": facts.tell_help,
    "person": facts.tell_person,
    "who": facts.tell_who,
    "safe": facts.tell_safe,
    "more": facts.tell_more,
    "data": own_data.tell_data,
}
ANYWHERE: Final = ("stop", "delete", "language")


def command(step: Step, heard: Command, message: str) -> None:
    """Do what a command says. Each has a defined effect in every standing."""
    name, standing = heard.name, step.conversation.standing
    if heard.carrier and name == "help":
        return  # the carrier answers HELP itself: a second answer would only confuse
    if name in ANYWHERE:
        _anywhere(step, heard)
    elif name in TELLING:
        TELLING[name](step)
        ask_after_telling(step)
    elif name in discreet.WORDS:
        discreet.turn(step, name == "plain", message)
        ask_after_telling(step)
    elif standing in ("paused", "stopped"):
        _wake(step, name)
    elif name in ("yes", "no", "carry_on"):
        _yes_or_no(step, name, message)
    elif name == "helping":
        _helping(step)
    elif name == "pause":
        _pause(step)
    elif name == "back":
        going.back(step) if standing != "declined" else step.say("why_nothing")
    elif name == "skip":
        _skip(step)


def _anywhere(step: Step, heard: Command) -> None:
    if heard.about:
        step.change(language=heard.about)
        step.say("language_set")
        ask_again(step)
    elif heard.name != "stop":
        step.push(heard.name)
        ask_over(step)
    elif step.conversation.standing != "stopped" or heard.carrier:
        leaving.stop(step, heard.carrier)


def _wake(step: Step, name: str) -> None:
    """After a pause or a stop: yes goes on, the rest asks first."""
    if name in ("yes", "carry_on") and step.conversation.standing == "paused":
        leaving.resume(step)
    elif name == "helping" and step.conversation.standing == "paused":
        about_them.ask_helping(step)
    elif name in ("no", "pause"):
        step.say("not_now")
    else:
        leaving.ask_resume(step, words_kept=False)


def _yes_or_no(step: Step, name: str, message: str) -> None:
    position, no = step.conversation.position, name == "no"
    question = current(step)
    if name == "carry_on" and _decides(step):  # "go on" is not yet a yes
        ask_again(step) if position.place == "review" else ask_after_telling(step)
    elif position.place == "notice":
        answering.hear_no(step) if no else answering.hear_yes(step, message)
    elif position.place == "offer" and name == "carry_on":
        going.choose_offer(step, "yes")
    elif position.place == "review":
        leaving.pause(step) if no else answering.hear_review_yes(step)
    elif question and question.id in step.conversation.answers and not no:
        answering.settle_pending(step)
        going.go_on(step, answered=question.kind == "many")
    elif question and question.kind == "name" and no:
        answering.skip(step)  # nobody is called that
    elif question and question.kind == "code" and not no:
        step.say("code_which")
    elif step.conversation.standing == "ended" and name == "carry_on":
        going.offer_more(step)
    elif step.conversation.standing in ("ended", "declined"):
        step.say("not_now")
    else:
        ask_again(step)


def _decides(step: Step) -> bool:
    """Would a yes here agree to the explanation, or give the intake to the team?"""
    position = step.conversation.position
    if position.place == "review":
        return position.page + 1 >= len(pages(step))
    return position.place == "notice" and position.id == str(answering.NOTICES)


def _helping(step: Step) -> None:
    if step.conversation.standing in ("ended", "declined"):
        step.say("why_nothing")
    else:
        about_them.ask_helping(step)


def _pause(step: Step) -> None:
    if step.conversation.standing in ("ended", "declined"):
        step.say("not_now")
    else:
        leaving.pause(step)


def _skip(step: Step) -> None:
    place = step.conversation.position.place
    if place in ("question", "choice", "edit"):
        answering.skip(step)
    elif place == "offer":
        going.choose_offer(step, "no")
    else:
        step.say({"notice": "skip_notice", "review": "why_review"}.get(place, "why_nothing"))
        ask_after_telling(step)
