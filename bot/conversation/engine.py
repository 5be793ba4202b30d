"""The conversation: `respond(world, conversation, event, now)` -> `Turn`; pure.

How to read it: `respond` takes each kind of event to its room. A person's message is understood
against what is being asked (`asking`), filed, and then goes to the interjection that lies on top,
to a command, or to the bookmark. What is said and recorded gathers in a `Step`.
"""

from __future__ import annotations

from datetime import datetime

from bot.conversation import (
    about_them,
    after_a_time_away,
    answering,
    bookmark,
    bursts,
    caring,
    changing,
    code_word,
    coming_back,
    facts,
    first_words,
    holding,
    leaving,
    news,
    noticing,
    own_copy,
    pace,
    reminding,
    showing,
    still_safe,
    stranger,
    tries,
)
from bot.conversation.asking import (
    SCOPED,
    ask_after_telling,
    ask_again,
    scope_buttons,
)
from bot.conversation.effects import Reach, Timer
from bot.conversation.filing import file, file_words
from bot.conversation.hearing import hear, is_bare
from bot.conversation.interjections import hear_over
from bot.conversation.model import (
    Conversation,
    CopyMade,
    Delivered,
    Due,
    Event,
    Failed,
    Moved,
    Turn,
    WorkerGaveBack,
    WorkerTook,
    WorkerWrote,
    World,
    Wrote,
)
from bot.conversation.step import Step
from bot.conversation.understand import Chose, Command, Meaning, Words

UNSEEN = (*SCOPED, "skip")  # commands that answer what was asked, and so have to have read it
ASKED = ("question", "choice", "offer", "review", "edit")  # places where an answer counts


def respond(world: World, conversation: Conversation, event: Event, now: datetime) -> Turn:
    """What follows from one event. `now` is an aware UTC time; nothing else is read."""
    step = Step(world, showing.lock(world.service, conversation, now), now)
    if isinstance(event, Wrote):
        step.known = event.known
    match event:
        case Wrote(hidden=hidden) if hidden and (id := _back(step, event)):
            step = coming_back.come_back(step, event, id)
            _set_timers(step)
        case Wrote():
            tried = step.conversation
            _hear(step, event)
            if event.hidden:  # a burst begins anew from what met its first words; its tries count
                step.change(tries=tried.tries, tries_since=tried.tries_since)
        case Due():
            _due(step, event)
        case Delivered() | Failed():
            _news(step, event)
        case WorkerTook():
            holding.took(step)
        case WorkerWrote():
            holding.wrote(step, event)
        case WorkerGaveBack():
            holding.gave_back(step)
        case Moved(channel):
            step.change(channel=channel, code_given=False)
            step.change(unproven=tuple(step.conversation.answers))
        case CopyMade():
            own_copy.made(step, event)
    if not isinstance(event, Wrote) and not step.conversation.stranger:
        bursts.meanwhile(step, event)
    scope_buttons(step)
    return step.turn()


def _back(step: Step, event: Wrote) -> str:
    heard = hear(step, event)
    id = "" if code_word.heard_first(heard) else coming_back.whose(step, event)
    if not id and not step.conversation.agreed:
        tries.count_hidden(step, event, heard)
    return id


def _due(step: Step, event: Due) -> None:
    if event.name == "forget_aside" and step.conversation.stranger:
        stranger.news(step, event, respond)
    else:
        leaving.due(step, event)


def _hear(step: Step, event: Wrote) -> None:
    """A message; on a guarded phone after a silence as that of an unknown number."""
    if showing.is_silent(step.world.service, step.conversation, step.now):
        answering.settle_pending(step)  # begun by somebody who may not be there any more
    if not stranger.meets(step):
        _hear_known(step, event)
    elif step.conversation.holder == "worker":
        stranger.begin(step)
        _hear_known(step, event)
    else:
        stranger.wrote(step, event, respond)
        _set_timers(step)


def _hear_known(step: Step, event: Wrote) -> None:
    before = step.conversation
    bursts.wrote(step, event, _wrote)
    if showing.is_code(before, event.text) and not event.choice:
        code_word.keep_out(step, event.message)


def _news(step: Step, event: Delivered | Failed) -> None:
    """What the carrier tells of what we said, to them or to an unknown number in their place."""
    if step.conversation.stranger:
        stranger.news(step, event, respond)
        event = stranger.for_us(event)
    if isinstance(event, Failed):
        news.failed(step, event)
    else:
        news.arrived(step, event)


