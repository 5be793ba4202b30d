"""What people say of themselves that changes how we go on: that they are under 18, that they
write for somebody else, that it is a long story. We never ask for any of it."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.conversation.asking import ask_after_telling, asking, scoped
from bot.conversation.effects import Agreed, Asked
from bot.conversation.folding import fold
from bot.conversation.i18n import listed
from bot.conversation.step import Step

YOUNGEST, ADULT = 5, 18
THANKS = ("thanks_1", "thanks_2", "thanks_3")
LONG = 320  # units: two texts full of words


def hear_age(step: Step, text: str) -> None:
    """Somebody who says that they are under 18 hears of the line for them, once; a worker is told
    as soon as they have agreed. Their words go on to be what they are: an answer, as a rule."""
    if step.conversation.young:
        return
    if not any(map(str.isdigit, text)):  # most messages: no look for an age
        return
    given = _both(step, "my_age"), _both(step, "goes_on")
    if not any(says_under_18(part, *given) for part in {text, *text.split("\n")}):
        return
    step.change(young=True)
    introduced = bool(step.says)  # then who we are stands by itself, before this
    line = step.world.service.child_line
    if line and line.fresh(step.now):
        step.say("young_line", own_message=introduced, line=line.name, number=line.number)
    else:
        step.say("young", own_message=introduced)
    tell_worker(step)


def tell_worker(step: Step) -> None:
    """Once they have agreed, a worker sees at once that somebody is under 18; they hear of it."""
    if step.conversation.young and step.conversation.agreed:
        step.record(Asked("under_18"))
        step.say("young_told")


def _both(step: Step, fragment: str) -> str:
    english = step.world.phrases.fragments[fragment]
    own = step.world.catalogues[step.conversation.language].text(english, "fragment")
    return f"{english}, {own}"


def says_under_18(text: str, ways: str, goes_on: str) -> bool:
    """Is one of these ways of giving an age in the text, with an age under 18? `#` stands for the
    number. What follows is the end of the text or one of `goes_on`: it must not make the age
    something else ("I am 5 minutes away")."""
    ages = (int(match[1]) for match in _pattern(ways, goes_on).finditer(fold(text)))
    return any(YOUNGEST <= age < ADULT for age in ages)


@lru_cache(maxsize=8)
def _pattern(ways: str, goes_on: str) -> re.Pattern[str]:
    befores, afters = set(), set()
    for way in listed(ways):
        before, _, after = way.partition("#")
        befores.add(re.escape(fold(before)))
        afters.add(re.escape(fold(after)))
    before, after = ("|".join(sorted(each, key=len, reverse=True)) for each in (befores, afters))
    then = "|".join(re.escape(fold(word)) for word in listed(goes_on))
    return re.compile(rf"(?:^| )(?:{before}) (\d{{1,2}}) ?(?:{after})(?= (?:{then}) |$)")


def thank(step: Step, size: int, first: bool) -> None:
    """For an answer of this size: not always in the same words, and not in those that somebody
    under 18 heard a moment ago."""
    young = any(say.key.startswith("young") for say in step.says)
    if size >= LONG:
        step.say("thanks_long")
    elif young or not first:
        step.say(THANKS[1 if young else len(step.conversation.answers) % len(THANKS)])
    else:
        step.say(THANKS[-1])


# --- Writing for somebody else --------------------------------------------------------------------


def ask_helping(step: Step) -> None:
    """Somebody writes for another person: does that person know, and want it?"""
    if step.conversation.helping:
        step.say("helping_known")
        ask_after_telling(step)
    else:
        step.push("helping")
        step.say("helping", options=scoped(asking(step)))


def choose_helping(step: Step, yes: bool, message: str) -> None:
    """With their agreement the questions are about them, and the hardest are not asked. Without
    it nothing about them is asked: there is a number to call, and the questions may be about the
    writer instead."""
    step.pop()
    step.change(helping=yes)
    step.record(Agreed("helping", yes, message))
    step.say("helping_yes" if yes else "helping_no")
    if yes:
        return
    if step.conversation.standing != "paused":
        step.move("pause")
    step.push("for_self")
