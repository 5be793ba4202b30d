"""Rules of messages and channels: how long, which links, what a shared phone may show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bot.check.facts import lacks
from bot.check.finding import Finding, Subject
from bot.check.order import where_is
from bot.check.rules import CHOICE, SAFETY, TRUST, rule
from bot.check.texts import common_place, messages, texts, word_list
from bot.check.wordings import banned
from bot.conversation.channel import TRAITS, Traits
from bot.conversation.i18n import placeholders
from bot.conversation.model import Conversation, Labels, Option, Quote, Say, Value
from bot.conversation.phrases import Phrase
from bot.conversation.render import render
from bot.conversation.safe_times import SafeTimes, Window
from bot.conversation.segments import MOST_PARTS, count

NOTICES = 3
CARRIED = {"notice_2": ("carried_{0}",)}  # what comes straight after it
_TEXTS = ("stays_on_phone", "on_the_bill")
STAYS = {"safe_sms": _TEXTS, "deleted_sms": _TEXTS, "safe_telegram": ("stays_on_phone",)}
NOW = datetime(2026, 9, 23, 10, 0, tzinfo=UTC)  # a Wednesday in September: both are long words
FAR = NOW + timedelta(days=3650)
TIMES = SafeTimes((Window((0, 2, 4), 570, 735), Window((1, 3, 5), 810, 1005)))
LINK = re.compile(
    r"(?i)\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+"
    r"|\b[\w-]+\.(?:com|org|net|ly|gl|gd|me|co|io|uk|eu|es|info|link|app|page|site|online|help|ie|de"
    r"|fr|us|ca|au|nz|cc|be|to|at|ws|tk|care|support|health)\b(?:/\S*)?|\b[\w-]+\.[a-z]{2,}/\S+"
)
LONG = "weekdays, 10am to 2pm, and Saturday"  # for what has no value of its own here


@rule(
    "R-P3",
    "The explanation is at most three messages, each at most two parts of a text, whatever the"
    " service is called.",
    serves=(TRUST, CHOICE),
)
def short_explanation(subject: Subject) -> Iterator[Finding]:
    found = [key for key in subject.phrases.messages if re.fullmatch(r"notice_\d+", key)]
    for key in found[NOTICES:]:
        where = common_place(subject, f"message.{key}")
        yield Finding("R-P3", where, f"{key} is one message more than {NOTICES}")
    for key in found:
        for language, traits, said in _said(subject, key, CARRIED.get(key, ())):
            if len(said) > 1:
                where = common_place(subject, f"message.{key}")
                what = f"{key} ({language}, {traits.name}) takes {len(said)} messages"
                yield Finding("R-P3", where, what)


@rule(
    "R-M1",
    "Each message is at most two parts of a plain text, or four with other letters, with the"
    " longest names, and a question with its choices is one.",
    serves=(SAFETY, TRUST),
)
def short_messages(subject: Subject) -> Iterator[Finding]:
    for key in subject.phrases.messages:
        where = common_place(subject, f"message.{key}", "text")
        yield from _fits(subject, key, where)
    for question in subject.flow.questions:
        options = tuple(Option(c.code, c.label, question.id) for c in question.choices)
        fields = ("ask", "ask_for_other", "ask_discreet", "why", "why_for_other", "why_discreet")
        for field in fields:
            if text := str(getattr(question, field, "")):
                shown = options if field.startswith("ask") else ()
                say = Say(f"{field}.{question.id}", text, options=shown)
                yield from _too_long(subject, say, where_is(subject, question, field))
    for offer in texts(subject, "offer", language="en"):
        yield from _too_long(subject, Say(offer.key, offer.text), offer.where)


@rule(
    "R-M3",
    "No shortened link, no web address typed in, nothing about a person in a link.",
    serves=(SAFETY, TRUST),
)
def no_links(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject):
        if found := LINK.search(text.text):
            yield Finding("R-M3", text.where, f"{text.key} ({text.language}) has {found[0]!r}")


@rule("R-M5", "No marketing, fundraising or survey.", serves=(TRUST,))
def no_marketing(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-M5", "marketing")


@rule("R-M7", "The person can learn that texts cost their normal rate.", serves=(TRUST, CHOICE))
def cost_told(subject: Subject) -> Iterator[Finding]:
    keys = ("notice_1", "notice_2", "notice_3", "more", "more_sms")
    for language in subject.catalogues:
        ways, said = word_list(language), messages(subject, language, *keys)
        if ways.cues and said and not ways.tells(said, "cost"):
            where = common_place(subject, "message.more_sms")
            yield Finding("R-M7", where, f"({language}) no message tells what a text costs")


@rule(
    "R-C7",
    "The person is told that texts stay on the phone and its bill, and a chat with its maker, until"
    " they delete them; nothing is said to be gone from there, but what is under 48 hours old.",
    serves=(SAFETY, TRUST),
)
def stays(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-C7", "clears")
    for key, facts in STAYS.items():
        yield from lacks(subject, "R-C7", key, facts, (key,))


def _fits(subject: Subject, key: str, where: str) -> Iterator[Finding]:
    for discreet in (False, True):
        for language, traits, said in _said(subject, key, discreet=discreet):
            yield from _measured(key, language, traits, said, where)


def _too_long(subject: Subject, say: Say, where: str) -> Iterator[Finding]:
    for language in subject.catalogues:
        for traits in TRAITS.values():
            said = _rendered(subject, language, traits, [say])
            yield from _measured(say.key, language, traits, said, where)


def _measured(
    key: str, language: str, traits: Traits, said: list[str], where: str
) -> Iterator[Finding]:
    if len(said) > 1:
        what = f"{key} ({language}, {traits.name}) is cut into {len(said)} messages"
        yield Finding("R-M1", where, what)
    for text in said:
        size = count(text)
        if traits.segments and size.parts > MOST_PARTS[size.encoding]:
            what = f"{key} ({language}, {traits.name}) takes {size.parts} parts in {size.encoding}"
            yield Finding("R-M1", where, what)
        if len(text) > traits.limit:
            yield Finding("R-M1", where, f"{key} ({language}): {len(text)} on {traits.name}")


def _said(
    subject: Subject, key: str, after: tuple[str, ...] = (), discreet: bool = False
) -> Iterator[tuple[str, Traits, list[str]]]:
    """A shared message with its offers, as it goes out in each language on each channel."""
    for language in subject.catalogues:
        for traits in TRAITS.values():
            phrase = subject.phrases.messages[key]
            says = [_say(subject, phrase)]
            for name in after:
                if more := subject.phrases.messages.get(name.format(traits.name)):
                    says = [
                        Say(key, phrase.text, says[0].values),
                        Say(more.key, more.text, offers=phrase.offers),
                    ]
            yield language, traits, _rendered(subject, language, traits, says, discreet)


def _rendered(
    subject: Subject, language: str, traits: Traits, says: list[Say], discreet: bool = False
) -> list[str]:
    """The messages; one empty one where the renderer refuses, which other rules tell of."""
    person = Conversation(language=language, channel=traits.name, discreet=discreet)
    try:
        return [message.text for message in render(subject.world, person, says, traits, NOW)]
    except (ValueError, KeyError):
        return [""]


def _say(subject: Subject, phrase: Phrase) -> Say:
    known = values(subject)
    named = {name: known.get(name, LONG) for name in placeholders(phrase.text + phrase.discreet)}
    return Say(phrase.key, phrase.text, named, offers=phrase.offers)


@lru_cache(maxsize=4)
def values(subject: Subject) -> dict[str, Value]:
    """The longest value for each placeholder that the engine fills."""
    service = subject.service
    when = NOW + timedelta(hours=3, minutes=45)
    many = max(subject.flow.questions, key=lambda q: sum(len(c.label) for c in q.choices))
    options = tuple(Option(c.code, c.label, many.id) for c in many.choices)
    return {
        "service": service.text_name,
        "organisation": service.name,
        "phone": service.phone,
        "emergency": service.emergency,
        "hours": service.hours,
        "keep_days": service.keep_days,
        "partial_days": service.keep_partial_days,
        **dict.fromkeys(("when", "later", "until", "opens"), when),
        "date": FAR,
        "count": len(list(subject.flow.questions)),
        "times": TIMES,
        "number": len(list(subject.flow.questions)),
        "name": "Bartholomew Montgomery-Fitzgerald",
        "chosen": Labels(options),
        "line": "Childline",
        "remove": "REMOVE",
        **{name: Quote(("m",)) for name in ("words", "own")},
    }