# --- What the person wrote -----------------------------------------------------------------------


def _wrote(step: Step, event: Wrote, heard: Meaning | None = None) -> Meaning | None:
    """Hear one message; what it was understood as, or None where we are silent."""
    moved = changing.meet(step)
    before = step.conversation
    heard = heard or hear(step, event)
    cue = noticing.look(step, event, heard)
    if cue and isinstance(heard, Command) and not noticing.is_given(heard):
        heard = Words(event.text)
    step.change(last_wrote=step.now)
    if _out_of_reach(step, event):
        if cue:
            caring.tell_worker(step, cue, event)
        return None
    if pace.too_fast(step, heard):
        file(step, "command") if isinstance(heard, Command | Chose) else file_words(step)
        caring.care(step, cue, event) if cue else pace.say_once(step)
        return None
    first = first_words.are_these(before, heard)
    if not first:
        _hear_age(step, event, heard)
    if cue and not first and noticing.is_no_answer(step):
        file_words(step)
    else:
        _answer(step, before, event, heard, moved)
    if first:  # who we are comes before anything else
        _hear_age(step, event, heard)
    if cue:
        caring.answer(step, cue, event, heard)
    still_safe.ask_at_the_end(step)
    tries.count(step, event, heard, tries.weight(before))
    facts.name_us(step, before.last_wrote)
    pace.count(step, before, heard)
    _set_timers(step)
    return heard


def _answer(step: Step, before: Conversation, event: Wrote, heard: Meaning, moved: bool) -> None:
    if first_words.are_these(before, heard):
        first_words.hear(step, event, heard)
    elif event.media and not event.text:
        file_words(step)
        step.say("media_again" if "media" in step.conversation.said else "media")
        if after_a_time_away.is_so(step, before) and before.standing in ("asking", "reviewing"):
            leaving.ask_resume(step, words_kept=False)
        else:
            ask_after_telling(step)
    elif code_word.is_given(step, event) and not code_word.heard_first(heard):
        code_word.open_up(step, returns=after_a_time_away.is_so(step, before))
    elif after_a_time_away.is_so(step, before) and still_safe.comes_first(step, heard):
        file(step, "command")
        leaving.resume(step)
    elif after_a_time_away.is_so(step, before) and after_a_time_away.would_show(step, heard):
        after_a_time_away.ask(step, event, heard)
    elif moved and not (isinstance(heard, Command) and heard.name not in UNSEEN):
        file_words(step)  # for a question that is not there any more
        ask_again(step)
    elif _is_echo(step, before, event, heard):
        file_words(step)  # whatever it was meant for, a worker can see it
        ask_again(step)
    elif not (step.over and hear_over(step, event, heard)):
        bookmark.hear(step, event, heard)


def _hear_age(step: Step, event: Wrote, heard: Meaning) -> None:
    if not isinstance(heard, Command | Chose):
        about_them.hear_age(step, event.text)


def _is_echo(step: Step, before: Conversation, event: Wrote, heard: Meaning) -> bool:
    """A second "1" or "ok" when our next question is not on its way yet: nobody has read it, so
    it is not answered (some phones send a text twice; some days we are late)."""
    asked = bool(step.over) or before.position.place in ASKED
    if not (before.unheard and asked) or event.choice:
        return False
    return isinstance(heard, Chose) or heard == Command(step.over) or is_bare(step, event.text)


def _out_of_reach(step: Step, event: Wrote) -> bool:
    """Silence from us: the carrier has blocked this person, or a worker holds the conversation.

    A block by a mobile carrier is lifted by its START alone; any other by the person's writing.
    """
    conversation = step.conversation
    start = step.traits.owned.get(event.text.strip().upper()) == "start"
    if conversation.blocked == "stopped" and step.traits.owned and not start:
        file_words(step)
        return True
    if conversation.blocked:
        step.change(blocked="")
        step.record(Reach("open"))
    if conversation.holder == "worker":
        file_words(step)
        return True
    return False


def _set_timers(step: Step) -> None:
    """Each word from the person starts the clocks of silence anew; what is met as an unknown
    number's does not put off what they chose to pass on."""
    conversation = step.conversation
    if conversation.frozen or conversation.standing not in reminding.WAITING:
        return
    if conversation.share and conversation.handed != "complete" and not conversation.stranger:
        step.record(Timer("partial", step.now + step.world.service.quiet))
    reminding.set_timers(step)
