"""The promises about quiet: stopping, silence, pace, endings, and how much is said at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.check.promises import on_a_question, promise, replies
from bot.check.rules import CHOICE, SAFETY, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.effects import HandOver, Timer
from bot.conversation.model import Due, Quote, Rendered, Say, WorkerWrote, World, Wrote
from bot.conversation.render import QUOTED
from bot.conversation.segments import fits

walked("R-P9", "NO ends kindly, once, and nothing is said afterwards.", (CHOICE,))
walked("R-S8", "STOP: one confirmation without a question, then silence.", (CHOICE, SAFETY))
walked("R-O6", "After at most six questions in a sitting a break is offered.", (CHOICE,))
walked("R-O12", "A sitting does not end on what is hardest to answer.", (SAFETY,))
walked(
    "R-E8", "Unasked we write at most twice, if agreed and safe, two days apart.", (SAFETY, CHOICE)
)
walked("R-E10", "Silence alone comes to rest, and ends nothing by itself.", (TRUST,))
walked("R-M2", "At most three messages in a row.", (TRUST,))

MOST_IN_A_ROW: Final = 6
MOST_MESSAGES: Final = 3
MOST_UNASKED: Final = 2
APART: Final = timedelta(hours=48)
HARDEST: Final = 2
LATE: Final = ("late", "late_care", "late_fix", "late_complain")
LEFT: Final = ("paused", "stopped", "ended", "declined")


@promise("R-S8")
def stop_is_one_line_and_silence(heard: Heard, world: World) -> str:
    before, after = heard.before, heard.after
    ours = not isinstance(heard.event, WorkerWrote)
    if before.standing == "stopped" and not isinstance(heard.event, Wrote) and ours:
        return "something is said after a STOP" if heard.said else ""
    if before.blocked == "stopped" and after.blocked == "stopped" and ours and heard.said:
        return "something is said to who has closed this contact"
    if after.standing != "stopped" or before.standing == "stopped":
        return ""
    if any(isinstance(e, Timer) and e.due_at for e in heard.turn.effects):
        return "a STOP leaves something that comes due"
    if len(heard.messages) > 1:
        return "a STOP is confirmed more than once"
    asks = any("?" in message.text or message.buttons for message in heard.messages)
    return "a STOP is met with a question" if asks else ""


@promise("R-P9")
def no_is_the_end_of_it(heard: Heard, world: World) -> str:
    before, after = heard.before, heard.after
    if before.standing == "declined" and not isinstance(heard.event, Wrote | WorkerWrote):
        return "something is said after a NO" if heard.said else ""
    says_no = heard.act.name == "no" and heard.act.sort == "command"
    notice = before.standing == "explaining" and before.position.place == "notice"
    if says_no and notice and not before.over and replies(heard):
        if after.standing != "declined" or len(heard.messages) != 1:
            return "a NO is not met with one kind end"
        if any(isinstance(e, Timer) and e.due_at for e in heard.turn.effects):
            return "a NO leaves something that comes due"
    return ""


@promise("R-E8")
def unasked_twice_at_most(heard: Heard, world: World) -> str:
    if not isinstance(heard.event, Due) or not heard.said:
        return ""
    before = heard.before
    safe = before.answers.get("safe_to_text")
    if heard.event.name in LATE:  # no reminder: what we promised did not come true
        told = safe and safe.choices in (("yes",), ("sometimes",)) and not before.blocked
        return "" if told else "we write unasked where it is not safe"
    if not before.reminders or before.blocked or not (safe and safe.choices == ("yes",)):
        return "we write unasked without a yes"
    if before.standing not in ("asking", "reviewing", "paused"):
        return "we write unasked when nothing waits"
    if heard.after.reminded > MOST_UNASKED or heard.unasked >= MOST_UNASKED:
        return "we write unasked more than twice"
    if heard.spoke and heard.at - heard.spoke < APART:
        return "we write unasked twice within two days"
    return "" if "ask." not in heard.said[-1] else "a question is asked unasked"


@promise("R-E10")
def silence_ends_nothing(heard: Heard, world: World) -> str:
    if not isinstance(heard.event, Due):
        return ""
    before, after = heard.before, heard.after
    moved = (before.standing, before.position) != (after.standing, after.position)
    return "silence moves the conversation" if moved else ""


@promise("R-O6")
def a_break_is_offered(heard: Heard, world: World) -> str:
    too_many = heard.in_a_row > MOST_IN_A_ROW
    return f"{heard.in_a_row} questions in a row without a break" if too_many else ""


@promise("R-O12")
def no_sitting_ends_on_the_hardest(heard: Heard, world: World) -> str:
    hard = {f"ask.{q.id}" for q in world.flow.questions if q.sensitivity == HARDEST}
    left = heard.after.standing in LEFT and heard.before.standing not in LEFT
    if left and hard & set(heard.said):
        return "the last words of a sitting ask what is hardest"
    offers = "break_offer" in heard.said and "break" not in heard.before.over
    if not offers or not on_a_question(heard) or heard.act.sort == "news":
        return ""
    straight = f"ask.{heard.before.position.id}" in hard
    return "a break is offered straight after what is hardest" if straight else ""


@promise("R-E4")
def what_is_given_is_an_ending(heard: Heard, world: World) -> str:
    """What goes to the team whole is met with an ending, and so is all that was offered."""
    given = any(isinstance(e, HandOver) and e.kind == "complete" for e in heard.turn.effects)
    ended = heard.after.standing == "ended" and any(k.startswith("ended_next") for k in heard.said)
    return "it goes to the team without an ending" if given and not ended else ""


@promise("R-M2")
def three_messages_at_most(heard: Heard, world: World) -> str:
    many = len(heard.messages) > MOST_MESSAGES
    return f"{len(heard.messages)} messages in a row" if many else ""


@promise("R-M1")
def every_text_fits(heard: Heard, world: World) -> str:
    if heard.after.channel != "sms":
        return ""
    for message in heard.messages:
        if not _fits(message, heard):
            return f"too long for a text: {' '.join(message.said)}"
    return ""


def _fits(message: Rendered, heard: Heard) -> bool:
    """What the person wrote may be as long as it was; what stands around it may not."""
    if not QUOTED.search(message.text):
        return fits(message.text)
    quoting = (s for s in heard.turn.says if s.key in message.said and _is_in(s, message))
    sizes = (say.values.get("size", 0) for say in quoting)
    words = sum(size for size in sizes if isinstance(size, int))
    return len(set(message.said)) == 1 or fits(QUOTED.sub("", message.text) + "x" * words)


def _is_in(say: Say, message: Rendered) -> bool:
    """Does the message hold what this quotes? Several of one key may stand in several messages."""
    quotes = [value for value in say.values.values() if isinstance(value, Quote)]
    return all(",".join(quote.messages) in message.text for quote in quotes)
