"""Rules of sensitive matters: what is offered first, and what is never asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.check.finding import Finding, Subject
from bot.check.order import is_hard, where_is
from bot.check.rules import CHOICE, CULTURE, EMPOWERMENT, SAFETY, TRUST, rule
from bot.check.texts import (
    ASKED,
    SAID,
    Kind,
    asked_in,
    common_place,
    place,
    questions_in,
    says,
    texts,
    word_list,
)
from bot.check.wordings import banned
from bot.conversation.flow import Section
from bot.conversation.wording import sentences, words

ADDRESSES = re.compile(r"(?i)\byour?s?\b")
NAMES_A_TOPIC = 5  # words; fewer do not say what is coming
CARRIES_MEANING = 5  # letters; shorter words stand in every sentence
OFFERED = ("ready", "skip_these", "later")
SHORT_REPLIES = (
    *("thanks_1", "thanks_2", "thanks_3", "thanks_long", "own_words", "note_kept"),
    *("ended_note", "ended_note_again", "ended_welcome", "skipped", "skip_kept", "share_yes"),
)
# Replies to what a person has told us. None of them asks for more of it.
REPLIES = (
    "thanks",
    "own_words",
    "note_kept",
    "ended_note",
    "aside_kept",
    "young",
    "care",
    "review_unclear",
)
MAY_ASK = ("care", "care_safe")  # whether to go on, and whether now is safe


@rule(
    "R-S2",
    "No question is required.",
    serves=(CHOICE, EMPOWERMENT),
)
def nothing_required(subject: Subject) -> Iterator[Finding]:
    source = subject.files.get(subject.flow_file, "")
    for number, line in enumerate(source.splitlines(), start=1):
        if line.split("=")[0].strip() in ("required", "mandatory"):
            yield Finding("R-S2", f"{subject.flow_file}:{number}", line.strip())
    kinds: tuple[Kind, ...] = ("ask", "offer", "why", "message", "lead", "twin")
    yield from banned(subject, "R-S2", "compelled", kinds=kinds)


@rule(
    "R-X1",
    "Before sensitive questions an offer names the topic, and lets the person begin, skip or wait.",
    serves=(CHOICE, SAFETY, TRUST),
)
def offered_first(subject: Subject) -> Iterator[Finding]:
    for s, section in enumerate(subject.flow.sections):
        if not any(question.sensitivity == 2 for question in section.questions):
            continue
        if not _names_its_topic(section):
            where = place(subject, "section", s, "offer")
            yield Finding("R-X1", where, f"{section.id} has no offer that names its topic")
        for piece in OFFERED:
            if not subject.phrases.fragments.get(piece):
                where = common_place(subject, "fragment")
                yield Finding("R-X1", where, f"the choice {piece!r} of the offers is missing")
    yield from _choices_say_so(subject)
    for question in subject.flow.questions:
        if question.phase == "later" and question.sensitivity < 2 and (hard := is_hard(question)):
            what = f"{question.id} asks of {hard!r} and has sensitivity {question.sensitivity}"
            yield Finding("R-X1", where_is(subject, question, "sensitivity"), what)


def _choices_say_so(subject: Subject) -> Iterator[Finding]:
    """The choices to skip and to wait are called that, and the offer asks."""
    for text in texts(subject, "fragment"):
        ways = word_list(text.language)
        if text.name in ("skip_these", "later") and not ways.tells(text.text, text.name):
            what = f"{text.key} ({text.language}) is {text.text!r}"
            yield Finding("R-X1", text.where, what)
    for text in texts(subject, "offer"):
        if not text.text.rstrip().endswith("?"):
            yield Finding("R-X1", text.where, f"{text.key} ({text.language}) does not ask")
    for text in texts(subject, "message"):
        if text.name == "offer_more" and not text.text.rstrip().endswith("?"):
            yield Finding("R-X1", text.where, f"{text.key} ({text.language}) does not ask")


def _names_its_topic(section: Section) -> bool:
    """Has it an offer of some words, that says what it is about or shares a word with it?"""
    offered = {word.casefold() for word in words(section.offer)}
    about = " ".join([section.title, *(question.ask for question in section.questions)])
    shared = {word.casefold() for word in words(about) if len(word) >= CARRIES_MEANING}
    named = word_list("en").tells(section.offer, "names_topic") or bool(offered & shared)
    return len(words(section.offer)) >= NAMES_A_TOPIC and named


@rule(
    "R-X2",
    "No question asks what happened, when, how often, by whom, or for detail.",
    serves=(SAFETY, CHOICE),
)
def no_detail(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X2", "detail", kinds=("ask", "choice"))
    yield from says("R-X2", "detail", texts(subject, "offer", "message", "lead"), asked_in)
    for text in texts(subject, "ask"):
        ways = word_list(text.language)
        if ways.tells(text.text, "past") and not ways.tells(text.text, "went_well"):
            yield Finding("R-X2", text.where, f"{text.key} ({text.language}) asks about the past")


@rule(
    "R-X3",
    "Where hard things are asked, the person is told that details of events are not needed.",
    serves=(SAFETY, TRUST),
)
def told_no_detail(subject: Subject) -> Iterator[Finding]:
    hard = [s for s in subject.flow.sections if any(q.sensitivity == 2 for q in s.questions)]
    for language in subject.catalogues:
        ways = word_list(language)
        offers = texts(subject, "offer", language=language)
        told = [ways.tells(text.text, "no_detail") for text in offers]
        if hard and ways.cues and not any(told):
            where = place(subject, "section", subject.flow.sections.index(hard[0]), "offer")
            yield Finding("R-X3", where, f"no offer ({language}) says that details are not needed")


@rule("R-X4", "No screening scale is asked by text.", serves=(SAFETY, TRUST))
def no_scale(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X4", "scale", kinds=(*ASKED, "why", "message", "desk", "heading"))


@rule(
    "R-X5",
    "A reply to what somebody told us asks nothing about it, and nothing that we say doubts it or"
    " tells a person what to do with their life.",
    serves=(SAFETY, TRUST),
)
def no_probe(subject: Subject) -> Iterator[Finding]:
    replies = [text for text in texts(subject, "message") if text.name.startswith(REPLIES)]
    for text in replies:
        ways = word_list(text.language)
        for asked in questions_in(text.text):
            if text.name not in MAY_ASK and not ways.tells(asked, "danger_now"):
                yield Finding("R-X5", text.where, f"{text.key} ({text.language}) asks: {asked!r}")
    yield from says("R-X5", "probe", replies)
    yield from _only_acknowledges(subject)
    told = list(texts(subject, *SAID))
    for group in ("advice", "doubt"):
        yield from says("R-X5", group, told)


def _only_acknowledges(subject: Subject) -> Iterator[Finding]:
    """The shortest replies do nothing but thank, and say that it is kept."""
    for text in texts(subject, "message"):
        ways = word_list(text.language)
        for sentence in sentences(text.text) if text.name in SHORT_REPLIES and ways.cues else ():
            if not ways.tells(sentence, "acknowledges"):
                what = f"{text.key} ({text.language}) does more than thank: {sentence!r}"
                yield Finding("R-X5", text.where, what)


@rule(
    "R-X6",
    "Titles, dates of birth, sex, immigration, offences and insurance numbers are not asked.",
    serves=(SAFETY, TRUST, CULTURE),
)
def not_ours_to_ask(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X6", "not-ours", kinds=(*ASKED, "desk", "heading"))
    yield from says("R-X6", "not-ours", texts(subject, "message", "lead"), asked_in)


@rule(
    "R-X7",
    "Equality monitoring is not part of the intake.",
    serves=(TRUST, CULTURE),
)
def no_monitoring(subject: Subject) -> Iterator[Finding]:
    yield from banned(subject, "R-X7", "monitoring", kinds=(*ASKED, "desk", "heading"))


@rule(
    "R-X8",
    "Sensitive questions about other people say that no names are needed, and nobody is asked for"
    " another what is hard for them.",
    serves=(SAFETY, TRUST),
)
def no_names(subject: Subject) -> Iterator[Finding]:
    for text in texts(subject, "ask"):
        question, ways = subject.flow.question(text.name), word_list(text.language)
        hard = question is not None and question.sensitivity == 2
        if hard and ways.tells(text.text, "others") and not ways.tells(text.text, "no_names"):
            what = f"{text.key} ({text.language}) does not say that no names are needed"
            yield Finding("R-X8", text.where, what)
    for s, section in enumerate(subject.flow.sections):
        if section.tag in ("impact", "own_view_of_risk") and not section.only_self:
            where = place(subject, "section", s, "id")
            yield Finding("R-X8", where, f"{section.id} is asked of who writes for another")
    for question in subject.flow.questions:
        if question.ask_for_other == question.ask and ADDRESSES.search(question.ask):
            where = where_is(subject, question, "ask_for_other")
            yield Finding("R-X8", where, f"{question.id} asks who writes for another about them")
