"""What is asked at the bookmark: which choices there are, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from babel import Locale

from bot.conversation import farewell, timing
from bot.conversation.flow import Question
from bot.conversation.model import Option, Say
from bot.conversation.review import ask_review, review
from bot.conversation.rights import FIX_WORDS, GOING, HOW, MENU, copy_ways, points
from bot.conversation.step import Offers, Step

SCOPED = ("yes", "no", "carry_on")
# Interjections of two choices: the labels of its yes and of its no.
LABELS = {
    "delete": ("delete_it", "keep_it"),
    "sharing": ("our_team", "nobody"),
    "resume": ("yes", "not_now"),
    "for_self": ("yes", "not_now"),
    "break": ("go_on", "stop_today"),
    "care": ("go_on", "stop_today"),
    GOING: ("go_on", "copy_enough"),
}
PHRASES = {"break": "break_offer", "fix": "data_fix_ask", FIX_WORDS: "fix_words"}
HINT_EVERY = 3  # questions between two reminders of SKIP and PAUSE on SMS


@dataclass(frozen=True, slots=True)
class Asking:
    """What the person is being asked now: which choices, and whether a bare yes or no counts.

    `scope` goes into button codes, so that a press on an old message is told from a new one.
    """

    scope: str
    options: tuple[Option, ...] = ()
    many: bool = False
    yes_no: bool = False


def fragment_option(step: Step, code: str, fragment: str) -> Option:
    """An option labelled by a fragment of common.toml, or its twin for a phone that others read."""
    twin = f"{fragment}_discreet"
    if step.conversation.discreet and twin in step.world.phrases.fragments:
        fragment = twin
    return Option(code, step.world.phrases.fragments[fragment], "fragment")


def yes_or_no(step: Step, yes: str = "yes", no: str = "no") -> tuple[Option, ...]:
    """The two options of a yes/no choice."""
    return fragment_option(step, "yes", yes), fragment_option(step, "no", no)


def _ready_or_not(step: Step) -> tuple[Option, ...]:
    labels = {"yes": "ready", "no": "skip_these", "later": "later"}
    return tuple(fragment_option(step, code, label) for code, label in labels.items())


def languages(step: Step) -> tuple[Option, ...]:
    """The languages of the service, each in its own name."""
    codes = step.world.service.languages
    return tuple(Option(code, (Locale.parse(code).display_name or code).title()) for code in codes)


def choices(question: Question) -> tuple[Option, ...]:
    """A question's choices as options."""
    return tuple(Option(choice.code, choice.label, question.id) for choice in question.choices)


def asking(step: Step) -> Asking:
    """What is asked now."""
    if over := step.over:
        return _over(step, over)
    position = step.conversation.position
    if step.conversation.standing in ("paused", "stopped"):
        return Asking("paused", yes_no=True)
    if position.place in ("question", "edit") and (question := current(step)):
        # A question that has its answer is asked again after BACK: then OK lets it stay.
        again = question.id in step.conversation.answers or question.kind in ("code", "name")
        return Asking(question.id, choices(question), question.kind == "many", yes_no=again)
    if position.place == "choice":
        return Asking("share", yes_or_no(step))
    if position.place == "offer":
        return Asking(f"offer.{position.id}", _ready_or_not(step))
    scope = f"{position.place}.{position.id}{position.page}"
    return Asking(scope, yes_no=position.place in ("notice", "review", "end"))


def _over(step: Step, over: str) -> Asking:
    if over == "language":
        return Asking(over, languages(step))
    if over == MENU:
        found = points(step.conversation)
        options = tuple(fragment_option(step, point, f"data_{point}") for point in found)
        return Asking(over, options, yes_no=True)
    if over == HOW:
        ways = copy_ways(step.world.service, step.conversation)
        return Asking(over, tuple(fragment_option(step, way, f"copy_{way}") for way in ways))
    if over == FIX_WORDS:
        return Asking(over, yes_no=True)
    if over.startswith("notice."):
        return Asking(over, yes_no=True)
    options = yes_or_no(step, *LABELS.get(over, ("yes", "no")))
    if over == "delete" and step.conversation.agreed:
        options += (fragment_option(step, "last", "delete_last"),)
    if over == "still_safe":
        options += (fragment_option(step, "times", "other_times"),)
    if over == "care":
        options += (fragment_option(step, "wrong", "not_that"),)
    return Asking(over, options)


