"""The promises about what people wrote: it is kept, it is theirs, nobody else gets to see it."""

from __future__ import annotations

from typing import Final

from bot.check.promises import promise, replies, returns, state
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, SAFETY, walked
from bot.check.walk_node import Heard
from bot.conversation.effects import Answered, Filed, Forget, Refiled
from bot.conversation.model import Answer, Conversation, Labels, Quote, Say, World, Wrote
from bot.conversation.showing import is_code

walked("R-S11", "No words are lost: each message is filed, answers keep theirs.", (EMPOWERMENT,))
walked("R-S13", "Another language changes no answer and no place.", (CULTURE, CHOICE))
walked("R-E7", "Who comes back sees nothing of what was said until they say go on.", (SAFETY,))


@promise("R-S11")
def every_message_is_filed(heard: Heard, world: World) -> str:
    if not isinstance(heard.event, Wrote):
        return ""
    kinds = [effect.kind for effect in heard.turn.effects if isinstance(effect, Filed)]
    if not kinds:
        return "a message is not filed"
    code = is_code(heard.before, heard.event.text)
    if heard.act.sort == "words" and kinds[0] == "command" and not code:
        return "words are filed as a command"
    message = heard.event.message
    if kinds[0] == "answer" and not _held(heard, message):
        return "an answer does not keep its message"
    return ""


@promise("R-S11")
def what_was_held_is_not_dropped(heard: Heard, world: World) -> str:
    held = all(_held(heard, message) for message in heard.before.pending)
    kept = held or any(isinstance(e, Forget) for e in heard.turn.effects)
    return "" if kept else "words that were held are dropped"


def _held(heard: Heard, message: str) -> bool:
    after, effects = heard.after, heard.turn.effects
    held = message in after.pending or any(message in a.messages for a in after.answers.values())
    return held or any(isinstance(e, Refiled) and e.message == message for e in effects)


@promise("R-E2")
def answers_stay(heard: Heard, world: World) -> str:
    before, after, effects = heard.before.answers, heard.after.answers, heard.turn.effects
    forgets = {effect.what for effect in effects if isinstance(effect, Forget)}
    if "all" in forgets:
        return _erased(heard)
    if forgets or before == after:
        return ""
    written = {effect.answer.question for effect in effects if isinstance(effect, Answered)}
    if not isinstance(heard.event, Wrote) or not set(before) <= set(after):
        return "answers change by themselves"
    changed = {id for id in after if before.get(id) != after[id]}
    return "" if changed <= written else "an answer changes and is not recorded"


def _erased(heard: Heard) -> str:
    if not _asked_for(heard):
        return "everything is erased without being asked about"
    after, fresh = heard.after, Conversation()
    if after.standing not in ("erased", "declined"):
        return f"everything is erased, and the conversation is {after.standing}"
    left = [name for name in GIVEN if getattr(after, name) != getattr(fresh, name)]
    return f"{left[0]} stays after everything was erased" if left else ""


# What people gave us, in words or by choosing.
GIVEN: Final = (
    "answers opened told agreed share reminders helping young sitting pending aside".split()
)


def _asked_for(heard: Heard) -> bool:
    """Were they asked whether to delete, or do they take back their yes?"""
    over = heard.met.over[-1:]
    return over == ("delete",) or (
        heard.act.name == "no" and over[:1] != () and over[0].startswith("notice.")
    )


@promise("R-S13")
def another_language_changes_nothing_else(heard: Heard, world: World) -> str:
    before, after = heard.before, heard.after
    if before.language == after.language or before.standing in ("new", "erased", "declined"):
        return ""
    return "" if state(before) == state(after) else "another language changes more than the words"


@promise("R-E1")
def what_is_shown_is_theirs(heard: Heard, world: World) -> str:
    """Words of an answer are marks that only the store fills, in the order of the intake."""
    shown = [say.key.removeprefix("review.") for say in heard.turn.says if _shows(say)]
    order = [question.id for question in world.flow.path(heard.after)]
    if shown != sorted(shown, key=lambda id: order.index(id) if id in order else -1):
        return "answers are shown in another order than they were asked in"
    for say in heard.turn.says:
        if _shows(say) and not _theirs(say, heard.after.answers.get(say.key[7:])):
            return "what is shown back is not in their words"
    return ""


def _shows(say: Say) -> bool:
    return say.key.startswith("review.")


def _theirs(say: Say, answer: Answer | None) -> bool:
    given = {name: say.values[name] for name in ("words", "own") if name in say.values}
    quotes = [value for value in given.values() if isinstance(value, Quote)]
    marks = all(isinstance(value, Quote | Labels) for value in given.values())
    return answer is not None and marks and all(q.messages == answer.messages for q in quotes)


@promise("R-E7")
def nothing_is_shown_to_who_comes_back(heard: Heard, world: World) -> str:
    before = heard.before
    if not returns(heard, world) or not replies(heard) or not before.agreed:
        return ""
    goes_on = heard.act.sort == "command" and heard.act.name in ("yes", "carry_on")
    pressed = getattr(heard.event, "choice", "").endswith(".carry_on")
    if before.standing == "paused" and (goes_on or pressed):
        return ""  # from a pause that is their word for it
    if before.stranger and not heard.after.stranger:
        return ""  # an OK to the hello that unknown numbers get
    if is_code(before, getattr(heard.event, "text", "")):
        return ""  # the word that says that it is them
    shown = [k for k in heard.said if k.startswith(("review", "data")) and k != "data_before"]
    if shown or any("\ue000" in message.text for message in heard.messages):
        return "what was said is shown before they say go on"
    asks = heard.act.sort != "command" and any(key.startswith("ask.") for key in heard.said)
    return "a question is asked before they say go on" if asks else ""
