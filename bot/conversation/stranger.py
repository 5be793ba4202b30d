"""After a silence, whoever writes from a guarded phone is met as an unknown number would be.

`Conversation.stranger` is the conversation that such a number would have by now. It hears what is
written, by the same code, so our replies are the same to the last letter; it holds nothing of what
was said before, so nothing of it can be told. What is written meanwhile is put aside, as before any
agreement. An OK to the first message of the explanation leads back to the bookmark, and the code
word opens as well what was said (docs/decisions/0028).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from msgspec.structs import replace as changed

from bot.conversation import code_word, discreet, facts, leaving, tries
from bot.conversation.effects import (
    Agreed,
    AsideKept,
    Effect,
    Filed,
    Forget,
    Reach,
    Timer,
    Withdraw,
)
from bot.conversation.hearing import hear
from bot.conversation.model import Conversation, Delivered, Event, Failed, Known, Turn, World, Wrote
from bot.conversation.showing import guarded, is_code, is_silent
from bot.conversation.step import Step

Respond = Callable[[World, Conversation, Event, datetime], Turn]
FIRST = ("notice", "1")
STANDINGS = ("asking", "reviewing", "paused", "stopped", "ended")
SAFE = ("stop", "delete")  # heard whatever word somebody chose as their code word


def meets(step: Step) -> bool:
    """Is this message met as that of an unknown number?"""
    conversation = step.conversation
    if conversation.stranger:
        return True
    could = conversation.agreed and conversation.standing in STANDINGS and guarded(conversation)
    return could and is_silent(step.world.service, conversation, step.now)


def begin(step: Step) -> None:
    """From now on an unknown number writes here, until they have come back."""
    if not step.conversation.stranger:
        was = step.conversation
        fresh = Conversation(language=was.language, channel=was.channel, discreet=was.discreet)
        step.change(stranger=fresh, burst=None)


def wrote(step: Step, event: Wrote, respond: Respond) -> None:
    """Hear a message as that of an unknown number; or they come back with it."""
    before = step.conversation
    begin(step)
    here = _unknown(step)
    heard = hear(Step(step.world, here, step.now), event)
    named = getattr(heard, "name", "") in SAFE and not getattr(heard, "guessed", False)
    right = not event.choice and not named and is_code(step.conversation, event.text)
    shut = bool(here.blocked == "stopped" and step.traits.owned)  # their carrier lets nothing out
    opens = right and not shut and not tries.full(step)
    if not right:
        tries.count(step, event, heard, tries.ALONE)
    turn = _turn(step, event, respond)
    if opens or _comes_back(step):
        if here.aside:
            step.record(AsideKept(), Timer("forget_aside", None))
        _come_back(step, turn, opens, event)
        facts.name_us(step, here.last_wrote or before.last_wrote)
        return
    step.says, step.waits = list(turn.says), turn.waits
    for effect in turn.effects:
        _take(step, effect, right)
    _follow(step, before)


def news(step: Step, event: Event, respond: Respond) -> None:
    """What became of what we said to the unknown number; or their time is over."""
    turn = _turn(step, event, respond)
    step.record(*(e for e in turn.effects if isinstance(e, Forget)))


def for_us(event: Delivered | Failed) -> Delivered | Failed:
    """The same news without what it says of an explanation that was the stranger's."""
    return replace(event, said=tuple(key for key in event.said if not key.startswith("notice.")))


def _unknown(step: Step) -> Conversation:
    was = step.conversation
    met = was.stranger or Conversation()
    return changed(met, burst=was.burst, blocked=was.blocked)


def _turn(step: Step, event: Event, respond: Respond) -> Turn:
    if isinstance(event, Wrote):  # of an unknown number nothing is known, and nothing was erased
        event = replace(event, hidden={}, known=Known())
    turn = respond(step.world, _unknown(step), event, step.now)
    after = turn.conversation
    step.change(
        stranger=changed(after, burst=None),
        burst=after.burst,
        blocked=after.blocked,
        language=after.language,
    )
    return turn


def _comes_back(step: Step) -> bool:
    """Did they say OK to the first message of the explanation, when it had reached them?"""
    here = step.conversation.stranger
    place = (here.position.place, here.position.id) if here else FIRST
    return here is not None and here.standing == "explaining" and place != FIRST


def _come_back(step: Step, turn: Turn, opens: bool, event: Wrote) -> None:
    """Back to the bookmark. What they wrote meanwhile is a note of theirs."""
    filed = next((e for e in turn.effects if isinstance(e, Filed)), Filed("command"))
    secret = Filed("command", code_word.question_id(step.world))
    step.effects.insert(0, secret if opens else filed)
    step.record(*(e for e in turn.effects if isinstance(e, Withdraw | Reach)))
    burst = step.conversation.burst
    if opens and burst and burst.since and event.unsent:
        step.record(Withdraw(burst.since))  # a hello that has not gone out yet
    step.change(stranger=None, burst=None, code_given=opens, last_wrote=step.now)
    leaving.resume(step)


def _take(step: Step, effect: Effect, code: bool) -> None:
    """What the unknown number brought about, here. A code word is nobody's to read."""
    erased = isinstance(effect, Forget) and effect.what == "all"  # see `_follow`
    theirs = isinstance(effect, Agreed) and effect.kind != "discreet"
    if isinstance(effect, Filed):
        secret = Filed("command", code_word.question_id(step.world))
        step.effects.insert(0, secret if code else effect)
    elif not erased and not theirs:
        step.record(effect)


def _follow(step: Step, before: Conversation) -> None:
    """They stopped, paused, deleted, or want plain words: so it is with what lies below, unsaid."""
    here, was = step.conversation.stranger, before.stranger
    if here is None:
        return
    says, step.says = step.says, []
    moved = here.standing != (was.standing if was else "new")
    if here.discreet:
        discreet.quietly(step)
    step.change(cared={**step.conversation.cared, **here.cared})
    step.change(young=step.conversation.young or here.young)
    if moved and here.standing == "stopped":
        leaving.stop(step, carrier=here.blocked == "stopped")
    elif moved and here.standing in ("paused", "declined"):
        leaving.rest(step)
    elif moved and here.standing == "erased":
        leaving.delete(step)
        step.conversation = here
    step.says = says
