"""Replies that tell something and move nothing: a person, safety, what is kept, the words."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation.asking import current
from bot.conversation.effects import Asked
from bot.conversation.promising import may_write_first
from bot.conversation.rights import GOING, HOW, MENU
from bot.conversation.step import Step

WHY = {"notice": "why_notice", "choice": "share_why", "offer": "why_offer"}
WHY_OVER = {"delete": "why_delete", MENU: "why_data", HOW: "why_copy", GOING: "why_copy"}
WHY_OVER |= {"still_safe": "why_still_safe"}


def tell_person(step: Step) -> None:
    """Who asks for a person needs to answer nothing more for it."""
    reach_person(step)
    if step.conversation.agreed and step.conversation.standing == "asking":
        step.say("person_first")


def tell_who(step: Step) -> None:
    """That nobody sits here, and how to reach somebody."""
    step.say("who")


def reach_person(step: Step) -> None:
    """How to reach a person, whether somebody is there now, and that the team is told. Nobody
    waits for a call that does not come: it is said where the team does not call first."""
    hours, now = step.world.service.hours, step.now
    step.say("person")
    if hours.staffed(now):
        step.say("person_now", until=hours.until(now))
    else:
        step.say("person_later", opens=hours.next_open(now))
    if not step.conversation.agreed:
        step.say("person_untold")
        return
    step.record(Asked("person"))
    waits = step.traits.name == "sms" and not may_write_first(step)
    told = "wait" if waits else step.traits.name
    step.say(f"person_asked_{told if step.world.service.nudged else 'untimed'}")


def tell_safe(step: Step) -> None:
    """What others can see on this phone."""
    step.say(f"safe_{step.traits.name}")


def tell_more(step: Step) -> None:
    """The longer explanation."""
    step.say(f"more_{step.traits.name}")
    step.say("more")


def tell_help(step: Step) -> None:
    """The words that work at any time."""
    step.say("help" if step.conversation.agreed else "help_before")


def tell_why(step: Step) -> None:
    """Why the thing at the bookmark is asked."""
    place = step.conversation.position.place
    if step.over in WHY_OVER:
        step.say(WHY_OVER[step.over])
    elif step.conversation.standing not in ("explaining", "asking", "reviewing"):
        step.say("why_nothing")
    elif place in ("question", "edit") and (question := current(step)):
        helping, plain = step.conversation.helping, step.conversation.discreet
        for_other = question.why_for_other if helping else ""
        twin = question.why_discreet if plain else ""
        step.say_text(f"why.{question.id}", twin or for_other or question.why)
    else:
        step.say(WHY.get(place, "why_review"))


def deleted_on(step: Step, since: datetime | None = None) -> datetime:
    """The date on which all of it is erased if nothing more happens. `since`: when they wrote last,
    where that is not now."""
    service = step.world.service
    complete = step.conversation.handed == "complete"
    days = service.keep_days if complete else service.keep_partial_days
    return (since or step.now) + timedelta(days=days)


def name_us(step: Step, wrote: datetime | None) -> None:
    """The first that we say on a day says who we are, where no others read it. `wrote`: when the
    person wrote before."""
    zone = step.world.hours.zone
    new_day = wrote and wrote.astimezone(zone).date() < step.now.astimezone(zone).date()
    named = step.says and "service" in step.says[0].values
    if new_day and step.says and not named and not step.conversation.discreet:
        step.say("day_name")
        step.says.insert(0, step.says.pop())
