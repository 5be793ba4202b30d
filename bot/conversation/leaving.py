"""Pausing, stopping, deleting, coming back; and what silence and the clock do."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import farewell, promising, reminding, showing
from bot.conversation.asking import ask_again, asking, say_notice, scoped
from bot.conversation.effects import Agreed, Forget, HandOver, Reach, Timer, Withdraw
from bot.conversation.facts import deleted_on
from bot.conversation.going import offer_hardest, sit_down
from bot.conversation.model import Conversation, Due
from bot.conversation.promising import may_write_first
from bot.conversation.reminding import DELETION, REMIND, WAITING, may_remind, said_something
from bot.conversation.rights import may_pass_on
from bot.conversation.showing import guarded
from bot.conversation.step import Step


def pause(step: Step) -> None:
    """Nothing is lost. The first pause asks about reminders."""
    conversation = step.conversation
    step.move("pause")
    step.clear_over()
    step.say("paused")
    if conversation.agreed:
        _who_reads(step)
    unasked = conversation.agreed and conversation.reminders is None
    if unasked and not conversation.frozen and may_write_first(step):
        step.push("reminders")
        step.say("reminders", options=scoped(asking(step)))
    else:
        offer_return(step)


def offer_return(step: Step) -> None:
    """Where there are buttons, one that goes on; in texts any word does."""
    if step.traits.buttons:
        step.says[-1] = replace(step.says[-1], offers=(("carry_on", ""),))


def _who_reads(step: Step) -> None:
    conversation = step.conversation
    if conversation.handed == "complete":
        if not showing.may_be_another(conversation):
            step.say("paused_handed")
    elif may_pass_on(conversation) and said_something(conversation):
        step.say("paused_shared", when=step.now + step.world.service.quiet)
    else:
        step.say("paused_kept", date=deleted_on(step))


def choose_reminders(step: Step, yes: bool, message: str) -> None:
    """At most two reminders, only if the person says so."""
    step.pop()
    step.change(reminders=yes)
    step.record(Agreed("reminders", yes, message))
    given = "reminders_yes_given" if step.conversation.handed == "complete" else "reminders_yes"
    step.say(given if yes else "reminders_no")
    offer_return(step)  # the timer is set after every word of theirs, and after this one too


def stop(step: Step, carrier: bool) -> None:
    """One confirmation without a question, then silence; none at all where the carrier answers."""
    conversation = step.conversation
    step.record(Withdraw(), Timer("partial", None))
    step.record(Timer(REMIND, None), Timer(DELETION, None))
    unread = conversation.handed != "complete" and said_something(conversation)
    share = unread and may_pass_on(conversation)
    if conversation.standing != "stopped":
        step.move("stop")
    step.clear_over()
    if share:
        hand_over_partial(step)
    if carrier:
        step.change(blocked="stopped")
        step.record(Reach("stopped", "carrier"))
        return
    step.say("stopped")
    if step.conversation.handed:
        step.say("stopped_shared")
    elif conversation.agreed:
        step.say("stopped_kept", date=deleted_on(step))
    step.say("stopped_back")


def hand_over_partial(step: Step, tell: bool = False) -> None:
    """What was said so far goes to the team, as the person chose. A time that is not told to
    the person is no promise."""
    due = step.world.service.read_by(step.now)
    step.change(handed="partial")
    step.record(HandOver("partial", due, promising.wants_today(step)))
    step.record(*promising.promise(step, due, tell))
    if tell:
        step.change(reminded=step.conversation.reminded + 1)
        if step.world.service.nudged:
            step.say("partial_handed", prompted=False, when=due)
        else:
            step.say("partial_untimed", prompted=False)
        if step.conversation.reminders:
            step.record(Timer(REMIND, reminding.after_these_words(step)))  # not soon after this one


def rest(step: Step) -> None:
    """As `pause`, unsaid."""
    if step.conversation.standing in ("asking", "reviewing"):
        step.move("pause")
        step.clear_over()


def delete(step: Step) -> None:
    """The person confirmed: everything that they gave us is erased."""
    step.move("erase")
    step.record(Forget("all"))
    was = step.conversation
    step.conversation = Conversation(
        standing=was.standing,
        language=was.language,
        channel=was.channel,
        blocked=was.blocked,
        said=was.said,
        unheard=was.unheard,
        discreet=was.discreet,
        hurry=was.hurry,
        hurry_last=was.hurry_last,
        hurry_day=was.hurry_day,
        hurry_since=was.hurry_since,
        tries=was.tries,  # a new beginning brings no new ones
        tries_since=was.tries_since,
        last_wrote=was.last_wrote,
    )
    step.change(safe_times=None, read_times=None, times_wrong=0)


def delete_and_say(step: Step) -> None:
    """As `delete`, with the one confirmation."""
    known, agreed = showing.is_known(step.conversation), step.conversation.agreed
    code = step.conversation.code_given and known
    delete(step)
    farewell.deleted(step, agreed, code)
    farewell.read_already(step, known)


def ask_resume(step: Step, words_kept: bool) -> None:
    """After a time away: show nothing of what was said until the person says that it is fine."""
    again = step.over == "resume" or "resume" in step.conversation.said
    step.clear_over()
    step.push("resume")
    # With something to guard, whatever is said is met alike: no word tells that it was nearly one.
    told = words_kept and not guarded(step.conversation)
    phrase = ("resume_again" if again else "resume_kept") if told else "resume"
    step.say(phrase, options=scoped(asking(step)))


def wake(step: Step) -> None:
    """Back to the bookmark; before what is hardest, to its offer. Without an agreement the
    explanation comes first."""
    step.clear_over()
    if step.conversation.standing in ("paused", "stopped"):
        place = step.conversation.position.place
        to = {"review": "reviewing", "end": "ended"}.get(place, "asking")
        step.move(f"resume_{to}" if step.conversation.agreed else "begin")
    if not step.conversation.agreed:
        step.go("notice", "1")
    offer_hardest(step)
    step.change(since_hint=99)
    sit_down(step)


def resume(step: Step) -> None:
    """Go on at the bookmark."""
    if not step.conversation.agreed:
        begin(step)
        return
    wake(step)
    step.say("resume_go")
    if step.conversation.ask_safe:
        step.push("still_safe")
        step.change(ask_safe=False)
    if not showing.may_be_another(step.conversation):
        _say_what_they_gave(step)
    ask_again(step)


def _say_what_they_gave(step: Step) -> None:
    if step.conversation.handed == "partial":
        step.say("paused_handed")
    if step.conversation.standing == "ended":
        step.say("ended_open")


def begin(step: Step) -> None:
    """The explanation, from its first message."""
    if step.conversation.standing != "explaining":
        step.move("begin")
    step.change(over=(), started=step.conversation.started or step.now)
    step.go("notice", "1")
    say_notice(step, 1)


def due(step: Step, event: Due) -> None:
    """A timer came due. One that no longer fits does nothing."""
    name = event.name
    if name == "forget_aside":
        if step.conversation.aside and not step.conversation.agreed:
            step.change(aside=False)
            step.record(Forget("aside"))
    elif name == "partial":
        _quiet(step)
    elif name == REMIND:
        reminding.remind(step)
    elif name == DELETION:
        reminding.tell_of_deletion(step)
    elif name == "late_care" or (name.startswith("late") and not step.conversation.frozen):
        promising.tell_late(step, event)


def _quiet(step: Step) -> None:
    conversation = step.conversation
    waiting = conversation.standing in WAITING
    if not (waiting and may_pass_on(conversation) and said_something(conversation)):
        return
    if conversation.handed != "complete":
        told = conversation.handed or conversation.stranger  # an unknown number hears nothing of it
        hand_over_partial(step, tell=not told and may_remind(step))
