"""The promises where others may read: nothing names us, nothing that was said is shown."""

from __future__ import annotations

from typing import Final

from bot.check.channels import LINK
from bot.check.promises import promise, replies, returns
from bot.check.rules import SAFETY, TRUST, walked
from bot.check.texts import word_list
from bot.check.walk_node import Heard
from bot.conversation.model import Conversation, WorkerWrote, World
from bot.conversation.render import QUOTED
from bot.conversation.showing import is_code

walked(
    "R-C4",
    "With a code word nothing that was said is shown before it is given, and a wrong word is met"
    " like any other.",
    (SAFETY,),
)
walked(
    "R-E3",
    "Where others may read, the review is not sent; with a code word it comes one line at a time.",
    (SAFETY,),
)
walked("R-M4", "The first message of a day names us, where no others read it.", (TRUST,))

CONTENT: Final = frozenset("many_noted times ended_named data_see".split())
MET_ALIKE: Final = ("words", "greeting", "polite", "number")


def closed(conversation: Conversation) -> bool:
    """May nothing that was said be shown?"""
    return not conversation.code_given and bool(conversation.code or conversation.discreet)


def shows(heard: Heard) -> bool:
    """Is anything of what the person said or chose shown?"""
    content = any(k.startswith("review.") for k in heard.said) or CONTENT & set(heard.said)
    return bool(content) or any(QUOTED.search(message.text) for message in heard.messages)


@promise("R-C2")
def nothing_tells(heard: Heard, world: World) -> str:
    if not heard.after.discreet or isinstance(heard.event, WorkerWrote):
        return ""
    topics = word_list(heard.after.language)
    line = world.service.child_line
    names = [world.service.name, world.service.text_name, *([line.name] if line else ())]
    for message in heard.messages:
        for text in (message.text, *(button.label for button in message.buttons)):
            told = [name for name in names if name in text]
            told += [found.found for found in topics.find(QUOTED.sub("", text), ["topic"])]
            told += [found[0] for found in LINK.finditer(text)]
            if told:
                return f"{' '.join(message.said)} tells {told[0]!r} where others may read"
    return ""


@promise("R-E3")
def the_review_is_not_sent(heard: Heard, world: World) -> str:
    after = heard.after
    if not after.discreet or isinstance(heard.event, WorkerWrote):
        return ""
    if closed(after):
        return "what was said is shown where others may read" if shows(heard) else ""
    lines = {key for key in heard.said if key.startswith("review.")}
    return "more than one line is shown where others may read" if len(lines) > 1 else ""


@promise("R-C4")
def only_the_code_word_opens(heard: Heard, world: World) -> str:
    before, after = heard.before, heard.after
    if not before.code or isinstance(heard.event, WorkerWrote):
        return ""
    if after.code and closed(after) and shows(heard):
        return "what was said is shown before the code word"
    away = returns(heard, world)
    opened = after.code_given and (away or not before.code_given)
    text = getattr(heard.event, "text", "")
    if opened and not is_code(before, text) and before.code == after.code:
        return "something else than the code word opens what was said"
    met = away and replies(heard) and heard.act.sort in MET_ALIKE and not is_code(before, text)
    named = set(heard.said) - {"day_name"}
    if met and not before.stranger and named != {"notice.1"}:
        return "a wrong word is met in its own way"
    return ""


@promise("R-M4")
def a_day_begins_with_our_name(heard: Heard, world: World) -> str:
    zone, wrote = world.hours.zone, heard.met.last_wrote or heard.before.last_wrote
    now = heard.became.last_wrote
    if heard.after.discreet or not now or not wrote or not heard.messages:
        return ""
    new = wrote.astimezone(zone).date() < now.astimezone(zone).date()
    named = world.service.text_name in heard.messages[0].text
    return "a day begins without our name" if new and not named else ""