def scoped(asked: Asking) -> tuple[Option, ...]:
    """The options with their scope in the code, as they go out on buttons."""
    return tuple(Option(f"{asked.scope}.{o.code}", o.label, o.context) for o in asked.options)


def scope_buttons(step: Step) -> None:
    """Where there are buttons, a yes or no belongs to the message it stands under: pressed later,
    under an old one, it agrees to nothing."""
    if not step.traits.buttons:
        return
    scope = asking(step).scope
    for number, say in enumerate(step.says):
        here = [name for name, _ in say.offers if name in SCOPED]
        words = step.world.phrases.words
        made = tuple(Option(f"{scope}.{name}", words[name].button, "button") for name in here)
        rest = tuple(offer for offer in say.offers if offer[0] not in SCOPED)
        step.says[number] = replace(say, options=say.options + made, offers=rest)


def current(step: Step) -> Question | None:
    """The question at the bookmark, if it stands on one."""
    return step.world.flow.question(step.conversation.position.id)


def ask_again(step: Step) -> None:
    """Say what the bookmark asks; where nothing is asked, nothing."""
    if step.over:
        ask_over(step)
        return
    if step.conversation.standing not in ("explaining", "asking", "reviewing"):
        return
    position = step.conversation.position
    if position.place == "notice":
        say_notice(step, int(position.id))
    elif position.place == "choice":
        step.say("share", options=scoped(asking(step)), offers=_hint(step))
    elif position.place == "offer":
        _offer(step, position.id)
    elif position.place == "review":
        review(step)
    elif question := current(step):
        ask(step, question)


def old_button(step: Step) -> None:
    """A press under an earlier message: it chooses nothing, and what is asked now comes again."""
    step.say("old_button_again" if "old_button" in step.conversation.said else "old_button")
    ask_again(step)


def ask_after_telling(step: Step) -> None:
    """Ask again after a reply that moved nothing; neither the explanation nor what they told us
    is repeated in full."""
    standing = step.conversation.standing
    if standing == "explaining" and not step.over:
        step.say("notice_on")
    elif standing == "reviewing" and not step.over:
        ask_review(step)
    else:
        ask_again(step)


def ask_over(step: Step) -> None:
    """Say what the interjection on top asks."""
    over = step.over
    if over.startswith("notice."):
        say_notice(step, int(over.split(".")[1]))
        return
    phrase = PHRASES.get(over, over.replace(".", "_"))
    if over == "delete":
        phrase = farewell.ask_to_delete(step)
    step.say(phrase, options=scoped(asking(step)), **_counted(step, over))


def _counted(step: Step, over: str) -> dict[str, Any]:
    if over == "times":
        return {"times": step.conversation.read_times}
    return {"count": step.conversation.sitting} if over == "break" else {}


def _offer(step: Step, id: str) -> None:
    """Say what the later questions of a phase are about, before any of them."""
    phase = next((phase for phase in step.world.flow.phases if phase.id == id), None)
    options = scoped(asking(step))
    if phase and phase.offer:
        step.say_text(f"offer.{id}", phase.offer, options)
    else:
        step.say("offer_more", options=options)


def ask(step: Step, question: Question) -> None:
    """Ask a question of the flow."""
    options = scoped(Asking(question.id, choices(question)))
    plain = question.ask_discreet if step.conversation.discreet else ""
    for_other = question.ask_for_other if step.conversation.helping else ""
    text = timing.other_words(step, question) or plain or for_other or question.ask
    step.say_text(f"ask.{question.id}", text, options, _hint(step))


def _hint(step: Step) -> Offers:
    """SKIP and PAUSE stay visible: as buttons always, in texts only now and then."""
    due = step.conversation.since_hint >= HINT_EVERY
    step.change(since_hint=0 if due else step.conversation.since_hint + 1)
    if step.traits.buttons:
        return (("skip", ""), ("pause", ""), ("back", ""), ("why", ""))
    return (("skip", ""), ("pause", ""), ("why", "")) if due else ()


def say_notice(step: Step, number: int) -> None:
    """Say one message of the explanation; it counts only once it is on its way."""
    key = f"notice.{number}"
    step.say(f"notice_{number}", key=key)
    if number == 2:
        _carried(step)
    step.change(told={**step.conversation.told, key: "said"})


def _carried(step: Step) -> None:
    """Who carries the words stands before the offers of the notice that it belongs to."""
    offers = step.says[-1].offers
    step.says[-1] = Say(step.says[-1].key, step.says[-1].text, step.says[-1].values)
    step.say(f"carried_{step.traits.name}", offers=offers)
