"""The review: what the person told us, in their own words, a page at a time; and the ending."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.conversation import farewell, promising
from bot.conversation.effects import HandOver, Timer
from bot.conversation.flow import Question
from bot.conversation.model import Answer, Labels, Option, Quote, Value
from bot.conversation.showing import is_known, may_quote, may_show
from bot.conversation.step import Step

# Room for answers on one page, in units of `Answer.size`: on SMS two parts less the sentences
# around them; with buttons a screenful.
PAGE_SMS, PAGE_BUTTONS = 150, 1200
LINE = 5  # the number, its point, the spaces
LONG = 1300  # from here on the words go in a message of their own
LONGEST_NAME = 40


def answered(step: Step) -> list[tuple[Question, Answer]]:
    """The answers that stand, in the order of the flow."""
    answers = step.conversation.answers
    path = step.world.flow.path(step.conversation)
    return [
        (question, answers[question.id])
        for question in path
        if question.id in answers and answers[question.id].status == "answered"
    ]


def pages(step: Step) -> list[list[int]]:
    """The numbers of the answers (from 1) on each page: one at a time where others may read, and
    none where nothing may be shown."""
    if not may_show(step.conversation):
        return [[]]
    room = PAGE_BUTTONS if step.traits.buttons else PAGE_SMS
    room = 0 if step.conversation.discreet else room
    found: list[list[int]] = [[]]
    used = 0
    for number, (question, answer) in enumerate(answered(step), start=1):
        chosen = sum(len(c.label) + 2 for c in question.choices if c.code in answer.choices)
        cost = LINE + answer.size + chosen
        if not may_quote(step.conversation, question.id):
            cost = LINE + len(question.shows_as)
        if found[-1] and used + cost > room:
            found.append([])
            used = 0
        found[-1].append(number)
        used += cost
    return found


def page_of(step: Step, question: str) -> int:
    """The page on which the answer to this question stands."""
    numbers = [q.id for q, _ in answered(step)]
    number = numbers.index(question) + 1 if question in numbers else 1
    return next((i for i, page in enumerate(pages(step)) if number in page), 0)


def review(step: Step) -> None:
    """Say the page at the bookmark."""
    found, lines = pages(step), answered(step)
    page = min(step.conversation.position.page, len(found) - 1)
    if not lines or not may_show(step.conversation):
        ask_review(step)
        return
    if any(not may_quote(step.conversation, lines[n - 1][0].id) for n in found[page]):
        step.say("review_kinds")
    elif page == 0 and all(lines[number - 1][1].size <= LONG for number in found[page]):
        step.say("review")
    for number in found[page]:
        _line(step, number, *lines[number - 1])
    ask_review(step)


def ask_review(step: Step) -> None:
    """What can be done with the page at the bookmark, without its lines."""
    if not answered(step):
        step.say("review_empty")
    elif not may_show(step.conversation):
        step.say("review_closed")
    elif step.conversation.position.page + 1 < len(pages(step)):
        step.say("review_next")
    else:
        word = Option("remove", step.world.phrases.fragments["remove_word"], "fragment")
        again = step.conversation.handed == "complete"  # what was added since they see already
        step.say("review_again" if again else "review_end", remove=Labels((word,)))


def _line(step: Step, number: int, question: Question, answer: Answer) -> None:
    key = f"review.{question.id}"
    if not may_quote(step.conversation, question.id):
        about = Option("", question.shows_as, "heading")
        step.say("review_before", key=key, number=number, about=Labels((about,)))
    elif question.kind == "code":
        step.say("review_secret", key=key, number=number)
    elif answer.size > LONG:
        step.say("review_long", key=key, number=number)
        step.say("review_words", key=key, own_message=True, words=words(question, answer))
    elif answer.choices and answer.size:
        chosen, own = words(question, answer), Quote(answer.messages)
        size = answer.size
        step.say("review_both", key=key, number=number, words=chosen, own=own, size=size)
    else:
        given = words(question, answer)
        step.say("review_line", key=key, number=number, words=given, size=answer.size)


def words(question: Question, answer: Answer) -> Value:
    """The person's own words, or the labels of what they chose."""
    if not answer.choices:
        return Quote(answer.messages)
    chosen = [choice for choice in question.choices if choice.code in answer.choices]
    return Labels(tuple(Option(c.code, c.label, question.id) for c in chosen))


def finish(step: Step) -> None:
    """The person gives it to the team: the hand-over, and an ending that says what happens."""
    due = step.world.service.read_by(step.now)
    step.move("finish")
    step.go("end")
    step.change(handed="complete", over=(), frozen=False)  # they give it, whatever was before
    step.record(
        HandOver("complete", due, promising.wants_today(step)),
        *promising.promise(step, due, tell=True),
        Timer("partial", None),
        Timer("remind", None),
        Timer("deletion", None),
    )
    name = next(
        (a for q, a in answered(step) if q.kind == "name" and 0 < a.size <= LONGEST_NAME), None
    )
    if name and may_quote(step.conversation, name.question):
        step.say("ended_named", name=Quote(name.messages))
    else:
        step.say("ended")
    farewell.read_already(step, is_known(step.conversation))
    _what_comes_next(step, due)
    said = step.conversation.opened
    if any(said.get(p.id) not in ("yes", "no") for p in step.world.flow.offered(step.conversation)):
        step.say("ended_more")


def _what_comes_next(step: Step, due: datetime) -> None:
    if not step.world.service.nudged:
        step.say("ended_untimed")
    elif step.traits.name == "telegram":
        step.say("ended_next_telegram", when=due)
    elif promising.may_write_first(step):
        later = step.world.service.hours.after(due, timedelta(hours=4))
        step.say("ended_next", when=due, later=later)
    else:
        step.say("ended_next_wait", when=due)
