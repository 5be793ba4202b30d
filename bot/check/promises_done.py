"""The promises about what is done: it is what was said and agreed to, and stands in the books."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bot.check.promises import promise
from bot.check.rules import CHOICE, SAFETY, TRUST, walked
from bot.check.walk_node import Heard
from bot.conversation.effects import (
    OWED,
    Agreed,
    Answered,
    Asked,
    Forget,
    HandOver,
    Promised,
    Timer,
)
from bot.conversation.model import Delivered, Due, Failed, World, Wrote

walked(
    "R-E11",
    "What goes to the team is what the person gave: by a yes to share a part, or at the end.",
    (TRUST, CHOICE),
)
walked("R-K2", "Nothing is said but what is written in the flow and in common.toml.", (SAFETY,))

MAY_TALK = ("stop", "delete")  # while a worker is with them
# Sentences that tell a time by which a worker reads.
TELL_A_TIME = ("ended_next", "ended_next_telegram", "ended_next_wait", "partial_handed")


@promise("R-E11")
def only_what_was_given_goes_out(heard: Heard, world: World) -> str:
    before, after = heard.before, heard.after
    given = [effect for effect in heard.turn.effects if isinstance(effect, HandOver)]
    if any(one.kind == "partial" for one in given) and not (before.share or after.share):
        return "a part goes to the team without a yes"
    if any(one.kind == "complete" for one in given) and before.standing != "reviewing":
        return "it goes to the team before the review"
    if after.handed and after.handed != before.handed and not given:
        return "it counts as given to the team, and was not"
    return ""


@promise("R-E11")
def a_yes_is_theirs(heard: Heard, world: World) -> str:
    """Each yes is in the books, with what was asked."""
    said = {effect.kind for effect in heard.turn.effects if isinstance(effect, Agreed)}
    for name, kind in (("share", "share_partial"), ("reminders", "reminders"), ("agreed", "start")):
        yes = getattr(heard.after, name) and not getattr(heard.before, name)
        if yes and kind not in said:
            return f"a yes to {kind} is not recorded, or was not given"
    return ""


@promise("R-E2")
def what_is_taken_out_is_forgotten(heard: Heard, world: World) -> str:
    before, effects = heard.before.answers, heard.turn.effects
    forgets = {(e.what, e.question) for e in effects if isinstance(e, Forget)}
    for id, answer in heard.after.answers.items():
        was = before.get(id)
        new = answer.status == "removed" and was is not None and was.status == "answered"
        if new and ("answer", id) not in forgets:
            return "an answer that was taken out stays in the books"
    return ""


@promise("R-P9")
def no_forgets_what_was_written(heard: Heard, world: World) -> str:
    no = heard.after.standing == "declined" and heard.before.standing != "declined"
    forgets = any(isinstance(effect, Forget) for effect in heard.turn.effects)
    return "a NO keeps what was written" if no and heard.before.aside and not forgets else ""


@promise("R-E5")
def a_time_that_is_told_is_kept(heard: Heard, world: World) -> str:
    told = set(heard.said) & set(TELL_A_TIME)
    noted = any(isinstance(e, Promised) and e.kind == "read" for e in heard.turn.effects)
    again = heard.before.standing in ("ended", "stopped")
    return "a time is told, and nothing keeps it" if told and not noted and not again else ""


@promise("R-E5")
def a_day_that_is_told_is_kept(heard: Heard, world: World) -> str:
    """Of what is owed an answer."""
    told = {what for what in OWED if f"data_{what}" in heard.said}
    effects = heard.turn.effects
    noted = {e.kind for e in effects if isinstance(e, Promised)}
    clocks = {e.name for e in effects if isinstance(e, Timer) and e.due_at}
    kept = told <= noted and {f"late_{what}" for what in told} <= clocks
    return "" if kept else "a day is told for an answer, and nothing keeps it"


@promise("R-E5")
def late_is_told(heard: Heard, world: World) -> str:
    """Where it is safe to write, the person hears of a promise that did not come true."""
    before = heard.before
    if not isinstance(heard.event, Due) or heard.event.name != "late" or not before.handed:
        return ""
    safe = before.answers.get("safe_to_text")
    reaches = safe and safe.choices == ("yes",) and not before.blocked and not before.discreet
    reaches = reaches and not before.frozen  # they asked us to write no more by ourselves
    speaks = before.standing not in ("stopped", "erased", "declined", "new")
    return "a promise passes in silence" if reaches and speaks and "late" not in heard.said else ""


@promise("R-E4")
def the_end_gives_it(heard: Heard, world: World) -> str:
    ends = heard.after.standing == "ended" and heard.before.standing == "reviewing"
    given = any(isinstance(e, HandOver) and e.kind == "complete" for e in heard.turn.effects)
    return "it ends, and nothing goes to the team" if ends and not given else ""


@promise("R-S9")
def a_wish_for_a_person_is_told(heard: Heard, world: World) -> str:
    effects = heard.turn.effects
    told = any(isinstance(effect, Asked) and effect.what == "person" for effect in effects)
    if any(key.startswith("person_asked") for key in heard.said) and not told:
        return "the team is said to be told, and is not"
    given = [effect for effect in effects if isinstance(effect, HandOver)]
    if given and _wants_today(heard, world) and not any(one.today for one in given):
        return "the team does not see that they would like to talk today"
    return ""


def _wants_today(heard: Heard, world: World) -> bool:
    return any(
        choice.then == "person" and choice.code in answer.choices
        for id, answer in heard.after.answers.items()
        if (question := world.flow.question(id))
        for choice in question.choices
    )


@promise("R-O7")
def one_question_in_a_turn(heard: Heard, world: World) -> str:
    asks = [key for key in heard.said if key.startswith("ask.")]
    return "two questions are asked at once" if len(set(asks)) > 1 else ""


@promise("R-O10")
def no_answer_is_asked_about(heard: Heard, world: World) -> str:
    """What follows an answer is thanks, and what the intake asks next."""
    if not any(isinstance(effect, Answered) for effect in heard.turn.effects):
        return ""
    known = _written(world)
    probes = [say.key for say in heard.turn.says if "?" in say.text and say.text not in known]
    return f"an answer is asked about: {probes[0]}" if probes else ""


@promise("R-K2")
def only_what_is_written_is_said(heard: Heard, world: World) -> str:
    strange = [say.key for say in heard.turn.says if say.text not in _written(world)]
    return f"{strange[0]} is not written anywhere" if strange else ""


@promise("R-M2")
def a_worker_is_not_talked_over(heard: Heard, world: World) -> str:
    held = heard.before.holder == heard.after.holder == "worker"
    asked = heard.act.sort == "command" and heard.act.name.removeprefix("carrier.") in MAY_TALK
    talks = held and isinstance(heard.event, Wrote) and heard.said and not asked
    return "something is said while a worker is with them" if talks else ""


@promise("R-C2")
def plain_is_offered(heard: Heard, world: World) -> str:
    """Who says that it is not safe to write is asked about plain messages, once."""
    for effect in heard.turn.effects:
        if isinstance(effect, Answered) and effect.answer.question == "safe_to_text":
            unsafe = set(effect.answer.choices) & {"no", "sometimes"}
            was = heard.before.answers.get("safe_to_text")
            again = was is not None or heard.before.discreet or heard.after.discreet
            if unsafe and not again and "plain_offer" not in heard.said:
                return "plain messages are not offered where it is not safe to write"
    return ""


@promise("R-M2")
def news_is_met_with_silence(heard: Heard, world: World) -> str:
    """That a message is on its way, or is not, is no reason to write."""
    news = isinstance(heard.event, Delivered | Failed)
    return "news of a message is answered" if news and heard.said else ""


@lru_cache(maxsize=4)
def _written(world: World) -> frozenset[str]:
    return frozenset(_all(world))


def _all(world: World) -> Iterator[str]:
    for phrase in world.phrases.messages.values():
        yield from (phrase.text, phrase.discreet, *(lead for _, lead in phrase.offers))
    for section in world.flow.sections:
        yield section.offer
        for question in section.questions:
            yield from (question.ask, question.ask_for_other, question.ask_discreet)
            yield from (question.why, question.why_for_other, question.why_discreet)
