"""DATA: a menu of what somebody may do with what we hold of them, over the bookmark.

On the strength of the number alone nobody is shown what was said: kinds and dates at most, and a
worker brings the rest. With the code word there is a copy by chat (`own_copy`). What a worker does
is a wish at the desk (`Asked`), and it is said only once it is recorded.
"""

from __future__ import annotations

from typing import Final

from bot.conversation import answering, own_copy, promising
from bot.conversation.asking import ask_again, ask_over
from bot.conversation.effects import OWED, Asked, ClearChat, Stated, Timer
from bot.conversation.facts import deleted_on
from bot.conversation.filing import file_words
from bot.conversation.review import answered
from bot.conversation.rights import FIX, FIX_WORDS, HOW, MENU, Right
from bot.conversation.showing import may_show
from bot.conversation.step import Step
from bot.conversation.understand import Command

# What leaves it with nothing chosen. It is not heard below, where a yes may be to another question.
_NOTHING: Final = tuple(map(Command, ("skip", "back", "no", "yes", "carry_on")))
LEAVE: Final = {
    MENU: _NOTHING,
    HOW: _NOTHING,
    FIX: (Command("skip"), Command("carry_on")),
    FIX_WORDS: _NOTHING,
}


def tell_data(step: Step) -> None:
    """Before the agreement what is sealed; after it the menu."""
    if step.conversation.agreed:
        if step.over == FIX_WORDS:
            step.pop()
        step.push(MENU)
    else:
        step.say("data_before")


def leave(step: Step) -> None:
    """Nothing of it, and on below."""
    said = "fix_left" if step.over == FIX_WORDS else "menu_left"
    step.pop()
    step.say(said)
    ask_again(step)


def put_aside(step: Step) -> None:
    """Words that are no point of it: kept as a note, and on below."""
    file_words(step)
    step.pop()
    step.say("note_kept")
    ask_again(step)


def choose(step: Step, point: str) -> None:
    """Do what a point says."""
    step.pop()
    if point in ("delete", "sharing", "fix"):
        step.push(FIX if point == "fix" else point)
        ask_over(step)
        return
    if point == "see":
        _see(step)
    elif point == "looks" and own_copy.can_be_here(step):
        own_copy.begin(step, "looks")
        return
    elif point == "looks":
        _ask(step, "looks")
    elif point == "complain":
        _ask(step, "complain")
    elif point == "clear":
        step.record(ClearChat())
        step.say("data_clear")
    else:
        _stop_using(step)
    ask_again(step)


def delete_last(step: Step) -> None:
    """Not all of it: what they told us last. That the store knows."""
    step.pop()
    if step.known.held:
        step.say("last_held")
    elif step.known.last:
        answering.forget_message(step, step.known.last)
        step.say("last_gone")
        step.say(f"last_{step.traits.name}")
    else:
        step.say("last_none")
    ask_again(step)


def fix(step: Step, other: bool) -> None:
    """Something else than answers of theirs is for a worker to put right. What should stand there
    they can say in their own words."""
    step.pop()
    if other:
        _ask(step, "fix")
        step.push(FIX_WORDS)
    else:
        step.say("menu_left")
    ask_again(step)


def state(step: Step, message: str) -> None:
    """Their wording is put beside the note, and on below."""
    file_words(step)
    step.record(Stated((message,)))
    step.pop()
    step.say("fix_kept")
    ask_again(step)


def _see(step: Step) -> None:
    """Kinds and dates, and with the code word how to have a copy; not even these where others may
    read."""
    if may_show(step.conversation) and step.conversation.unproven:
        step.say("data_kinds", date=deleted_on(step))
    elif may_show(step.conversation):
        step.say("data_see", count=len(answered(step)), date=deleted_on(step))
    if own_copy.can_be_here(step):
        step.push(HOW)
        return
    step.record(Asked("copy"))
    step.say("data_copy" if may_show(step.conversation) else "data_closed")


def _stop_using(step: Step) -> None:
    """From now on nothing goes out of itself, to them or to the team, until a worker answers."""
    step.change(frozen=True)
    step.record(*(Timer(name, None) for name in ("remind", "deletion", "partial")))
    _ask(step, "stop_using")


def _ask(step: Step, what: Right) -> None:
    """Put it before a worker. What is owed an answer has a day, which is told."""
    if what not in OWED:
        step.record(Asked(what))
        step.say(f"data_{what}")
        return
    due = promising.promise_answer(step, what)
    step.record(Asked(what, due_at=due))
    step.say(f"data_{what}", date=due)
