"""Short texts in a row are one: "my sister", "and the dog", "honestly".

Each is heard and stored at once; only our reply waits for `Service.merge`. Own words that come
meanwhile take it back: we return to the conversation that met the first of them, and hear all of
them there as one. So thanks, times read back or a break follow from the whole answer, and once.
A button or a word of ours is heard at once, with what was about to be said before it. The same
holds for words that come before our reply is on its way: nobody answers what they can't have read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from msgspec.structs import replace as changed

from bot.conversation import code_word, facts, news, showing
from bot.conversation.asking import ask_again, current
from bot.conversation.effects import Answered, Asked, Filed, Stated, Withdraw
from bot.conversation.filing import file, file_words
from bot.conversation.hearing import OFFERED, hear, is_bare
from bot.conversation.model import (
    Answer,
    Burst,
    Conversation,
    Delivered,
    Event,
    Quote,
    Say,
    Value,
    Wrote,
)
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Unclear, Words

# Hears one message, understood already where a meaning is given; None where it was not answered.
Take = Callable[[Step, Wrote, Meaning | None], Meaning | None]

MOST = 20  # texts in one burst; what comes after them is a note
KEPT = ("answer", "note", "aside")
SPEAKS = ("explaining", "asking", "reviewing", "paused", "ended")
# What we say to words before anything is asked; where help is, before all.
LEADS = frozenset(
    "care_danger care_silent care_no_more care_suicidal care_child care_child_told care_child_line"
    " care_line care_emergency care_abuse care_again fix_kept"
    " thanks_1 thanks_2 thanks_3 thanks_good thanks_long own_words young young_line aside_kept"
    " aside_kept_again ended_note ended_note_again note_kept review_unclear flow_changed"
    " notice.1".split()
)


def wrote(step: Step, event: Wrote, take: Take) -> None:
    """Hear a message: by itself, as one more of a burst, or in the middle of one."""
    met = changed(step.conversation, burst=None)
    burst = step.conversation.burst if _is_open(step, event) else None
    if step.conversation.burst:
        step.change(burst=None)
    if burst is None:
        _begin(step, event, take(step, event, None), met)
        return
    heard = hear(Step(step.world, burst.before, step.now), event)
    if not _belongs(step, burst, event, heard):
        _between(step, burst, event, heard, take)
    elif len(burst.messages) >= MOST:
        file_words(step)
        step.change(burst=burst, last_wrote=step.now)
    else:
        _join(step, burst, event, heard, take)


def meanwhile(step: Step, event: Event) -> None:
    """What the carrier, the clock or a worker brings about. News of earlier words is news to the
    conversation that we may return to; anything else ends the burst."""
    conversation = step.conversation
    if not (burst := conversation.burst):
        return
    over = not conversation.unheard and _quiet(step) >= step.world.service.merge
    if over or not isinstance(event, Delivered):
        step.change(burst=None)
        return
    before = Step(step.world, burst.before, step.now)
    news.arrived(before, event)
    step.change(burst=changed(burst, before=before.conversation))


def _begin(step: Step, event: Wrote, heard: Meaning | None, met: Conversation) -> None:
    """Words of their own may be the first of several: what we say to them waits."""
    if not step.world.service.merge or not isinstance(heard, Words) or not step.says:
        return
    kind = next((e.kind for e in step.effects if isinstance(e, Filed)), "note")
    whole = kind not in KEPT and met.standing in ("reviewing", "declined")  # REMOVE 2, thank you
    before = Step(step.world, met, step.now)
    whole = whole or code_word.asked(before) or code_word.is_given(before, event)
    if event.text and not whole and step.conversation.standing in SPEAKS:
        step.change(burst=Burst(met, (event.message,), event.message, asked=_asked(step)))
        step.waits = True


def _is_open(step: Step, event: Wrote) -> bool:
    """May something still join? The words are there, and not too much time has passed."""
    conversation, service = step.conversation, step.world.service
    burst, quiet = conversation.burst, _quiet(step)
    if not burst or not service.merge or len(event.so_far) != len(burst.messages):
        return False
    if conversation.blocked or conversation.holder == "worker":
        return False
    away = showing.away(service, conversation)  # by then another person may hold the phone
    return quiet < service.merge or (conversation.unheard and quiet < away)


def _belongs(step: Step, burst: Burst, event: Wrote, heard: Meaning) -> bool:
    """Own words do. So does a number or a yes that could only answer what they have not read."""
    if code_word.is_given(step, event):
        return False  # it opens what was said, and is part of nothing
    if event.choice or not event.text or isinstance(heard, Words):
        return not event.choice and bool(event.text)
    if isinstance(heard, Unclear):
        return _in_own_words(Step(step.world, burst.before, step.now))
    unread = _is_unread(step, burst)
    return unread and (isinstance(heard, Chose) or is_bare(step, event.text))


def _in_own_words(step: Step) -> bool:
    question = current(step)
    asked = step.conversation.position.place in ("question", "edit") and not step.over
    return asked and question is not None and question.kind in ("text", "times")


def _is_unread(step: Step, burst: Burst) -> bool:
    """Is something else asked by now than they have read?"""
    return not burst.told and _place(step.conversation) != _place(burst.before)


# --- One more of a burst -------------------------------------------------------------------------


def _join(step: Step, burst: Burst, event: Wrote, heard: Meaning, take: Take) -> None:
    met, told = step.conversation, burst.told or not event.unsent
    _return_to(step, burst)
    take(step, _whole((*event.so_far, event.text), event.message), _meaning(step, event, heard))
    _name_all(step, burst.messages, event.message)
    if not told:  # our name went back with the reply that was to begin the day
        facts.name_us(step, burst.before.last_wrote)
    asked = burst.asked + _asked(step)
    step.effects = [e for e in step.effects if not (isinstance(e, Asked) and e.what in burst.asked)]
    if event.unsent:
        step.record(Withdraw(burst.since))
    if told:
        _say_only_more(step, met)
    if isinstance(heard, Unclear) and heard.guess not in OFFERED:
        _did_you_mean(step, heard.guess)
        return
    since = burst.since if event.unsent else event.message
    messages = (*burst.messages, event.message)
    step.change(burst=Burst(burst.before, messages, since, told, asked))
    step.waits = True


def _return_to(step: Step, burst: Burst) -> None:
    """The conversation as the first text met it; whoever had been away then still was. What only
    goes forward stays as it is now: plain messages, and whether what was said may be shown."""
    away = "resume" in step.conversation.over
    last = burst.before.last_wrote if away else step.conversation.last_wrote
    now = step.conversation
    guard = {"discreet": now.discreet, "code": now.code, "code_given": now.code_given}
    guard |= {"tries": now.tries, "tries_since": now.tries_since}
    step.conversation = changed(burst.before, last_wrote=last, **guard)


def _whole(texts: Sequence[str], message: str) -> Wrote:
    return Wrote("\n".join(texts), message=message)


def _meaning(step: Step, event: Wrote, heard: Meaning | None = None) -> Words:
    """Together they are words, whatever the whole may look like; the last may be a wish."""
    texts = (*event.so_far, event.text) if heard else event.so_far
    whole = _whole(texts, event.message)
    if isinstance(heard, Unclear):
        return Words(whole.text, heard.guess if heard.guess in OFFERED else "")
    meant = hear(Step(step.world, step.conversation, step.now), whole)
    return meant if isinstance(meant, Words) else Words(whole.text)


def _say_only_more(step: Step, met: Conversation) -> None:
    """They have our reply: say that this belongs to it, and only what is new."""
    same = _place(step.conversation) == _place(met) and met.standing != "reviewing"
    says, step.says = step.says, []
    if not met.young:
        step.says += [say for say in says if say.key.startswith("young")]
    step.say("joined")
    step.says += [] if same else [say for say in says if say.key not in LEADS]


def _did_you_mean(step: Step, guess: str) -> None:
    """A word that may be one of ours ("leave me alone"): it is in the answer, and asked about."""
    step.says = [say for say in step.says if say.key in {*LEADS, "joined"}]
    step.push(f"mean.{guess}")
    ask_again(step)


# --- In the middle of one ------------------------------------------------------------------------


def _between(step: Step, burst: Burst, event: Wrote, heard: Meaning, take: Take) -> None:
    """A button, a word of ours, a picture: heard at once, where the conversation is by now."""
    met, early = step.conversation, event.unsent and not burst.told
    if early:
        step.change(unheard=burst.before.unheard)  # our reply was not said
    if early and heard == Command("skip") and _is_unread(step, burst):
        file(step, "command")  # past what they have answered just now, not what comes next
        step.change(last_wrote=step.now)
        ask_again(step)
    else:
        take(step, event, heard if isinstance(heard, Command) and met.agreed else None)
    here = step.conversation
    stays = _place(here) == _place(met) and here.answers == met.answers
    stays = stays and here.discreet == met.discreet and here.code_given == met.code_given
    if stays and not step.says:
        step.change(burst=burst, unheard=met.unheard)
        return
    if early:
        step.record(Withdraw(burst.since))
        leads = _leads(step, burst, event, take)  # whoever left still hears where help is
        speaks = here.standing in SPEAKS
        step.says[:0] = [say for say in leads if speaks or say.key.startswith("care_")]
    if stays:
        step.change(burst=changed(burst, since="", told=True))


def _leads(step: Step, burst: Burst, event: Wrote, take: Take) -> list[Say]:
    """What was about to be said and asks for nothing."""
    again = Step(step.world, burst.before, step.now)
    _return_to(again, burst)
    take(again, _whole(event.so_far, burst.messages[-1]), _meaning(again, event))
    left_out = {say.key for say in step.says} | ({"notice.1"} if step.over else set())
    leads = (say for say in again.says if say.key in LEADS - left_out)
    return [replace(say, own_message=say.key == "notice.1") for say in leads]


# --- What both need ------------------------------------------------------------------------------


def _quiet(step: Step) -> timedelta:
    return step.now - (step.conversation.last_wrote or step.now)


def _place(conversation: Conversation) -> tuple[object, ...]:
    """What is asked at this moment."""
    over, times = conversation.over, conversation.read_times
    return conversation.standing, conversation.position, over, times


def _asked(step: Step) -> tuple[str, ...]:
    return tuple(effect.what for effect in step.effects if isinstance(effect, Asked))


def _name_all(step: Step, earlier: tuple[str, ...], last: str) -> None:
    """Wherever the last of the messages stands for the whole, the earlier ones stand before it."""

    def named(messages: tuple[str, ...]) -> tuple[str, ...]:
        at = messages.index(last) if last in messages else len(messages)
        return (*messages[:at], *earlier, *messages[at:]) if last in messages else messages

    def answer(given: Answer) -> Answer:
        return changed(given, messages=named(given.messages))

    def value(given: Value) -> Value:
        return Quote(named(given.messages)) if isinstance(given, Quote) else given

    conversation = step.conversation
    answers = {id: answer(given) for id, given in conversation.answers.items()}
    step.change(answers=answers, pending=named(conversation.pending))
    step.effects = [
        Answered(answer(effect.answer)) if isinstance(effect, Answered) else effect
        for effect in step.effects
    ]
    step.effects = [
        Stated(named(effect.messages)) if isinstance(effect, Stated) else effect
        for effect in step.effects
    ]
    for number, say in enumerate(step.says):
        values = {name: value(given) for name, given in say.values.items()}
        step.says[number] = replace(say, values=values)
