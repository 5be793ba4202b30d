"""What the person's answer does: to the explanation, to the choices, to a question, at review."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from bot.conversation import discreet, timing
from bot.conversation.about_them import tell_worker, thank
from bot.conversation.asking import ask_again, asking, current, say_notice, scoped
from bot.conversation.effects import (
    Agreed,
    Answered,
    AsideKept,
    Filed,
    Forget,
    Refiled,
    TakeBack,
    Timer,
)
from bot.conversation.facts import reach_person
from bot.conversation.flow import Question
from bot.conversation.folding import fold, ways
from bot.conversation.going import count, go_on
from bot.conversation.model import Answer, Wrote
from bot.conversation.review import answered, ask_review, finish, pages, words
from bot.conversation.showing import may_quote
from bot.conversation.step import Step

NOTICES = 3
ARRIVED = ("sent", "delivered")


# --- The explanation, before anything is asked ---------------------------------------------------


def hear_yes(step: Step, message: str) -> None:
    """OK to a notice: it counts for what has reached the person. Then the next, or we begin."""
    number = int(step.conversation.position.id)
    told = step.conversation.told
    untold = [n for n in range(1, number + 1) if told.get(f"notice.{n}") not in ARRIVED]
    if untold:
        step.say("notice_again")
        step.go("notice", str(untold[0]))
        say_notice(step, untold[0])
    elif number < NOTICES:
        step.go("notice", str(number + 1))
        say_notice(step, number + 1)
    else:
        _agree(step, message)


def _agree(step: Step, message: str) -> None:
    step.move("agree")
    step.change(agreed=True, flow=step.world.flow.fingerprint)
    step.record(Agreed("start", True, message))
    keep_aside(step)
    tell_worker(step)
    step.say("agreed")
    step.change(since_hint=99)
    go_on(step)


def keep_aside(step: Step) -> None:
    """What was written before agreeing becomes a note, now that the person said yes."""
    if step.conversation.aside:
        step.change(aside=False)
        step.record(AsideKept(), Timer("forget_aside", None))


def hear_no(step: Step) -> None:
    """NO to the explanation: a kind end, and what was set aside is erased."""
    step.move("decline")
    step.go("end")
    step.change(aside=False, over=())
    step.record(Forget("aside"), Timer("forget_aside", None))
    step.say("declined")


# --- Choices and questions -----------------------------------------------------------------------


def choose_share(step: Step, yes: bool, message: str) -> None:
    """May the team read it if the person stops before the end? A no takes a part back that they
    could open already."""
    back = not yes and step.conversation.handed == "partial"
    step.change(share=yes, unclear=0, handed="" if back else step.conversation.handed)
    step.record(Agreed("share_partial", yes, message))
    if not yes:
        step.record(Timer("partial", None))
    if back:
        step.record(TakeBack())
    step.say("share_yes" if yes else "share_back" if back else "share_no")


def share_unsure(step: Step) -> None:
    """Not understood twice: what was not clearly given is not taken."""
    step.change(share=False)
    step.say("share_unsure")
    go_on(step)


def take_choices(step: Step, codes: Sequence[str], event: Wrote) -> None:
    """The person chose at a question. Where several may be chosen, each press adds one."""
    question = current(step)
    if question is None:
        return
    message = event.message
    if question.kind == "many" and event.choice:
        _add_choice(step, question, codes[0], message)
        return
    pending, size = step.conversation.pending, step.conversation.pending_size
    own = pending or (message,)
    _keep(step, question, Answer(question.id, "answered", tuple(codes), own, size=size))
    if any(c.then == "person" for c in question.choices if c.code in codes):
        reach_person(step)
    go_on(step)


def _add_choice(step: Step, question: Question, code: str, message: str) -> None:
    before = step.conversation.answers.get(question.id)
    codes = tuple(dict.fromkeys((*(before.choices if before else ()), code)))
    answer = Answer(question.id, "answered", codes, (message,), question.fingerprint)
    known = may_quote(step.conversation, question.id)
    step.answer(answer)
    step.record(Answered(answer))
    if not known:  # what was chosen before is not shown with it
        step.change(unproven=(*step.conversation.unproven, question.id))
    left = [
        option for option in scoped(asking(step)) if option.code.rpartition(".")[2] not in codes
    ]
    if known:
        step.say("many_noted", options=left, chosen=words(question, answer))
    else:
        step.say("many_noted_closed", options=left)


def take_words(step: Step, messages: tuple[str, ...], size: int, text: str = "") -> None:
    """The person answered a question in their own words."""
    question = current(step)
    if question is None:
        return
    conversation = step.conversation
    if conversation.pending:
        messages = (*conversation.pending, *messages)
        size += conversation.pending_size
    if question.choices and not conversation.unclear:
        # They are kept, and become part of the answer whatever is chosen next.
        step.change(unclear=1, pending=messages, pending_size=size)
        step.say("nearest", options=scoped(asking(step)))
        return
    _keep(step, question, Answer(question.id, "answered", (), messages, size=size))
    ask_again(step) if timing.read(step, question, text) else go_on(step)


def settle_pending(step: Step, kind: Literal["note", "command"] = "note") -> None:
    """Words that were held for an answer which did not come are kept as a note."""
    step.record(*(Refiled(message, kind) for message in step.conversation.pending))
    step.change(pending=(), pending_size=0, unclear=0)


def _keep(step: Step, question: Question, answer: Answer) -> None:
    first = not step.conversation.answers
    answer = replace(answer, fingerprint=question.fingerprint)
    step.answer(answer)
    step.change(unclear=0, pending=(), pending_size=0)
    step.record(Answered(answer))
    if question.kind == "code":
        step.say("code_kept")
    elif question.choices and not answer.choices:
        step.say("own_words")
    else:
        thank(step, answer.size, first)
    discreet.after_safe(step, question, answer)


def skip(step: Step) -> None:
    """Past the present question, with no reason asked. An earlier answer stays."""
    position = step.conversation.position
    question = current(step)
    if position.place == "choice":
        step.say("skipped")
        step.change(share=step.conversation.share or False)
    elif question is None:
        return
    elif question.id in step.conversation.answers:
        step.say("skip_kept")
    else:
        answer = Answer(question.id, "skipped", fingerprint=question.fingerprint)
        step.answer(answer)
        step.record(Answered(answer))
        step.say("skipped")
    settle_pending(step)
    go_on(step)


# --- The review ----------------------------------------------------------------------------------


def hear_review_yes(step: Step) -> None:
    """OK at the review: the next page, or the hand-over."""
    page = step.conversation.position.page
    if page + 1 < len(pages(step)):
        step.go("review", page=page + 1)
        ask_again(step)
    else:
        finish(step)


def review_number(step: Step, event: Wrote) -> str | None:
    """The question whose number the person sent at the review, if it was a number there."""
    text = event.text.strip().rstrip(".)")
    lines = answered(step)
    number = int(text) if text.isdecimal() and len(text) < 4 else 0
    return lines[number - 1][0].id if 1 <= number <= len(lines) else None


def remove(step: Step, text: str) -> bool:
    """Take an answer out at the review: every version of its words is erased. False where the
    text asks for nothing of the kind."""
    own = step.world.catalogues[step.conversation.language]
    english = step.world.phrases.fragments["remove"]
    begins = ways(english) | ways(own.text(english, "fragment"))
    number = re.fullmatch(r"(.+?) (?:(?:no|n|number|numero) )?(\d{1,3})", fold(text))
    lines = answered(step)
    if not number or number[1] not in begins:
        return False
    if not 1 <= int(number[2]) <= len(lines):
        step.say("remove_which")
        ask_review(step)
        return True
    _take_out(step, lines[int(number[2]) - 1][1])
    step.say("removed")
    step.go("review", page=min(step.conversation.position.page, len(pages(step)) - 1))
    ask_again(step)
    return True


def _take_out(step: Step, answer: Answer) -> None:
    gone = Answer(answer.question, "removed", fingerprint=answer.fingerprint)
    step.answer(gone)
    step.record(Forget("answer", answer.question), Answered(gone))
    _not_by_it(step, answer)


def _not_by_it(step: Step, answer: Answer) -> None:
    """What was read out of its words holds no more."""
    if question := step.world.flow.question(answer.question):
        timing.forget(step, question)
        if question.kind == "code":
            step.change(code="", code_given=False)


def forget_message(step: Step, message: str) -> None:
    """Erase one message of theirs. An answer keeps its other words; one that has none, or that is a
    choice, is taken out."""
    step.record(Forget("message", message=message))
    held = tuple(id for id in step.conversation.pending if id != message)
    step.change(pending=held)
    for answer in [a for a in step.conversation.answers.values() if message in a.messages]:
        left = tuple(id for id in answer.messages if id != message)
        if answer.choices or not left:
            _take_out(step, answer)
        else:
            kept = replace(answer, messages=left)
            step.answer(kept)
            step.record(Answered(kept))
            _not_by_it(step, answer)


def edit(step: Step, question: str) -> None:
    """Ask one question again, from the review; the answer leads back to it."""
    step.move("ask")
    step.go("edit", question)
    count(step)
    step.record(Filed("choice"))
    step.say("edit")
    ask_again(step)
